//! A breaker for each key, and how many of them are kept.

use std::{
    collections::HashSet,
    fmt,
    sync::{
        Arc, Barrier, Mutex, Weak,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread,
    time::{Duration, SystemTime},
};

use breaker_runtime::{
    CallError, CircuitBreaker, CircuitBreakerFamily, Clock, Config, Conflict, State, registry, testing::ManualClock,
};

use crate::support::{WAIT, fail, open, small, succeed};

/// A family of two failures and these many keys, on a clock that stands still.
fn family(max_keys: usize) -> CircuitBreakerFamily {
    let family = CircuitBreakerFamily::new("hosts", small().build().unwrap()).with_max_keys(max_keys);
    family.set_clock(ManualClock::new());
    family
}

fn keys(family: &CircuitBreakerFamily) -> HashSet<String> {
    family.iter().map(|(key, _)| key.to_string()).collect()
}

fn set<const N: usize>(keys: [&str; N]) -> HashSet<String> {
    keys.map(String::from).into()
}

#[test]
fn one_key_is_one_breaker_however_it_is_typed() {
    let family = family(10);
    assert!(family.is_empty());
    let first = family.get("7");
    assert_eq!(first.name(), "hosts[7]");
    for same in [family.get(7_u8), family.get(String::from("7")), family.get(format_args!("{}", 3 + 4))] {
        assert!(Arc::ptr_eq(&first, &same));
    }
    let long = "k".repeat(10_000);
    assert!(Arc::ptr_eq(&family.get(&long), &family.get(long.as_str())));
    assert_eq!(family.get("").name(), "hosts[]");
    assert_eq!((family.len(), family.name(), family.config()), (3, "hosts", small().build().unwrap()));
}

#[test]
fn a_key_that_is_down_leaves_the_others_alone() {
    let family = family(10);
    open(&family.get("down"));
    assert!(fail(&family.get("down")).is_err());
    assert_eq!(family.get("down").snapshot().rejected, 1);
    succeed(&family.get("up")).unwrap();
    assert_eq!(family.get("up").snapshot().rejected, 0);
}

#[test]
fn defect_29_a_breaker_is_the_same_at_the_next_call_so_it_trips() {
    let family = family(1);
    for _ in 0..2 {
        let _ = fail(&family.get("host"));
    }
    assert_eq!(family.get("host").state(), State::Open);
}

#[test]
fn the_bound_holds_under_a_hundred_thousand_keys_and_no_call_is_lost_from_the_totals() {
    const KEYS: u64 = if cfg!(miri) { 14 } else { 100_000 };
    const MOST: usize = if cfg!(miri) { 10 } else { 100 };
    let family = family(MOST);
    for key in 0..KEYS {
        succeed(&family.get(key)).unwrap();
        assert!(family.len() <= MOST);
    }
    assert!(family.len() > MOST * 9 / 10);
    assert!(family.overflow().is_none());
    assert_eq!(family.totals().successes, KEYS);
}

#[test]
fn no_keys_at_all_is_taken_as_one() {
    let family = family(0);
    drop(family.get("a"));
    drop(family.get("b"));
    assert_eq!(keys(&family), set(["b"]));
}

#[test]
fn the_least_recently_used_goes_first() {
    let family = family(3);
    for key in ["a", "b", "c"] {
        let _ = family.get(key);
    }
    let _ = (family.get("a"), family.get("b"));
    let _ = family.get("d");
    assert_eq!(keys(&family), set(["a", "b", "d"]));
    let _ = (family.get("b"), family.get("d"));
    let _ = family.get("e");
    assert_eq!(keys(&family), set(["b", "d", "e"]));
}

#[test]
fn breakers_without_failures_go_before_older_ones_with_failures() {
    let family = family(3);
    let _ = fail(&family.get("failed"));
    succeed(&family.get("well")).unwrap();
    open(&family.get("open"));
    let _ = family.get("new");
    assert_eq!(keys(&family), set(["failed", "open", "new"]));
    let _ = fail(&family.get("new"));
    let _ = family.get("newer");
    assert_eq!(keys(&family), set(["new", "open", "newer"]), "the one that failed longest ago, as none is without");
}

#[test]
fn a_failure_that_only_the_window_remembers_counts_too() {
    let config = small().window(10).build().unwrap();
    let family = CircuitBreakerFamily::new("hosts", config).with_max_keys(2);
    let _ = fail(&family.get("failed"));
    succeed(&family.get("failed")).unwrap();
    succeed(&family.get("well")).unwrap();
    let _ = family.get("new");
    assert_eq!(keys(&family), set(["failed", "new"]));
}

#[test]
fn an_open_circuit_is_never_lost_while_ten_thousand_keys_come_and_go() {
    const KEYS: u32 = if cfg!(miri) { 4 } else { 10_000 };
    let clock = ManualClock::new();
    let family = family(4);
    family.set_clock(clock.clone());
    open(&family.get("open"));
    family.get("forced").force_open();
    family.get("disabled").disable();
    for key in 0..KEYS {
        succeed(&family.get(key)).unwrap();
        assert!(family.len() <= 4);
    }
    assert_eq!(family.get("open").state(), State::Open);
    clock.advance(WAIT);
    for key in 0..KEYS {
        let _ = fail(&family.get(key));
    }
    assert_eq!(family.get("open").state(), State::HalfOpen);
    assert_eq!(family.get("open").snapshot().failures, 2);
    assert_eq!(family.get("forced").state(), State::ForcedOpen);
    assert_eq!(family.get("disabled").state(), State::Disabled);
}

/// A clock that opens a circuit anew while it is read for the last time of these: what another thread may do just then.
#[derive(Default)]
struct OpensWhenRead {
    time: ManualClock,
    breaker: Mutex<Weak<CircuitBreaker>>,
    reads: AtomicU32,
}

impl Clock for OpensWhenRead {
    fn nanos(&self) -> u64 {
        if self.reads.load(SeqCst) > 0 && self.reads.fetch_sub(1, SeqCst) == 1 {
            self.breaker.lock().unwrap().upgrade().unwrap().trip_for(WAIT);
        }
        self.time.nanos()
    }

    fn wall(&self) -> SystemTime {
        self.time.wall()
    }
}

#[test]
fn a_circuit_that_opens_while_it_is_judged_stays() {
    for reads in 1..=2 {
        let (family, clock) = (family(1), Arc::new(OpensWhenRead::default()));
        family.set_clock(Arc::clone(&clock));
        open(&family.get("down"));
        clock.time.advance(WAIT);
        *clock.breaker.lock().unwrap() = Arc::downgrade(&family.get("down"));
        clock.reads.store(reads, SeqCst);
        let _ = family.get("other");
        assert_eq!(clock.reads.load(SeqCst), 0, "it was judged so often");
        assert_eq!(keys(&family), set(["down"]));
        assert_eq!(family.get("down").state(), State::Open);
    }
}

#[test]
fn a_breaker_in_use_stays() {
    let family = family(1);
    let used = family.get("used");
    let permit = used.try_acquire().unwrap();
    let _ = family.get("other");
    assert_eq!(keys(&family), set(["used"]));
    permit.failure();
    assert_eq!(family.get("used").snapshot().consecutive_failures, 1);
    let _ = family.get("other");
    assert_eq!(keys(&family), set(["used"]), "whoever holds it may make a call at any time");
    drop(used);
    let _ = family.get("other");
    assert_eq!(keys(&family), set(["other"]));
}

#[test]
fn keys_without_room_are_let_through_and_get_a_breaker_of_their_own_when_there_is_room() {
    let family = family(2);
    open(&family.get("a"));
    open(&family.get("b"));
    for key in ["c", "d", "c", "d"] {
        assert_eq!(fail(&family.get(key)), Err(CallError::Failed(())));
    }
    let unguarded = family.overflow().unwrap();
    assert!(Arc::ptr_eq(&unguarded, &family.get("e")));
    assert_eq!((unguarded.name(), unguarded.state()), ("hosts[*]", State::Closed));
    assert_eq!((family.len(), family.totals().failures, family.totals().unguarded), (2, 8, 4));
    family.get("a").reset();
    succeed(&family.get("c")).unwrap();
    assert_eq!(keys(&family), set(["b", "c"]));
    assert_eq!((family.totals().failures, family.totals().unguarded), (8, 4));
}

#[test]
fn a_large_family_finds_room_again_after_searching_in_vain() {
    const KEYS: usize = if cfg!(miri) { 64 } else { 640 };
    const MORE: usize = if cfg!(miri) { 1002 } else { 2000 };
    let family = family(KEYS);
    for key in 0..KEYS {
        family.get(key).trip();
    }
    for key in 1000..MORE {
        assert_eq!(family.get(key).name(), "hosts[*]");
    }
    family.get(7).reset();
    assert!((1000..1020).any(|key| family.get(key).name() != "hosts[*]"));
    assert!(family.iter().filter(|(_, breaker)| breaker.state() == State::Open).count() == KEYS - 1);
}

#[test]
fn eight_threads_that_ask_for_one_new_key_get_one_breaker() {
    const KEYS: usize = if cfg!(miri) { 3 } else { 200 };
    let family = family(1000);
    let barrier = Barrier::new(8);
    for key in 0..KEYS {
        let breakers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        family.get(key)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(breakers.iter().all(|breaker| Arc::ptr_eq(breaker, &breakers[0])));
    }
    assert_eq!(family.len(), KEYS);
}

#[test]
fn threads_that_fight_for_room_lose_no_call_and_keep_the_bound() {
    const CALLS: u64 = if cfg!(miri) { 8 } else { 3_000 };
    let family = family(16);
    open(&family.get("open"));
    thread::scope(|scope| {
        for thread in 0..4 {
            let family = &family;
            scope.spawn(move || {
                let mut seen = 0;
                for call in 0..CALLS {
                    let breaker = family.get((call * 7 + thread) % 50);
                    succeed(&breaker).unwrap();
                    if call % 100 == 0 {
                        assert!(family.len() <= 16);
                        let totals = family.totals().successes;
                        assert!(totals >= seen, "a total went back from {seen} to {totals}");
                        seen = totals;
                    }
                }
            });
        }
    });
    assert_eq!((family.totals().successes, family.totals().times_opened), (4 * CALLS, 1));
    assert_eq!(family.get("open").state(), State::Open);
}

#[test]
fn a_clock_goes_under_breakers_made_before_and_after() {
    let clock = ManualClock::new();
    let family = family(2);
    let before = family.get("before");
    family.set_clock(clock.clone());
    let after = family.get("after");
    let unguarded = family.get("no room");
    open(&before);
    open(&after);
    clock.advance(WAIT - Duration::from_nanos(1));
    assert!([&before, &after].iter().all(|breaker| breaker.state() == State::Open));
    clock.advance(Duration::from_nanos(1));
    assert!([&before, &after].iter().all(|breaker| breaker.state() == State::HalfOpen));
    let _ = fail(&unguarded);
    assert_eq!(unguarded.snapshot().last_failure, Some(SystemTime::UNIX_EPOCH + WAIT));
}

#[test]
fn a_listener_hears_every_key_and_may_use_the_family() {
    let family = Arc::new(family(2));
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let before = family.get("before");
    let (log, same) = (Arc::clone(&heard), Arc::downgrade(&family));
    family.on_transition(move |t| {
        log.lock().unwrap().push(t.name.to_string());
        let family = same.upgrade().unwrap();
        let _ = (family.get("from the listener"), family.totals(), family.len());
    });
    open(&before);
    open(&family.get("after"));
    assert_eq!(*heard.lock().unwrap(), ["hosts[before]", "hosts[after]"]);
    heard.lock().unwrap().clear();
    family.set_clock(ManualClock::new());
    assert!(!heard.lock().unwrap().is_empty(), "open circuits were closed for the new clock");
}

#[test]
fn a_key_whose_text_uses_the_family_or_gives_up_half_way_does_no_harm() {
    struct Curious<'a>(&'a CircuitBreakerFamily);
    impl fmt::Display for Curious<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0.get("inner").name())?;
            Err(fmt::Error)
        }
    }
    let family = family(10);
    assert_eq!(family.get(Curious(&family)).name(), "hosts[hosts[inner]]");
}

