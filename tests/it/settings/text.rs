//! How settings are read.

use std::{env, fs, time::Duration};

use breaker_runtime::{
    Config, OnCancel, Window, registry,
    settings::{Entry, Mode, Settings, SettingsError},
};

use super::{ours, turn};

/// The settings of a breaker of default settings under these.
fn over_defaults(name: &'static str, settings: Settings) -> Config {
    let _turn = turn();
    settings.install().unwrap();
    registry().get_or_create(name, Config::default()).config()
}

#[test]
fn every_option_is_read_from_toml_json_and_variables_alike() {
    let toml = r#"
        [settings-all-toml]
        failure_threshold = 7
        failure_rate = 0.25
        window = "10s"
        min_calls = 20
        slow_call_duration = "250ms"
        slow_call_rate = 1
        recovery_timeout = "1m30s"
        backoff_multiplier = 2
        max_recovery_timeout = "1h"
        jitter = 0.5
        half_open_max_calls = 9
        half_open_growth = 2
        success_threshold = 8
        probe_timeout = "1d"
        on_cancel = "failure"
    "#;
    let json = r#"{ "settings-all-json": {
        "failure_threshold": 7, "failure_rate": 0.25, "window": "10s", "min_calls": 20,
        "slow_call_duration": "250ms", "slow_call_rate": 1.0, "recovery_timeout": "1m30s", "backoff_multiplier": 2.0,
        "max_recovery_timeout": "1h", "jitter": 0.5, "half_open_max_calls": 9, "half_open_growth": 2,
        "success_threshold": 8,
        "probe_timeout": "1d", "on_cancel": "failure"
    } }"#;
    let vars = [
        ("FAILURE_THRESHOLD", "7"),
        ("FAILURE_RATE", "0.25"),
        ("WINDOW", "10s"),
        ("MIN_CALLS", "20"),
        ("SLOW_CALL_DURATION", "250ms"),
        ("SLOW_CALL_RATE", " 1 "),
        ("RECOVERY_TIMEOUT", "1m 30s"),
        ("BACKOFF_MULTIPLIER", "2"),
        ("MAX_RECOVERY_TIMEOUT", "1h"),
        ("JITTER", "0.5"),
        ("HALF_OPEN_MAX_CALLS", "9"),
        ("HALF_OPEN_GROWTH", "2"),
        ("SUCCESS_THRESHOLD", "8"),
        ("PROBE_TIMEOUT", "1d"),
        ("ON_CANCEL", "failure"),
    ];
    let vars = vars.map(|(option, value)| (format!("CIRCUIT_BREAKER__SETTINGS_ALL_VARS__{option}"), value));
    let expected = Config::builder()
        .failure_threshold(7)
        .failure_rate(0.25)
        .window(Duration::from_secs(10))
        .min_calls(20)
        .slow_call_duration(Duration::from_millis(250))
        .slow_call_rate(1.0)
        .recovery_timeout(Duration::from_secs(90))
        .backoff_multiplier(2.0)
        .max_recovery_timeout(Duration::from_secs(3600))
        .jitter(0.5)
        .half_open_max_calls(9)
        .half_open_growth(2)
        .success_threshold(8)
        .probe_timeout(Duration::from_secs(86_400))
        .on_cancel(OnCancel::Failure)
        .build()
        .unwrap();
    for (name, settings) in [
        ("settings-all-toml", Settings::from_toml(toml)),
        ("settings-all-json", Settings::from_json(json)),
        ("settings-all-vars", Settings::from_vars(vars)),
    ] {
        assert_eq!(over_defaults(name, settings.unwrap()), expected, "{name}");
    }
}

