//! The bounds and defaults that the attribute checks literals by are those of the runtime.

use std::time::Duration;

use breaker_runtime::{__private, CircuitBreakerFamily, Config, Window, circuit_breaker};

// A macro crate exports no constants.
#[path = "../../breaker-macros/src/options/limits.rs"]
mod macros;

use macros::{DEFAULT_RECOVERY, DEFAULT_WINDOW, LARGEST_COUNT, LARGEST_PROBES, LARGEST_WINDOW, SHORTEST_WINDOW};

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(nanos.try_into().unwrap())
}

fn count(count: u64) -> u32 {
    count.try_into().unwrap()
}

#[test]
fn a_window_is_as_large_and_as_short_as_the_attribute_lets_it_be() {
    let window = |window: Window| Config::builder().failure_rate(0.5).window(window).build();
    assert!(window(count(LARGEST_WINDOW).into()).is_ok());
    let mistake = window(count(LARGEST_WINDOW + 1).into()).unwrap_err();
    assert_eq!(mistake.option(), "window");
    assert!(window(nanos(SHORTEST_WINDOW).into()).is_ok());
    let mistake = window(nanos(SHORTEST_WINDOW - 1).into()).unwrap_err();
    assert_eq!(mistake.option(), "window");
}

#[test]
fn a_count_is_as_large_as_the_attribute_lets_it_be() {
    let largest = count(LARGEST_COUNT);
    assert_eq!(largest, u32::MAX);
    assert!(Config::builder().failure_threshold(largest).build().is_ok());
    let probes = |calls, successes| Config::builder().half_open_max_calls(calls).success_threshold(successes).build();
    let most = count(LARGEST_PROBES);
    assert!(probes(most, most).is_ok());
    assert_eq!(probes(most + 1, 1).unwrap_err().option(), "half_open_max_calls");
    assert_eq!(probes(most, most + 1).unwrap_err().option(), "success_threshold");
}

#[test]
fn the_defaults_that_the_attribute_relates_other_options_to_hold() {
    let rate = Config::builder().failure_rate(0.5);
    assert_eq!(rate.clone().build().unwrap().window(), Some(Window::Calls(count(DEFAULT_WINDOW))));
    assert!(rate.clone().min_calls(count(DEFAULT_WINDOW)).build().is_ok());
    assert_eq!(rate.min_calls(count(DEFAULT_WINDOW + 1)).build().unwrap_err().option(), "min_calls");
    assert_eq!(Config::default().recovery_timeout(), nanos(DEFAULT_RECOVERY));
    let longest = |nanos| Config::builder().max_recovery_timeout(nanos).build();
    assert!(longest(nanos(DEFAULT_RECOVERY)).is_ok());
    assert_eq!(longest(nanos(DEFAULT_RECOVERY - 1)).unwrap_err().option(), "max_recovery_timeout");
}

#[test]
fn an_annotated_function_keeps_as_many_keys_by_default_as_any_family() {
    #[circuit_breaker(key = tenant, handle = tenants)]
    fn ask(tenant: usize) -> std::io::Result<usize> {
        Ok(tenant)
    }
    let family = CircuitBreakerFamily::new("limits-family", Config::default());
    let ask_both = |tenant| {
        ask(tenant).unwrap();
        let _ = family.get(tenant).call(|| Ok::<_, ()>(tenant));
    };
    (0..__private::MAX_KEYS).for_each(ask_both);
    assert_eq!((__private::MAX_KEYS, tenants().len(), family.len()), (1024, 1024, 1024));
    ask_both(__private::MAX_KEYS);
    assert!(tenants().len() <= 1024 && family.len() <= 1024);
}

#[test]
fn a_cache_keeps_as_many_values_by_default_as_the_runtime_says() {
    #[circuit_breaker(cache(key = id, ttl = "1h"), handle = breaker)]
    fn ask(id: usize) -> std::io::Result<usize> {
        Ok(id)
    }
    let ids = 0..2 * __private::CACHE_CAPACITY;
    for id in ids.clone() {
        ask(id).unwrap();
    }
    breaker().force_open();
    let kept = ids.filter(|id| ask(*id).is_ok()).count();
    assert_eq!((__private::CACHE_CAPACITY, kept), (1000, 1000));
}
