//! What settings do once they are installed.

use std::{io, time::Duration};

use breaker_runtime::{
    CircuitBreakerFamily, Config, Conflict, Reason, State, circuit_breaker, registry, settings::Settings,
    testing::ManualClock,
};

use crate::support::{fail, small};

use super::{ours, turn};

#[test]
fn an_annotated_function_has_them_from_its_first_call_and_changes_while_it_runs() {
    #[circuit_breaker(name = "settings-annotated", failure_threshold = 2, handle = ping_breaker)]
    fn ping() -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }
    let _turn = turn();
    let threshold = |failures| {
        Settings::from_toml(&format!("[settings-annotated]\nfailure_threshold = {failures}"))
            .unwrap()
            .install()
            .unwrap();
    };
    threshold(4);
    let _ = (ping(), ping(), ping());
    assert_eq!(ping_breaker().state(), State::Closed);
    let _ = ping();
    assert_eq!(ping_breaker().state(), State::Open);
    threshold(1);
    assert_eq!((ping_breaker().state(), ping_breaker().config().failure_threshold()), (State::Open, Some(1)));
    ping_breaker().reset();
    let _ = ping();
    assert_eq!(ping_breaker().state(), State::Open);
    Settings::new().install().unwrap();
    assert_eq!(ping_breaker().config().failure_threshold(), Some(2), "as in the code again");
}

#[test]
fn a_function_without_a_name_goes_by_its_path() {
    #[circuit_breaker(handle = unnamed_breaker)]
    fn unnamed() -> io::Result<()> {
        Ok(())
    }
    let _turn = turn();
    let var = "CIRCUIT_BREAKER__IT_SETTINGS_INSTALLED_UNNAMED__JITTER";
    Settings::from_vars([(var, "0.5")]).unwrap().install().unwrap();
    unnamed().unwrap();
    assert_eq!(unnamed_breaker().name(), "it::settings::installed::unnamed");
    assert_eq!(unnamed_breaker().config().jitter(), 0.5);
    assert_eq!(registry().unused_settings(), [""; 0]);
}

#[test]
fn what_the_code_leaves_to_its_default_follows_and_what_it_gives_stays() {
    let _turn = turn();
    let given = Config::builder().failure_threshold(2).probe_timeout(Duration::from_secs(5)).build().unwrap();
    let options = Config::builder().recovery_timeout(Duration::from_secs(3600)).failure_rate(0.5);
    Settings::new().set("settings-follow", options).install().unwrap();
    let config = registry().get_or_create("settings-follow", given).config();
    assert_eq!((config.failure_threshold(), config.failure_rate()), (Some(2), Some(0.5)));
    assert_eq!((config.max_recovery_timeout().as_secs(), config.probe_timeout().as_secs()), (36_000, 5));
}

#[test]
fn families_have_them_too() {
    let _turn = turn();
    ours("settings-family").install().unwrap();
    let family: &CircuitBreakerFamily =
        registry().get_or_create_family("settings-family", small().build().unwrap(), 10);
    let before = family.get("before");
    assert_eq!(before.config().failure_threshold(), Some(7));
    Settings::new().install().unwrap();
    for breaker in [before, family.get("after")] {
        assert_eq!(breaker.config().failure_threshold(), Some(2));
    }
}

#[test]
fn a_mode_holds_from_the_first_call_and_tells_since_when_it_keeps_callers_out() {
    let _turn = turn();
    let clocked = registry().get_or_create_family("settings-clocked", Config::default(), 10);
    clocked.set_clock(ManualClock::new());
    let seen = |mode| {
        let name = format!("settings-{mode}");
        let settings = format!("[{name}]\nmode = '{mode}'\n[settings-clocked]\nmode = '{mode}'");
        Settings::from_toml(&settings).unwrap().install().unwrap();
        let seen = [registry().get_or_create(name, Config::default()).snapshot(), clocked.get(mode).snapshot()];
        seen.map(|seen| (seen.state, seen.open_since.is_some(), seen.opened_by))
    };
    let kept_out = (State::ForcedOpen, true, Some(Reason::Manual));
    // A clock of the user's is not asked where the breaker is made.
    assert_eq!(seen("forced_open"), [kept_out, (State::ForcedOpen, false, None)]);
    assert_eq!(seen("disabled"), [(State::Disabled, false, None); 2]);
    Settings::new().install().unwrap();
}

