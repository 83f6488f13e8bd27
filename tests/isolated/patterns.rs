//! Names with `*`, and names of keys.

use breaker_runtime::{
    CircuitBreaker, Config, Conflict, State, registry,
    settings::{Mode, Settings},
    testing::isolated,
};

fn threshold(failures: u32) -> breaker_runtime::ConfigBuilder {
    Config::builder().failure_threshold(failures)
}

fn of(name: &'static str) -> Option<u32> {
    registry().get_or_create(name, Config::default()).config().failure_threshold()
}

#[test]
fn more_letters_hold_then_the_later_one_option_by_option() {
    for text in [
        "['*']\nfailure_threshold = 2\njitter = 0.1\nmin_calls = 3\n\
         ['user-*']\nfailure_threshold = 3\njitter = 0.2\n\
         ['user-service']\nfailure_threshold = 4",
        // Where it stands matters only among names of as many letters.
        "['user-service']\nfailure_threshold = 4\n\
         ['user-*']\nfailure_threshold = 3\njitter = 0.2\n\
         ['*']\nfailure_threshold = 2\njitter = 0.1\nmin_calls = 3",
    ] {
        let _scope = isolated();
        Settings::from_toml(text).unwrap().install().unwrap();
        assert_eq!((of("other"), of("user-cache"), of("user-service")), (Some(2), Some(3), Some(4)));
        let config = registry().get("user-service").unwrap().config();
        assert_eq!((config.jitter(), config.min_calls()), (0.2, 3));
    }
}