#[test]
fn a_window_is_a_number_of_calls_or_a_time() {
    let toml = Settings::from_toml("[settings-window]\nwindow = 20").unwrap();
    assert_eq!(over_defaults("settings-window", toml).window(), Some(Window::Calls(20)));
    let vars = Settings::from_vars([("CIRCUIT_BREAKER__SETTINGS_WINDOW__WINDOW", "30")]).unwrap();
    assert_eq!(over_defaults("settings-window", vars).window(), Some(Window::Calls(30)));
}

#[test]
fn durations_are_written_as_in_the_attribute_or_at_more_length() {
    for (text, nanos) in [
        ("5ns", 5),
        ("5us", 5_000),
        ("5µs", 5_000),
        ("250ms", 250_000_000),
        ("1m30s", 90_000_000_000),
        ("1h 5m", 3_900_000_000_000),
        ("1d", 86_400_000_000_000_u64),
        ("30 secs", 30_000_000_000),
        ("2 weeks", 1_209_600_000_000_000),
    ] {
        let toml = format!("[settings-durations]\nrecovery_timeout = \"{text}\"");
        let config = over_defaults("settings-durations", Settings::from_toml(&toml).unwrap());
        assert_eq!(config.recovery_timeout(), Duration::from_nanos(nanos), "{text}");
    }
}