#[test]
fn the_later_of_two_holds_and_variables_hold_against_both() {
    let _turn = turn();
    let toml = |text: &str| Settings::from_toml(&format!("[settings-merge]\n{text}")).unwrap();
    let vars = Settings::from_vars([("CIRCUIT_BREAKER__SETTINGS_MERGE__JITTER", "0.3")]).unwrap();
    let first = toml("failure_threshold = 7\nmin_calls = 3\njitter = 0.1");
    vars.merge(first).merge(toml("failure_threshold = 8\njitter = 0.2")).install().unwrap();
    let config = registry().get_or_create("settings-merge", Config::default()).config();
    assert_eq!((config.failure_threshold(), config.min_calls(), config.jitter()), (Some(8), 3, 0.3));
    assert_eq!(config.recovery_timeout(), Duration::from_secs(60));
}

#[test]
fn code_and_settings_may_differ_but_two_places_in_the_code_may_not() {
    let _turn = turn();
    ours("settings-conflict").install().unwrap();
    let conflicts = || {
        let about =
            |conflict: &Conflict| matches!(conflict, Conflict::Settings { name, .. } if name == "settings-conflict");
        registry().conflicts().into_iter().filter(about).collect::<Vec<_>>()
    };
    let code = small().build().unwrap();
    registry().get_or_create("settings-conflict", code.clone());
    registry().get_or_create("settings-conflict", code.clone());
    assert_eq!(conflicts(), []);
    registry().get_or_create("settings-conflict", Config::default());
    let expected = Conflict::Settings { name: "settings-conflict".into(), kept: code.into(), refused: Box::default() };
    assert_eq!(conflicts(), [expected]);
}

#[test]
fn a_contradiction_with_the_code_changes_nothing_and_is_told() {
    let _turn = turn();
    let code = Config::builder().half_open_max_calls(2).build().unwrap();
    let known = registry().get_or_create("settings-known", code.clone());
    ours("settings-known").install().unwrap();
    assert_eq!(known.config().failure_threshold(), Some(7));
    let contradiction = Config::builder().success_threshold(3);
    let refused = Settings::new().set("settings-known", contradiction.clone()).install().unwrap_err();
    let message = "`success_threshold` is 3, but `half_open_max_calls` admits only 2";
    assert_eq!(refused.to_string(), format!("breaker `settings-known`: {message}"));
    assert_eq!(known.config().failure_threshold(), Some(7), "what was installed before stays");

    Settings::new().set("settings-later", contradiction).install().unwrap();
    let later = registry().get_or_create("settings-later", code.clone());
    assert_eq!(later.config(), code);
    let told = registry().conflicts().into_iter().find_map(|conflict| match conflict {
        Conflict::Override { name, error } if name == "settings-later" => Some(error.to_string()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some(message));
    let wrong = Settings::new().set("settings-nobody", Config::builder().failure_threshold(0)).install();
    assert!(wrong.unwrap_err().to_string().contains("`failure_threshold` is at least 1"));
}

#[test]
fn only_breakers_whose_settings_change_are_touched() {
    let _turn = turn();
    let breaker = registry().get_or_create("settings-untouched", small().build().unwrap());
    let _ = fail(breaker);
    let window = |name| Settings::new().set(name, Config::builder().failure_rate(0.5).window(20));
    window("settings-somebody-else").install().unwrap();
    assert_eq!(breaker.snapshot().consecutive_failures, 1, "its counts go on");
    window("settings-untouched").install().unwrap();
    assert_eq!(breaker.snapshot().consecutive_failures, 0, "another window");
    let _ = fail(breaker);
    window("settings-untouched").merge(window("settings-somebody-else")).install().unwrap();
    assert_eq!(breaker.snapshot().consecutive_failures, 1);
}

#[test]
fn names_that_nothing_goes_by_are_listed_until_something_does() {
    let _turn = turn();
    let vars = Settings::from_vars([("CIRCUIT_BREAKER__SETTINGS_WAITING_VAR__JITTER", "0.5")]).unwrap();
    vars.merge(ours("settings-waiting")).install().unwrap();
    assert_eq!(registry().unused_settings(), ["settings-waiting", "SETTINGS_WAITING_VAR"]);
    registry().get_or_create_family("settings.waiting.var", Config::default(), 1);
    assert_eq!(registry().unused_settings(), ["settings-waiting"]);
    registry().get_or_create("settings-waiting", Config::default());
    assert_eq!(registry().unused_settings(), [""; 0]);
}