#[test]
fn other_settings_reach_breakers_made_before_and_after() {
    let family = family(10);
    let before = family.get("before");
    let other = Config::builder().failure_threshold(7).build().unwrap();
    family.reconfigure(other.clone());
    assert_eq!((before.config(), family.get("after").config(), family.config()), (other.clone(), other.clone(), other));
}

#[test]
fn the_registry_shares_families_by_name_and_reports_differences() {
    let config = small().build().unwrap();
    let family = registry().get_or_create_family("family-shared", config.clone(), 0);
    assert!(std::ptr::eq(family, registry().get_or_create_family("family-shared", config.clone(), 1)));
    assert!(std::ptr::eq(family, registry().family("family-shared").unwrap()));
    assert!(registry().families().any(|other| std::ptr::eq(family, other)));
    let ours = || {
        let about = |conflict: &Conflict| match conflict {
            Conflict::Settings { name, .. } | Conflict::MaxKeys { name, .. } | Conflict::Kind { name } => {
                name == "family-shared"
            }
            _ => false,
        };
        registry().conflicts().into_iter().filter(about).collect::<Vec<_>>()
    };
    assert_eq!(ours(), []);
    // What the family has by now does not matter: the two places in the code agree.
    family.reconfigure(Config::default());
    registry().get_or_create_family("family-shared", config.clone(), 1);
    assert_eq!(ours(), []);
    registry().get_or_create_family("family-shared", Config::default(), 9);
    registry().get_or_create("family-shared", config.clone());
    let name = breaker_runtime::Name::from("family-shared");
    let expected = [
        Conflict::MaxKeys { name: name.clone(), kept: 1, refused: 9 },
        Conflict::Settings { name: name.clone(), kept: config.into(), refused: Box::default() },
        Conflict::Kind { name },
    ];
    assert_eq!(ours(), expected);
}

#[test]
fn the_registrys_listeners_hear_keyed_breakers() {
    let heard = Arc::new(AtomicU32::new(0));
    let before = registry().get_or_create_family("family-before", Config::default(), 10);
    let count = Arc::clone(&heard);
    registry().on_transition(move |t| {
        if t.name.starts_with("family-before[") || t.name.starts_with("family-after[") {
            count.fetch_add(1, SeqCst);
        }
    });
    before.get("a").trip();
    registry().get_or_create_family("family-after", Config::default(), 10).get("b").trip();
    assert_eq!(heard.load(SeqCst), 2);
    assert!(registry().get("family-before").is_none());
    assert!(registry().family("family-nobody").is_none());
}
