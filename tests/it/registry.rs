//! Breakers by name.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use breaker_runtime::{Config, Conflict, Name, State, registry};

#[test]
fn one_name_is_one_breaker_and_other_settings_are_reported() {
    let first = registry().get_or_create("registry-shared", Config::default());
    let same = registry().get_or_create(String::from("registry-shared"), Config::default());
    assert!(std::ptr::eq(first, same));
    let other = Config::builder().failure_threshold(9).build().unwrap();
    assert!(std::ptr::eq(first, registry().get_or_create("registry-shared", other.clone())));
    assert_eq!(first.config(), Config::default());
    let ours: Vec<_> = registry()
        .conflicts()
        .into_iter()
        .filter(|conflict| matches!(conflict, Conflict::Settings { name, .. } if name == "registry-shared"))
        .collect();
    let expected = Conflict::Settings { name: "registry-shared".into(), kept: Box::default(), refused: other.into() };
    assert_eq!(ours, [expected]);
}

#[test]
fn listeners_hear_breakers_made_before_and_after() {
    let before = registry().get_or_create("registry-before", Config::default());
    let heard = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&heard);
    registry().on_transition(move |t| {
        if matches!(t.name.as_str(), "registry-before" | "registry-after") {
            count.fetch_add(1, SeqCst);
        }
    });
    let after = registry().get_or_create("registry-after", Config::default());
    before.trip();
    after.trip();
    assert_eq!(heard.load(SeqCst), 2);
    assert!(registry().iter().any(|breaker| breaker.name() == "registry-after"));
    assert!(registry().get("registry-nobody").is_none());
}

#[test]
fn the_registry_shows_its_breakers_by_name() {
    registry().get_or_create("registry-shown", Config::default());
    let shown = format!("{:?}", registry());
    assert!(shown.contains(r#"name: "registry-shown", state: Closed"#), "{shown}");
}

#[test]
fn names_sort_as_their_text() {
    let mut names = ["b".into(), "a".to_owned().into(), Name::from("ab")];
    names.sort();
    assert_eq!(names.map(|name| name.to_string()), ["a", "ab", "b"]);
}

#[test]
fn fault_28_a_difference_is_one_conflict_however_often_it_is_met() {
    let about = |name: &str| registry().conflicts().iter().filter(|conflict| conflict.name() == name).count();
    let config = |failures| Config::builder().failure_threshold(failures).build().unwrap();
    for call in 0..10_000 {
        // Another value each time: the same options differ.
        registry().get_or_create("registry-fault-28", config(6 + call));
        registry().get_or_create_family("registry-fault-28-family", config(6 + call), 10 + call as usize);
    }
    registry().get_or_create("registry-fault-28", config(6)); // as the first
    assert_eq!(about("registry-fault-28"), 1);
    assert_eq!(about("registry-fault-28-family"), 2, "the settings, and the bound");
    let slower = Config::builder().failure_threshold(7).jitter(0.5).build().unwrap();
    registry().get_or_create("registry-fault-28", slower.clone());
    registry().get_or_create("registry-fault-28", slower);
    assert_eq!(about("registry-fault-28"), 2, "other options: another difference");
    registry().get_or_create_family("registry-fault-28", Config::default(), 10);
    assert_eq!(about("registry-fault-28"), 3);
}

#[test]
fn recent_keeps_the_last_transitions_in_order() {
    let breaker = registry().get_or_create("registry-recent", Config::default());
    for _ in 0..100 {
        breaker.trip();
        breaker.reset();
    }
    breaker.force_open();
    let recent = registry().recent();
    assert!(recent.len() <= 64, "{}", recent.len());
    // Other tests have their transitions among them.
    let ours: Vec<_> = recent.iter().filter(|t| t.name == "registry-recent").map(|t| t.to).collect();
    assert_eq!(ours.last(), Some(&State::ForcedOpen));
    let before = &ours[..ours.len() - 1];
    assert!(before.windows(2).all(|two| two[0] != two[1]), "{before:?}");
}
