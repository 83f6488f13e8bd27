//! What a registry costs that many names are in.

use std::{sync::Arc, time::Instant};

use breaker_runtime::{CircuitBreaker, Config, integration::Scope, registry, settings::Settings, testing::isolated};

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn fastest(mut run: impl FnMut()) -> u128 {
    let times = (0..20).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos()
    });
    times.min().unwrap()
}

#[test]
fn fault_36_an_absent_name_is_looked_up_as_fast_as_one_that_is_there() {
    let _scope = isolated();
    let few = fastest(|| assert!(registry().get("nobody").is_none()));
    for number in 0..20_000 {
        registry().get_or_create(format!("bounds-{number}"), Config::default());
    }
    let many = fastest(|| assert!(registry().get("nobody").is_none()));
    // A walk over all of them took 130 µs.
    assert!(many < few * 20 + 2_000, "{many} ns among 20,000 names, {few} ns among none");
}

#[test]
fn names_of_dropped_ones_do_not_grow_without_end() {
    let _scope = isolated();
    for number in 0..2000 {
        let breaker = Arc::new(CircuitBreaker::new(format!("registered-many-{number:04}"), Config::default()));
        registry().register(Arc::clone(&breaker));
        breaker.call(|| Ok::<_, ()>(())).unwrap();
    }
    let readings = Scope::registry().read();
    let names: Vec<_> = readings.iter().filter(|seen| seen.name.starts_with("registered-many-")).collect();
    assert!(names.len() <= 1024, "{}", names.len());
    // The last one's destructor ran after the last look.
    assert_eq!(names.last().unwrap().name, "registered-many-1999");
}

#[test]
fn settings_for_others_do_not_visit_every_key() {
    let _scope = isolated();
    let settings = |failures| Settings::new().set("others", Config::builder().failure_threshold(failures));
    let mut failures = 1;
    let mut install = || {
        failures += 1;
        settings(failures).install().unwrap();
    };
    let http = registry().get_or_create_family("http", Config::default(), 20_000);
    let few = fastest(&mut install);
    for key in 0..20_000 {
        http.get(key);
    }
    let many = fastest(&mut install);
    // A look at each of them took 1.2 s.
    assert!(many < few * 20 + 1_000_000, "{many} ns among 20,000 keys, {few} ns among none");
}
