//! States that settings force: who stands over whom, and how they are lifted.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
};

use breaker_runtime::{
    CircuitBreaker, Config, State, registry,
    settings::{Entry, Mode, Settings},
    testing::isolated,
};

fn install(toml: &str) {
    Settings::from_toml(toml).unwrap().install().unwrap();
}

fn users() -> &'static CircuitBreaker {
    registry().get_or_create("users", Config::default())
}

#[test]
fn each_word_forces_its_state_and_an_entry_that_is_gone_is_normal() {
    let _scope = isolated();
    for (word, state) in [
        ("forced_open", State::ForcedOpen),
        ("disabled", State::Disabled),
        ("metrics_only", State::MetricsOnly),
        ("normal", State::Closed),
    ] {
        install(&format!("[users]\nmode = '{word}'"));
        assert_eq!(users().state(), state);
    }
    for gone in ["", "[users]\njitter = 0.5", "[orders]\nmode = 'disabled'", "[users]\nmode = 'normal'"] {
        install("[users]\nmode = 'forced_open'");
        assert_eq!(users().state(), State::ForcedOpen);
        install(gone);
        assert_eq!(users().state(), State::Closed, "{gone}");
    }
}

#[test]
fn other_words_are_rejected() {
    for (value, shown) in [("'open'", "\"open\""), ("1", "1"), ("true", "true"), ("'Normal'", "\"Normal\"")] {
        let error = Settings::from_toml(&format!("[users]\nmode = {value}")).unwrap_err().to_string();
        let words = "\"normal\", \"disabled\", \"metrics_only\" or \"forced_open\"";
        assert_eq!(error, format!("breaker `users`: `mode` is {words}, not {shown}"));
    }
    let twice = Settings::from_json(r#"{"users": {"mode": "normal", "mode": "disabled"}}"#).unwrap_err();
    assert_eq!(twice.to_string(), "breaker `users`: `mode` stands here twice");
    let unknown = Settings::from_toml("[users]\nmodus = 'normal'").unwrap_err().to_string();
    assert!(unknown.ends_with("`on_cancel`, `mode`, `shared`"), "{unknown}");
    assert!(serde_json::from_str::<Config>(r#"{"mode": "normal"}"#).is_err(), "no setting of a breaker");
}

#[test]
fn it_comes_from_code_json_and_variables_too() {
    let vars = Settings::from_vars([("CIRCUIT_BREAKER__USERS__MODE", "disabled")]).unwrap();
    for settings in [
        vars,
        Settings::from_json(r#"{"users": {"mode": "disabled"}}"#).unwrap(),
        Settings::new().set("users", Mode::Disabled),
        Settings::new().set("us*", Entry::from(Config::builder().jitter(0.5)).mode(Mode::Disabled)),
        Settings::new().set("users", Config::builder().jitter(0.5)).set("users", Mode::Disabled),
    ] {
        let _scope = isolated();
        settings.install().unwrap();
        assert_eq!(users().state(), State::Disabled, "one that comes later");
    }
}

#[test]
fn a_hand_stands_over_a_file_and_is_not_undone_by_it() {
    let _scope = isolated();
    users().force_open();
    for file in [
        "",
        "[users]\njitter = 0.5",
        "[users]\nmode = 'normal'",
        "[users]\nmode = 'disabled'",
        "[orders]\njitter = 0.1",
    ] {
        install(file);
        assert_eq!(users().state(), State::ForcedOpen, "{file}");
    }
    install("[users]\nmode = 'disabled'");
    users().metrics_only();
    assert_eq!(users().state(), State::MetricsOnly);
    install("");
    assert_eq!(users().state(), State::MetricsOnly, "the file lifts only its own");
    users().reset();
    assert_eq!(users().state(), State::Closed);
}

#[test]
fn reset_lifts_what_a_file_forces_until_the_file_changes() {
    let _scope = isolated();
    let file = "[users]\nmode = 'forced_open'";
    install(file);
    users().reset();
    assert_eq!(users().state(), State::Closed);
    install(file);
    assert_eq!(users().state(), State::Closed, "the same file again");
    install(&format!("{file}\nfailure_threshold = 7"));
    assert_eq!(users().state(), State::ForcedOpen, "another one");
    users().reset();
    install("");
    install(file);
    assert_eq!(users().state(), State::ForcedOpen);
}

#[test]
fn what_was_changed_by_hand_survives_a_reload_of_the_same_file() {
    let _scope = isolated();
    let file = "[users]\nfailure_threshold = 7";
    install(file);
    users().reconfigure(Config::builder().failure_threshold(1).build().unwrap());
    users().disable();
    install(file);
    assert_eq!((users().config().failure_threshold(), users().state()), (Some(1), State::Disabled));
}

#[test]
fn families_are_forced_with_every_key_also_those_to_come() {
    let _scope = isolated();
    let http = registry().get_or_create_family("http", Config::default(), 2);
    let before = http.get("before");
    install("[http]\nmode = 'forced_open'\n['http[spared]']\nmode = 'normal'");
    assert_eq!(before.state(), State::ForcedOpen);
    let spared = http.get("spared");
    assert_eq!(spared.state(), State::Closed);
    assert_eq!(http.get("after").name(), "http[*]", "no room, and still");
    assert!(http.get("after").try_acquire().is_err());
    install("");
    assert_eq!((before.state(), spared.state()), (State::Closed, State::Closed));
    assert!(http.get("after").try_acquire().is_ok());
}

#[test]
fn listeners_hear_of_it_and_may_install_themselves() {
    let _scope = isolated();
    users();
    let heard = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&heard);
    registry().on_transition(move |t| {
        count.fetch_add(1, SeqCst);
        let _ = registry().health();
        if t.to == State::ForcedOpen {
            install("[users]\nmode = 'disabled'");
        }
    });
    install("[users]\nmode = 'forced_open'");
    assert_eq!((users().state(), heard.load(SeqCst)), (State::Disabled, 2));
    install("[users]\nmode = 'disabled'");
    assert_eq!(heard.load(SeqCst), 2, "nothing changes");
}

#[test]
fn of_two_that_install_at_once_one_holds_everywhere() {
    let scope = isolated();
    let names = ["a", "b", "c"];
    let breakers = names.map(|name| registry().get_or_create(name, Config::default()));
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for mode in ["forced_open", "disabled"] {
            let (scope, stop) = (&scope, &stop);
            threads.spawn(move || {
                scope.run(|| {
                    for round in 0..200 {
                        install(&format!("['*']\nmode = '{mode}'\njitter = 0.{round}"));
                    }
                    stop.store(true, SeqCst);
                });
            });
        }
    });
    let states = breakers.map(CircuitBreaker::state);
    assert!(states == [State::ForcedOpen; 3] || states == [State::Disabled; 3], "{states:?}");
    let of_a_new_one = registry().get_or_create("d", Config::default()).state();
    assert_eq!(of_a_new_one, states[0]);
}

#[test]
fn a_contradiction_that_appeared_later_is_told_when_the_same_is_installed_again() {
    let _scope = isolated();
    let settings = Settings::new().set("later", Config::builder().success_threshold(3));
    settings.clone().install().unwrap();
    registry().get_or_create("later", Config::builder().half_open_max_calls(2).build().unwrap());
    assert!(settings.install().unwrap_err().to_string().starts_with("breaker `later`: `success_threshold` is 3"));
}