fn messages(result: Result<Settings, SettingsError>) -> Vec<String> {
    result.unwrap_err().problems().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_wrong_is_refused_with_the_breaker_and_the_option() {
    for (line, message) in [
        ("failure_threshold = 0", "`failure_threshold` is at least 1"),
        ("failure_threshold = -1", "`failure_threshold` is a whole number from 1 to 4294967295, not -1"),
        (
            "failure_threshold = 4294967296",
            "`failure_threshold` is a whole number from 1 to 4294967295, not 4294967296",
        ),
        ("failure_threshold = 2.5", "`failure_threshold` is a whole number from 1 to 4294967295, not 2.5"),
        ("failure_threshold = \"5\"", "`failure_threshold` is a whole number from 1 to 4294967295, not \"5\""),
        ("half_open_growth = -1", "`half_open_growth` is a whole number from 0 to 65535, not -1"),
        ("half_open_growth = 65536", "`half_open_growth` is from 0 to 65535, not 65536"),
        ("failure_rate = 50", "`failure_rate` is over 0.0 and at most 1.0, not 50"),
        ("failure_rate = nan", "`failure_rate` is over 0.0 and at most 1.0, not NaN"),
        ("failure_rate = \"50%\"", "`failure_rate` is a number, not \"50%\""),
        ("jitter = true", "`jitter` is a number, not true"),
        ("jitter = [0.5]", "`jitter` is a number, not a list"),
        ("jitter = { share = 0.5 }", "`jitter` is a number, not a table"),
        ("recovery_timeout = 30", "`recovery_timeout` is a duration such as \"250ms\", \"30s\" or \"1m30s\", not 30"),
        ("probe_timeout = \"30\"", "`probe_timeout` is a duration such as \"250ms\", \"30s\" or \"1m30s\", not \"30\""),
        ("probe_timeout = \"0s\"", "`probe_timeout` is longer than zero"),
        ("window = 0", "`window` holds from 1 to 10000000 calls, not 0"),
        ("window = \"many\"", "`window` is a number of calls such as 100, or a duration such as \"10s\", not \"many\""),
        ("shared = \"true\"", "`shared` is true or false, not \"true\""),
        ("shared = 1", "`shared` is true or false, not 1"),
        ("on_cancel = \"fail\"", "`on_cancel` is \"ignore\" or \"failure\", not \"fail\""),
        ("min_calls = 9\nwindow = 5", "`min_calls` is 9, but `window` holds only 5 calls"),
        (
            "success_threshold = 3\nhalf_open_max_calls = 2",
            "`success_threshold` is 3, but `half_open_max_calls` admits only 2",
        ),
        (
            "max_recovery_timeout = \"1s\"\nrecovery_timeout = \"1m\"",
            "`max_recovery_timeout` is 1s, but `recovery_timeout` is 60s already",
        ),
    ] {
        let error = Settings::from_toml(&format!("[users]\n{line}")).unwrap_err();
        let [problem] = error.problems() else { panic!("{line}: {error}") };
        assert_eq!(problem.to_string(), format!("breaker `users`: {message}"), "{line}");
        assert_eq!(problem.breaker.as_deref(), Some("users"));
        assert!(message.starts_with(&format!("`{}` ", problem.option.as_deref().unwrap())), "{line}");
    }
}

#[test]
fn an_unknown_option_is_never_passed_over() {
    for unknown in ["failure_treshold", "FailureThreshold", "fallback", "name", ""] {
        let json = format!("{{\"users\": {{\"{unknown}\": 1}}}}");
        let message = messages(Settings::from_json(&json)).remove(0);
        let start =
            format!("breaker `users`: `{unknown}` is no option; there are `failure_threshold`, `failure_rate`,");
        assert!(message.starts_with(&start), "{message}");
    }
    let vars = messages(Settings::from_vars([("CIRCUIT_BREAKER__USERS__TRESHOLD", "1")]));
    assert!(vars[0].starts_with("breaker `USERS`: `treshold` is no option; there are "), "{vars:?}");
    assert!(vars[0].ends_with(", `on_cancel`, `mode`, `shared`"), "{vars:?}");
    // It is an option of a name, as `mode` is, and none of a `Config` of its own.
    let config = serde_json::from_str::<Config>(r#"{ "shared": true }"#).unwrap_err().to_string();
    assert!(config.starts_with("`shared` is no option; "), "{config}");
}

#[test]
fn shared_is_read_from_toml_json_and_variables_alike() {
    let set = |shared| Settings::new().set("users", Entry::default().shared(shared));
    assert_eq!(Settings::from_toml("[users]\nshared = true").unwrap(), set(true));
    assert_eq!(Settings::from_json(r#"{ "users": { "shared": false } }"#).unwrap(), set(false));
    assert_ne!(set(true), set(false));
    let variable = |text| Settings::from_vars([("CIRCUIT_BREAKER__USERS__SHARED", text)]);
    assert_eq!(variable("true").unwrap(), variable(" true ").unwrap());
    assert_ne!(variable("true").unwrap(), variable("false").unwrap());
    for (text, shown) in [("yes", "\"yes\""), ("1", "1"), ("", "\"\"")] {
        let error = variable(text).unwrap_err().to_string();
        assert_eq!(error, format!("breaker `USERS`: `shared` is true or false, not {shown}"));
    }
    // What is said of it later holds, and what is said of something else stays.
    let mode = Entry::default().mode(Mode::Disabled);
    let both = set(true).set("users", mode.clone()).set("users", Entry::default().shared(false));
    assert_eq!(both, Settings::new().set("users", mode.shared(false)));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let toml = "[a]\nfailure_threshold = \"x\"\njitter = 2\n[b]\nwindow = 0";
    let error = Settings::from_toml(toml).unwrap_err();
    let of: Vec<_> = error.problems().iter().map(|p| (p.breaker.as_deref(), p.option.as_deref())).collect();
    assert_eq!(of, [(Some("a"), Some("failure_threshold")), (Some("a"), Some("jitter")), (Some("b"), Some("window"))]);
    assert_eq!(error.to_string().lines().count(), 3);
}

#[test]
fn text_of_another_shape_is_refused() {
    assert!(messages(Settings::from_toml("[users"))[0].contains("TOML parse error at line 1"));
    assert!(messages(Settings::from_json("{"))[0].contains("EOF while parsing"));
    assert_eq!(messages(Settings::from_json("[]")), ["expected a table of breakers, not a list"]);
    assert_eq!(messages(Settings::from_json("null")), ["expected a table of breakers, not null"]);
    assert_eq!(messages(Settings::from_toml("users = 3")), ["breaker `users`: expected a table of options, not 3"]);
    let twice = r#"{"users": {"jitter": 0.1, "jitter": 0.2}, "users": {}}"#;
    assert_eq!(
        messages(Settings::from_json(twice)),
        ["breaker `users`: `jitter` stands here twice", "breaker `users`: it stands here twice"]
    );
    assert_eq!(Settings::from_toml("").unwrap(), Settings::new());
    assert_eq!(Settings::from_json("{}").unwrap(), Settings::new());
}

#[test]
fn variables_of_others_are_left_alone_and_malformed_ones_are_not() {
    let vars = [("HOME", "/"), ("CIRCUIT_BREAKER", "x"), ("CIRCUIT_BREAKER_USERS__JITTER", "x")];
    assert_eq!(Settings::from_vars(vars).unwrap(), Settings::new());
    for key in ["CIRCUIT_BREAKER__", "CIRCUIT_BREAKER__USERS", "CIRCUIT_BREAKER__USERS__", "CIRCUIT_BREAKER____JITTER"]
    {
        let expected = format!("`{key}` is not of the form `CIRCUIT_BREAKER__NAME__OPTION`");
        assert_eq!(messages(Settings::from_vars([(key, "1")])), [expected]);
    }
    let twice = [("CIRCUIT_BREAKER__A_B__JITTER", "0.1"), ("CIRCUIT_BREAKER__A__B__JITTER", "0.2")];
    assert_eq!(messages(Settings::from_vars(twice)), ["breaker `A_B`: `jitter` stands here twice"]);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let vars = [(OsStr::new("CIRCUIT_BREAKER__USERS__JITTER"), OsStr::from_bytes(b"\xff"))];
    assert_eq!(messages(Settings::from_vars(vars)), ["breaker `USERS`: `jitter` is not valid Unicode"]);
    let other = [(OsStr::from_bytes(b"OTHER\xff"), OsStr::from_bytes(b"\xff"))];
    assert_eq!(Settings::from_vars(other).unwrap(), Settings::new());
}

#[test]
fn the_processes_own_environment_is_read() {
    // Nothing of ours is set here, whatever else is.
    assert!(env::vars_os().count() > 0);
    assert_eq!(Settings::from_env().unwrap(), Settings::new());
}

#[test]
fn a_file_is_read_by_its_ending_and_named_in_its_errors() {
    let folder = env::temp_dir().join(format!("breaker-settings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let expected = Settings::new().set("users", Config::builder().failure_threshold(7));
    let toml = write("good.toml", "[users]\nfailure_threshold = 7");
    let json = write("good.JSON", r#"{"users": {"failure_threshold": 7}}"#);
    assert_eq!((Settings::from_file(toml).unwrap(), Settings::from_file(json).unwrap()), (expected.clone(), expected));
    for (path, message) in [
        (write("bad.toml", "[users]\njitter = 2"), "breaker `users`: `jitter` is from 0.0 to 1.0, not 2"),
        (write("bad.yaml", ""), "the name ends in neither `.toml` nor `.json`"),
    ] {
        let error = Settings::from_file(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: {message}", path.display()));
    }
    let missing = folder.join("missing.toml");
    let error = Settings::from_file(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: ", missing.display())), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn settings_are_a_part_of_a_configuration_of_ones_own() {
    #[derive(serde::Deserialize, Debug)]
    struct Service {
        port: u16,
        breakers: Settings,
    }
    let text = r#"{"port": 80, "breakers": {"users": {"failure_threshold": 7}}}"#;
    let service: Service = serde_json::from_str(text).unwrap();
    assert_eq!((service.port, service.breakers), (80, ours("users")));
    let error = serde_json::from_str::<Service>(r#"{"port": 80, "breakers": {"users": {"jitter": 2}}}"#).unwrap_err();
    assert!(error.to_string().contains("breaker `users`: `jitter` is from 0.0 to 1.0, not 2"), "{error}");
}
