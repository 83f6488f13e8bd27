//! Recorded calls through a breaker, beside reports that were worked out by hand.

use std::{collections::BTreeMap, time::Duration};

use breaker_runtime::{
    CircuitBreaker, Config, Reason, State, Verdict,
    simulation::{Call, Report, Simulation, simulate},
    testing::ManualClock,
};
use proptest::prelude::*;

use crate::support::small;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn call(begins: u64, took: u64, verdict: Verdict) -> Call {
    Call { at: at(begins), took: at(took), verdict }
}

/// One call a second that takes no time: `.` succeeds, `x` fails, `-` is ignored.
fn seconds(calls: &str) -> Vec<Call> {
    let verdict = |call| match call {
        '.' => Verdict::Success,
        'x' => Verdict::Failure,
        _ => Verdict::Ignored,
    };
    (0..).zip(calls.chars()).map(|(second, ends)| call(second, 0, verdict(ends))).collect()
}

fn openings(report: &Report) -> Vec<(u64, Reason, u64)> {
    report.openings.iter().map(|o| (o.at.as_secs(), o.reason, o.lasted.as_secs())).collect()
}

/// Of each outage: when, how long, opened after, closed after.
type Seen = (u64, Option<u64>, Option<u64>, Option<u64>);

fn outages(report: &Report) -> Vec<Seen> {
    let whole = |time: Option<Duration>| time.map(|time| time.as_secs());
    let seen = |o: &breaker_runtime::simulation::Outage| {
        (o.at.as_secs(), whole(o.lasted), whole(o.opened_after), whole(o.closed_after))
    };
    report.outages.iter().map(seen).collect()
}

#[test]
fn an_outage_worked_out_by_hand() {
    // Fails from 10 to 49. The second failure, at 11, opens it for 30 s. The probe at 41 fails. The one at 71 closes it.
    let report = simulate(&small().build().unwrap(), seconds(&format!("{:.>10}{:x>40}{:.>50}", "", "", "")));
    assert_eq!((report.calls, report.admitted, report.rejected), (100, 42, 58));
    assert_eq!(report.failing_admitted, 3); // 10, 11, 41
    assert_eq!(report.succeeding_rejected, 21); // 50 to 70
    assert_eq!(openings(&report), [(11, Reason::ConsecutiveFailures, 30), (41, Reason::ProbeFailed, 30)]);
    assert_eq!(outages(&report), [(10, Some(40), Some(1), Some(21))]);
    assert_eq!((report.state, report.lasted), (State::Closed, at(99)));
}

#[test]
fn results_count_in_the_order_of_their_ends() {
    let calls = [
        call(0, 10, Verdict::Failure), // ends last
        call(1, 1, Verdict::Success),  // ends first
        call(2, 1, Verdict::Failure),
        call(10, 0, Verdict::Success), // begins when the first one has just ended: rejected
    ];
    let report = simulate(&small().build().unwrap(), calls);
    assert_eq!(openings(&report), [(10, Reason::ConsecutiveFailures, 0)]);
    assert_eq!((report.admitted, report.rejected, report.succeeding_rejected), (3, 1, 1));
    assert_eq!(outages(&report), [(0, Some(10), Some(10), None)]);
}

#[test]
fn a_record_need_not_be_in_order() {
    let mut calls = seconds(&"..xxxx......".repeat(20));
    let report = simulate(&small().build().unwrap(), calls.clone());
    calls.reverse();
    assert_eq!(simulate(&small().build().unwrap(), calls), report);
    assert!(report.openings.len() > 2, "{report:?}");
}

