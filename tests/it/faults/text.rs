//! Names from outside, where text is written; and what a cache serves.

use std::{io, time::Duration};

use breaker_runtime::{CircuitBreaker, Config, circuit_breaker, registry, settings::Settings};

#[test]
fn fault_35_a_name_writes_no_lines_of_its_own() {
    let name = "users\nhealthy: 9 of 9 breakers\u{1b}[2J\u{2028}";
    let breaker = CircuitBreaker::new(name, Config::default());
    breaker.trip();
    let rejected = breaker.try_acquire().unwrap_err();
    assert_eq!(rejected.name, name, "the name itself is kept");
    assert!(!rejected.to_string().contains(['\n', '\u{1b}', '\u{2028}']), "{rejected}");

    registry().get_or_create(name, Config::default()).trip();
    let report = registry().health();
    let about = report.get(name).unwrap();
    assert_eq!(about.to_string().lines().count(), 1);
    assert_eq!(report.to_string().lines().count(), 1 + report.breakers.len());

    registry().get_or_create(name, Config::builder().recovery_timeout(Duration::from_secs(1)).build().unwrap());
    let conflict = registry().conflicts().into_iter().find(|conflict| *conflict.name() == *name).unwrap();
    assert_eq!(conflict.to_string().lines().count(), 1);
}

#[test]
fn fault_35_what_is_wrong_with_settings_is_a_line_each() {
    let in_code = Settings::new().set("users\nhealthy", Config::builder().failure_threshold(0)).install();
    let file = "[\"users\\nhealthy\"]\n\"ji\\ntter\" = 1\nmode = \"o\\npen\"";
    let variables = [("CIRCUIT_BREAKER__USERS\nHEALTHY", "1"), ("CIRCUIT_BREAKER__USERS__FAILURE_THRESHOLD", "1\n2")];
    let results = [in_code, Settings::from_toml(file).map(drop), Settings::from_vars(variables).map(drop)];
    for (wrong, lines) in results.map(Result::unwrap_err).into_iter().zip([1, 2, 2]) {
        assert_eq!((wrong.to_string().lines().count(), wrong.problems().len()), (lines, lines), "{wrong}");
    }
}

#[test]
fn fault_34_after_a_404_an_outage_does_not_serve_what_was_deleted() {
    #[circuit_breaker(
        cache(key = id, ttl = "1h"),
        ignore_if = |error| error.kind() == io::ErrorKind::NotFound,
        handle = users
    )]
    fn user(id: u8, answer: Result<&'static str, io::ErrorKind>) -> io::Result<&'static str> {
        let _ = id;
        answer.map_err(io::Error::from)
    }
    assert_eq!(user(1, Ok("Ada")).unwrap(), "Ada");
    assert_eq!(user(2, Ok("Grace")).unwrap(), "Grace");
    assert_eq!(user(1, Err(io::ErrorKind::TimedOut)).unwrap(), "Ada", "an outage");
    assert_eq!(user(1, Err(io::ErrorKind::NotFound)).unwrap_err().kind(), io::ErrorKind::NotFound);
    users().trip();
    assert!(user(1, Ok("not asked")).is_err(), "she was deleted");
    assert_eq!(user(2, Ok("not asked")).unwrap(), "Grace");
}