#[test]
fn of_two_names_with_as_many_letters_the_later_one_holds() {
    let toml = |names: [&str; 2]| {
        let [first, second] = names;
        Settings::from_toml(&format!("['{first}']\nfailure_threshold = 2\n['{second}']\nfailure_threshold = 3"))
            .unwrap()
    };
    let json = |names: [&str; 2]| {
        let [first, second] = names;
        let text = format!(r#"{{"{first}": {{"failure_threshold": 2}}, "{second}": {{"failure_threshold": 3}}}}"#);
        Settings::from_json(&text).unwrap()
    };
    // In either order of the alphabet.
    for names in [["a*", "*b"], ["*b", "a*"]] {
        for settings in
            [toml(names), json(names), Settings::new().set(names[0], threshold(2)).set(names[1], threshold(3))]
        {
            let _scope = isolated();
            settings.install().unwrap();
            assert_eq!(of("a-b"), Some(3), "{names:?}");
        }
    }
    let _scope = isolated();
    let merged = toml(["a*", "*b"]).merge(Settings::new().set("a*", threshold(4)));
    merged.install().unwrap();
    assert_eq!(of("a-b"), Some(4), "what is merged is later");
    assert_eq!((of("a"), of("b")), (Some(4), Some(3)));
}

#[test]
fn variables_hold_against_names_and_patterns() {
    let _scope = isolated();
    let vars = Settings::from_vars([
        ("CIRCUIT_BREAKER__USER_SERVICE__FAILURE_THRESHOLD", "7"),
        ("CIRCUIT_BREAKER__USER_SERVICE__MODE", "disabled"),
        ("CIRCUIT_BREAKER__HTTP_SLOW_EXAMPLE__FAILURE_THRESHOLD", "8"),
    ]);
    let names = Settings::new().set("user-service", threshold(3)).set("*", Mode::MetricsOnly);
    vars.unwrap().merge(names).install().unwrap();
    assert_eq!(of("user-service"), Some(7));
    assert_eq!(registry().get("user-service").unwrap().state(), State::Disabled);
    let http = registry().get_or_create_family("http", Config::default(), 10);
    assert_eq!(http.get("slow.example").config().failure_threshold(), Some(8), "one key");
    assert_eq!(http.get("other.example").config().failure_threshold(), Some(5));
}

#[test]
fn fault_45_one_key_of_a_family_has_settings_of_its_own() {
    let _scope = isolated();
    let http = registry().get_or_create_family("http", Config::builder().min_calls(7).build().unwrap(), 10);
    let before = http.get("slow.example");
    let file = r#"
        ["http[slow.example]"]
        failure_threshold = 2
        [http]
        failure_threshold = 9
        jitter = 0.5
        ["http[*.internal]"]
        failure_threshold = 3
        mode = "metrics_only"
    "#;
    Settings::from_toml(file).unwrap().install().unwrap();
    let seen = |breaker: &CircuitBreaker| {
        let config = breaker.config();
        (config.failure_threshold(), config.jitter(), config.min_calls(), breaker.state())
    };
    assert_eq!(seen(&before), (Some(2), 0.5, 7, State::Closed), "one that was there");
    assert_eq!(seen(&http.get("a.internal")), (Some(3), 0.5, 7, State::MetricsOnly), "one that came later");
    assert_eq!(seen(&http.get("a.example")), (Some(9), 0.5, 7, State::Closed));
    let matched = registry().matched_settings();
    assert_eq!(matched["http"], ["http"]);
    assert_eq!(matched["http[slow.example]"], ["http[slow.example]"]);
    assert_eq!(matched["http[*.internal]"], ["http[a.internal]"]);
    assert_eq!(registry().unused_settings(), [""; 0]);

    Settings::from_toml("[http]\nfailure_threshold = 9").unwrap().install().unwrap();
    assert_eq!(seen(&before), (Some(9), 0.0, 7, State::Closed));
    assert_eq!(seen(&http.get("a.internal")), (Some(9), 0.0, 7, State::Closed), "what is gone is as in the code");
}

#[test]
fn a_key_whose_settings_contradict_the_code_is_told_before_it_comes() {
    let code = Config::builder().half_open_max_calls(2).build().unwrap();
    let wrong = Settings::new().set("http[*.example]", Config::builder().success_threshold(3));
    let message = "`success_threshold` is 3, but `half_open_max_calls` admits only 2";
    let _scope = isolated();
    let http = registry().get_or_create_family("http", code.clone(), 10);
    let rejected = wrong.clone().install().unwrap_err();
    assert_eq!(rejected.to_string(), format!("breaker `http[.example]`: {message}"));
    assert_eq!(http.get("a.example").config(), code);

    let _scope = isolated();
    wrong.install().unwrap();
    let http = registry().get_or_create_family("http", code.clone(), 10);
    assert_eq!(http.get("a.example").config(), code, "those of the code hold");
    let [Conflict::Override { name, error }] = &registry().conflicts()[..] else {
        panic!("{:?}", registry().conflicts())
    };
    assert_eq!((name.as_str(), error.to_string().as_str()), ("http[.example]", message));
}

#[test]
fn names_that_nothing_went_by_are_listed_as_they_are_spelled() {
    let _scope = isolated();
    let settings = Settings::new()
        .set("users", threshold(2))
        .set("user-*", threshold(2))
        .set("http[a]", threshold(2))
        .set("http[b*]", threshold(2));
    let vars = Settings::from_vars([("CIRCUIT_BREAKER__ORDERS__JITTER", "0.5")]).unwrap();
    settings.merge(vars).install().unwrap();
    let unused = || registry().unused_settings();
    assert_eq!(unused(), ["http[a]", "http[b*]", "user-*", "users", "ORDERS"]);
    of("user-service");
    of("orders");
    let http = registry().get_or_create_family("http", Config::default(), 1);
    http.get("bb");
    assert_eq!(unused(), ["http[a]", "users"]);
    http.get("c"); // the other one is evicted
    assert_eq!(unused(), ["http[a]", "users"]);
    let mine = std::sync::Arc::new(CircuitBreaker::new("users", Config::default()));
    registry().register(std::sync::Arc::clone(&mine));
    assert_eq!((mine.config().failure_threshold(), unused()), (Some(2), vec!["http[a]".to_owned()]));
}

#[test]
fn registered_breakers_are_reached_and_go_back_to_their_own() {
    let _scope = isolated();
    let mine = std::sync::Arc::new(CircuitBreaker::new("mine", Config::default()));
    registry().register(std::sync::Arc::clone(&mine));
    Settings::new().set("m*", threshold(9)).set("mine", Mode::Disabled).install().unwrap();
    assert_eq!((mine.config().failure_threshold(), mine.state()), (Some(9), State::Disabled));
    let contradicts = Settings::new().set("mine", Config::builder().success_threshold(9).half_open_max_calls(1));
    assert!(contradicts.install().is_err());
    assert_eq!(mine.state(), State::Disabled, "all or nothing");
    Settings::new().install().unwrap();
    assert_eq!((mine.config(), mine.state()), (Config::default(), State::Closed));
}