#[test]
fn a_result_that_comes_too_late_changes_nothing() {
    // Began before the opening at 2, ends at 33 amid the probing: no probe of that episode.
    let mut calls = vec![call(0, 33, Verdict::Success), call(1, 0, Verdict::Failure), call(2, 0, Verdict::Failure)];
    calls.extend([call(32, 5, Verdict::Success), call(34, 0, Verdict::Success), call(38, 0, Verdict::Success)]);
    let report = simulate(&small().build().unwrap(), calls);
    // 34 is rejected, since the only probe runs from 32 to 37.
    assert_eq!((report.rejected, report.succeeding_rejected), (1, 1));
    assert_eq!(report.outages[0].closed_after, Some(at(37 - 32)));
    assert_eq!(report.state, State::Closed);
}

#[test]
fn waits_grow_as_the_back_off_says() {
    let config = small().backoff_multiplier(2.0).build().unwrap();
    let report = simulate(&config, seconds(&"x".repeat(400)));
    let waits: Vec<_> = report.openings.iter().map(|opening| opening.lasted.as_secs()).collect();
    assert_eq!(waits, [30, 60, 120, 399 - 211]); // the last one to the end of the record
    assert_eq!((report.failing_admitted, report.state), (2 + 3, State::Open));
    assert_eq!(outages(&report), [(0, None, Some(1), None)]);
}

#[test]
fn few_calls_find_the_wait_over_when_they_come() {
    // A call every three minutes: each probe fails, none is rejected but by chance of the minute.
    let calls = (0..10).map(|place| call(180 * place, 0, Verdict::Failure));
    let report = simulate(&small().build().unwrap(), calls);
    assert_eq!((report.admitted, report.rejected), (10, 0));
    assert_eq!(openings(&report)[..2], [(180, Reason::ConsecutiveFailures, 180), (360, Reason::ProbeFailed, 180)]);
    assert_eq!(outages(&report), [(0, None, Some(180), None)]);
}

#[test]
fn slow_calls_are_an_outage_to_those_who_say_so() {
    let slow = |second| call(second, if (20..40).contains(&second) { 5 } else { 1 }, Verdict::Success);
    let calls = || (0..100).map(slow);

    let blind = simulate(&Config::default(), calls());
    assert_eq!((blind.outages.len(), blind.failing_admitted), (0, 0));
    let told = Simulation::new(&Config::default()).too_slow(at(2)).run(calls());
    assert_eq!((outages(&told), told.failing_admitted), (vec![(20, Some(20), None, None)], 20));

    // Five of the last ten are slow when the one that began at 24 ends, at 29. The four after it are under way by then.
    let config = Config::builder().slow_call_duration(at(2)).slow_call_rate(0.5).window(10).min_calls(10);
    let seeing = simulate(&config.recovery_timeout(at(30)).half_open_max_calls(1).build().unwrap(), calls());
    assert_eq!(openings(&seeing), [(29, Reason::SlowCallRate, 30)]);
    assert_eq!((seeing.failing_admitted, seeing.succeeding_rejected), (9, 19)); // 20 to 28; 40 to 58
    assert_eq!(outages(&seeing), [(20, Some(20), Some(9), Some(20))]);
}

#[test]
fn ignored_calls_are_neither_good_nor_bad() {
    let report = simulate(&small().build().unwrap(), seconds("-x-x---"));
    assert_eq!((report.failing_admitted, report.succeeding_rejected), (2, 0));
    assert_eq!((report.admitted, report.rejected), (4, 3));
    assert_eq!(outages(&report), [(1, None, Some(2), None)]);
}

#[test]
fn an_outage_that_the_circuit_does_not_see_is_told() {
    let half = "x.".repeat(50);
    let calls = format!("{:.>20}{half}{:.>100}", "", "");
    let report = simulate(&Config::default(), seconds(&calls)); // five in a row never come
    assert_eq!((report.openings.len(), report.rejected), (0, 0));
    assert_eq!(outages(&report), [(20, Some(99), None, None)]);
}

