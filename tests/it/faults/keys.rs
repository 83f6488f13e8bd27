//! Keys that come and go: which are evicted, what is let through without room, and what stays counted.

use std::{
    cell::Cell,
    fmt,
    future::poll_fn,
    io, mem,
    pin::pin,
    sync::{Arc, OnceLock, Weak, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use breaker_runtime::{
    CallError, CircuitBreakerFamily, Clock, Config, Conflict, State, circuit_breaker, registry, testing::ManualClock,
};

use crate::support::{WAIT, fail, open, small, succeed};

/// A family of two failures and these many keys, on a clock.
fn family(max_keys: usize) -> (CircuitBreakerFamily, ManualClock) {
    let (family, clock) =
        (CircuitBreakerFamily::new("hosts", small().build().unwrap()).with_max_keys(max_keys), ManualClock::new());
    family.set_clock(clock.clone());
    (family, clock)
}

fn has(family: &CircuitBreakerFamily, key: &str) -> bool {
    family.find(key).is_some()
}

#[test]
fn fault_32_a_dead_key_whose_wait_is_over_makes_room() {
    let (family, clock) = family(2);
    open(&family.get("dead"));
    open(&family.get("dead too"));
    clock.advance(WAIT - Duration::from_nanos(1));
    assert_eq!(family.get("new").name(), "hosts[*]", "they keep callers out");
    clock.advance(Duration::from_nanos(1));
    assert_eq!(family.get("new").name(), "hosts[new]");
    assert!(!has(&family, "dead") && has(&family, "dead too"), "the one that was used longest ago");
    assert_eq!((family.totals().failures, family.totals().times_opened), (4, 2));
}

#[test]
fn fault_32_closed_keys_go_before_dead_ones_and_those_without_failures_first() {
    let (family, clock) = family(3);
    open(&family.get("dead"));
    let _ = fail(&family.get("failed"));
    succeed(&family.get("well")).unwrap();
    clock.advance(WAIT);
    for (new, gone) in [("a", "well"), ("b", "failed"), ("c", "dead")] {
        open(&family.get(new));
        assert!(!has(&family, gone) && has(&family, new), "{new}");
    }
    assert_eq!(family.get("d").name(), "hosts[*]");
}

#[test]
fn fault_32_a_half_open_key_goes_when_its_probes_have_stood_still_for_another_wait() {
    let config = small().half_open_max_calls(2).success_threshold(2).build().unwrap();
    let (family, clock) = (CircuitBreakerFamily::new("hosts", config).with_max_keys(1), ManualClock::new());
    family.set_clock(clock.clone());
    open(&family.get("a"));
    clock.advance(WAIT);
    succeed(&family.get("a")).unwrap();
    assert_eq!(family.get("b").name(), "hosts[*]", "it was called since");
    clock.advance(WAIT);
    assert_eq!(family.get("b").name(), "hosts[b]");
}

#[test]
fn fault_32_a_weak_pointer_keeps_no_place_and_its_calls_are_in_the_totals() {
    let (family, _clock) = family(1);
    let weak: Vec<Weak<_>> = ["a", "b", "c"].map(|key| Arc::downgrade(&family.get(key))).into();
    assert!(!has(&family, "a") && !has(&family, "b") && has(&family, "c"));
    assert!(weak[0].upgrade().is_none(), "nobody can come back to what was added up");
    let held = weak[2].upgrade().unwrap();
    assert!(family.remove("c"));
    let _ = fail(&held);
    assert_eq!(family.totals().failures, 1);
    drop(held);
    succeed(&family.get("d")).unwrap();
    assert_eq!((family.totals().failures, family.totals().successes, family.len()), (1, 1, 1));
    assert!(weak[2].upgrade().is_none());
}

#[test]
fn fault_32_one_bad_key_without_room_closes_no_other_off() {
    const CALLS: u64 = if cfg!(miri) { 5 } else { 100 };
    let (family, _clock) = family(1);
    open(&family.get("open"));
    for _ in 0..CALLS {
        assert_eq!(fail(&family.get("bad")), Err(CallError::Failed(())));
    }
    family.get("bad").try_acquire().unwrap().failure_with_retry_after(WAIT);
    succeed(&family.get("good")).unwrap();
    let unguarded = family.overflow().unwrap();
    assert_eq!((unguarded.state(), unguarded.snapshot().consecutive_failures), (State::Closed, 0));
    let totals = family.totals();
    assert_eq!((totals.unguarded, totals.failures, totals.successes), (CALLS + 2, CALLS + 3, 1));

    // What is forced by hand holds for them all.
    unguarded.force_open();
    assert!(matches!(succeed(&family.get("good")), Err(CallError::Open(_))));
    assert_eq!((family.totals().unguarded, family.totals().rejected), (CALLS + 2, 1));
    unguarded.reset();
    succeed(&family.get("good")).unwrap();
}

#[test]
fn fault_32_nothing_opens_unguarded_calls_by_a_rate_or_slowly() {
    const CALLS: u64 = if cfg!(miri) { 3 } else { 20 };
    let config = Config::builder().failure_rate(0.1).slow_call_duration(WAIT).min_calls(1).window(10).build().unwrap();
    let (family, clock) = (CircuitBreakerFamily::new("hosts", config).with_max_keys(1), ManualClock::new());
    family.set_clock(clock.clone());
    family.get("open").trip();
    for _ in 0..CALLS {
        let permit = family.get("bad");
        let permit = permit.try_acquire().unwrap();
        clock.advance(WAIT * 2);
        family.get("open").trip();
        permit.failure();
    }
    let unguarded = family.overflow().unwrap();
    assert_eq!((unguarded.state(), unguarded.snapshot().slow), (State::Closed, CALLS));
}

#[test]
fn fault_32_a_key_is_removed_by_hand_and_begins_anew() {
    let (family, _clock) = family(2);
    open(&family.get("a"));
    family.get("a").force_open();
    open(&family.get("b"));
    assert!(family.find("c").is_none() && !family.remove("c"));
    let held = family.get("a");
    let permit = family.get("b");
    permit.reset();
    let permit = permit.try_acquire().unwrap();
    assert!(family.remove("a") && family.remove("b") && family.is_empty());
    permit.failure();
    let _ = fail(&held);
    let totals = family.totals();
    assert_eq!((totals.failures, totals.rejected), (5, 1), "the call under way, and one through what is still held");
    assert_eq!((family.get("a").state(), family.get("a").snapshot().failures), (State::Closed, 0));
    assert_eq!((family.max_keys(), family.len()), (2, 1));
}

/// Calls that are in flight when their family is flooded, as an annotated function makes them.
mod in_flight {
    use super::*;

    #[circuit_breaker(name = "fault-32-sync", failure_threshold = 3, key = key, max_keys = 4, handle = sync_hosts)]
    fn sync(key: &str, body: impl FnOnce()) -> io::Result<()> {
        body();
        Err(io::ErrorKind::TimedOut.into())
    }

    #[circuit_breaker(name = "fault-32-async", failure_threshold = 3, key = key, max_keys = 4, handle = async_hosts)]
    async fn asynchronous(key: &str) -> io::Result<()> {
        let mut first = true;
        poll_fn(move |_| if mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
        Err(io::ErrorKind::TimedOut.into())
    }

    const FLOOD: u64 = if cfg!(miri) { 5 } else { 1000 };

    fn flood(hosts: &CircuitBreakerFamily) {
        for key in 0..FLOOD {
            succeed(&hosts.get(key)).unwrap();
        }
    }

    #[test]
    fn fault_32_a_key_with_a_sync_call_in_flight_stays() {
        // The first call makes the key, the second finds it in the map, the third in the thread's cache. Without a failure in
        // its counts nothing but the call keeps it.
        for failures in 1..=3 {
            let _ = sync("used", || flood(sync_hosts()));
            let used = sync_hosts().find("used").unwrap();
            assert_eq!(used.snapshot().failures, failures);
            used.reset();
        }
        let _ = sync("used", || {
            let _ = sync("used", || flood(sync_hosts()));
        });
        assert_eq!(sync_hosts().find("used").unwrap().snapshot().consecutive_failures, 2, "one called itself");
        sync_hosts().get("used").reset();
        flood(sync_hosts());
        assert!(sync_hosts().find("used").is_none(), "no call is in flight any more");
        assert_eq!((sync_hosts().totals().failures, sync_hosts().totals().successes), (5, 5 * FLOOD));
    }

    #[test]
    fn fault_32_a_key_with_a_future_in_flight_stays_also_when_it_ends_on_another_thread() {
        for failures in 1..=3 {
            let mut call = Box::pin(asynchronous("used"));
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            flood(async_hosts());
            let ended = thread::spawn(move || call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
            assert!(ended.join().unwrap());
            let used = async_hosts().find("used").unwrap();
            assert_eq!(used.snapshot().failures, failures);
            used.reset();
        }
        flood(async_hosts());
        assert!(async_hosts().find("used").is_none());
        // A key that was evicted is not found in the thread's cache any more.
        let mut call = pin!(asynchronous("used"));
        while call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
        assert_eq!(async_hosts().find("used").unwrap().snapshot().failures, 1);
        assert_eq!(async_hosts().totals().failures, 4);
    }
}

#[test]
fn fault_36_many_deferred_successes_enter_a_window_at_once() {
    const CALLS: u32 = if cfg!(miri) { 300 } else { 1_000_000 };
    let config = Config::builder().failure_rate(1.0).window(CALLS).build().unwrap();
    let breaker = breaker_runtime::CircuitBreaker::new("fault-36", config);
    let _ = fail(&breaker);
    for _ in 0..CALLS - 2 {
        breaker.try_acquire().unwrap().success();
    }
    // How long that takes is measured by the benchmark `keyed`.
    fail(&breaker).unwrap_err();
    let seen = breaker.snapshot();
    assert_eq!((seen.window_calls, seen.window_failures), (CALLS.into(), 2));
    for _ in 0..3 {
        succeed(&breaker).unwrap();
    }
    assert_eq!(breaker.snapshot().window_failures, 1, "the first failure is out");
}

#[test]
fn fault_36_names_of_places_are_found_as_they_were() {
    #[circuit_breaker(failure_threshold = 1)]
    fn place() -> io::Result<()> {
        Ok(())
    }
    place().unwrap();
    let label = concat!(module_path!(), "::place");
    assert_eq!(registry().get(label).unwrap().snapshot().successes, 1);
    // An explicit name goes before.
    registry().get_or_create(label, Config::default());
    assert_eq!(registry().get(label).unwrap().snapshot().successes, 0);
    assert!(registry().get("fault-36-nobody").is_none());
}

#[test]
fn fault_38_a_star_is_a_key_like_any_other() {
    let (family, _clock) = family(1);
    open(&family.get("*"));
    assert_eq!(family.get("*").name(), r"hosts[\*]");
    assert_eq!(family.get("no room").name(), "hosts[*]");
    assert!(family.remove("*"));
    assert_eq!(family.get(r"\*").name(), r"hosts[\\*]");
}

#[test]
fn fault_28_a_family_that_is_asked_for_again_and_again_reports_each_difference_once() {
    for _ in 0..if cfg!(miri) { 3 } else { 100 } {
        for (threshold, max_keys) in [(1, 10), (2, 10), (1, 20)] {
            let config = Config::builder().failure_threshold(threshold).build().unwrap();
            let _ = registry().get_or_create_family("fault-28-family", config, max_keys);
        }
        registry().get_or_create("fault-28-family", Config::default());
    }
    let conflicts = registry().conflicts();
    let ours: Vec<_> = conflicts.iter().filter(|conflict| conflict.name() == "fault-28-family").collect();
    assert!(
        matches!(ours[..], [Conflict::Settings { .. }, Conflict::MaxKeys { .. }, Conflict::Kind { .. }]),
        "{ours:?}"
    );
}

#[test]
fn fault_29_no_lock_of_the_familys_is_held_while_a_clock_is_read_or_a_listener_is_dropped() {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(keys_kept_under_a_clock_that_looks_at_its_family()));
    let kept = ended.recv_timeout(Duration::from_secs(60)).expect("a lock is waited for by its holder");
    assert!((1..=2).contains(&kept));
}

fn keys_kept_under_a_clock_that_looks_at_its_family() -> usize {
    thread_local!(static LOOKING: Cell<bool> = const { Cell::new(false) });
    struct Curious(Arc<OnceLock<Weak<CircuitBreakerFamily>>>);
    impl Curious {
        fn look(&self) {
            if LOOKING.replace(true) {
                return;
            }
            if let Some(family) = self.0.get().and_then(Weak::upgrade) {
                let _ = (family.len(), family.totals(), family.find("a"), fmt::format(format_args!("{family:?}")));
                let _ = family.get("a");
            }
            LOOKING.set(false);
        }
    }
    impl Clock for Curious {
        fn nanos(&self) -> u64 {
            self.look();
            0
        }
    }
    impl Drop for Curious {
        fn drop(&mut self) {
            self.look();
        }
    }
    let place = Arc::new(OnceLock::new());
    let config = Config::builder().failure_rate(0.5).window(Duration::from_secs(10)).build().unwrap();
    let family = Arc::new(CircuitBreakerFamily::new("fault-29-family", config).with_max_keys(2));
    family.set_clock(Curious(Arc::clone(&place)));
    for key in 0..10 {
        let breaker = family.get(key);
        let dropped = Curious(Arc::clone(&place));
        breaker.on_transition(move |_| dropped.look());
    }
    place.set(Arc::downgrade(&family)).unwrap();
    for key in 0..10 {
        succeed(&family.get(key)).unwrap();
    }
    family.get("trips").trip();
    let _ = (family.get("a"), family.get("b"), family.remove("a"), registry().health());
    family.len()
}