#[test]
fn a_circuit_that_is_open_already_spares_the_next_outage_from_its_start() {
    // Opens at 1; well from 2 on, so long that it is another outage that begins at 102, before the wait of 200 s is over.
    let config = small().recovery_timeout(at(200)).build().unwrap();
    let report = simulate(&config, seconds(&format!("xx{:.>100}{:x>10}{:.>200}", "", "", "")));
    assert_eq!(outages(&report), [(0, Some(2), Some(1), Some(199)), (102, Some(10), Some(0), Some(89))]);
}

#[test]
fn the_same_calls_give_the_same_report() {
    let config = small().jitter(0.9).build().unwrap();
    let run = || simulate(&config, seconds(&"xxxx.".repeat(200)));
    assert_eq!(run(), run());
    assert!(run().openings.iter().any(|opening| opening.lasted < at(25)), "{:?}", run().openings);
}

#[test]
fn times_without_end_are_no_trouble() {
    let calls = [Duration::ZERO, Duration::MAX].map(|time| Call { at: time, took: time, verdict: Verdict::Failure });
    let report = simulate(&small().build().unwrap(), calls);
    assert_eq!((report.admitted, report.openings.len()), (2, 1));
    let good = Call { at: Duration::MAX, took: Duration::MAX, verdict: Verdict::Success };
    assert_eq!(simulate(&small().build().unwrap(), calls.into_iter().chain([good])).calls, 3);
}

#[test]
fn a_report_is_data_with_times_in_seconds() {
    let report = simulate(&small().build().unwrap(), seconds(&format!("{:.>10}{:x>40}{:.>50}", "", "", "")));
    let data = serde_json::to_value(&report).unwrap();
    assert_eq!(
        data,
        serde_json::json!({
            "calls": 100, "admitted": 42, "rejected": 58, "failing_admitted": 3, "succeeding_rejected": 21,
            "openings": [
                { "at": 11.0, "reason": "consecutive_failures", "lasted": 30.0 },
                { "at": 41.0, "reason": "probe_failed", "lasted": 30.0 },
            ],
            "outages": [{ "at": 10.0, "lasted": 40.0, "opened_after": 1.0, "closed_after": 21.0 }],
            "state": "closed", "lasted": 99.0,
        })
    );
    assert_eq!(serde_json::from_value::<Report>(data).unwrap(), report);
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let verdict = prop_oneof![Just(Verdict::Success), Just(Verdict::Failure), Just(Verdict::Ignored)];
    prop::collection::vec(
        (0..200_u64, 0..40_u64, verdict).prop_map(|(at, took, verdict)| call(at, took, verdict)),
        0..80,
    )
}

proptest! {
    /// The same by the public face of the breaker, with a sorted map for the calls that run.
    #[test]
    fn it_is_what_the_breaker_does(calls in calls()) {
        let config = small().half_open_max_calls(2).build().unwrap();
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("by hand", config.clone(), clock.clone());
        let mut sorted = calls.clone();
        sorted.sort_by_key(|call| call.at);
        let (mut permits, mut admitted, mut now) = (BTreeMap::new(), 0, Duration::ZERO);
        for (place, call) in sorted.iter().enumerate() {
            while let Some((&(ends, order), _)) = permits.iter().next().filter(|((ends, _), _)| *ends <= call.at) {
                let (permit, verdict): (breaker_runtime::Permit<'_>, Verdict) = permits.remove(&(ends, order)).unwrap();
                clock.advance(ends - now);
                now = ends;
                permit.settle(verdict);
            }
            clock.advance(call.at - now);
            now = call.at;
            if let Ok(permit) = breaker.try_acquire() {
                admitted += 1;
                permits.insert((call.at + call.took, place), (permit, call.verdict));
            }
        }
        for ((ends, _), (permit, verdict)) in permits {
            clock.advance(ends - now);
            now = ends;
            permit.settle(verdict);
        }
        let report = simulate(&config, calls);
        let seen = breaker.snapshot();
        prop_assert_eq!((report.admitted, report.rejected), (admitted, seen.rejected));
        prop_assert_eq!((report.openings.len() as u64, report.state), (seen.times_opened, breaker.state()));
    }
}
