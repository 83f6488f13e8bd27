//! What a guarded call costs, ours beside the other crates', in one run:
//! `cargo bench -p breaker-tests --bench calls`. Prints a table at its end; takes about three minutes.
//!
//! A machine's speed drifts while this runs. So everything is measured in rounds, those that are compared one right after
//! the other, and differences and ratios are taken within a round.

use std::{
    hint::black_box,
    pin::pin,
    sync::Barrier,
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, measurement::WallTime};
use rustix::time::{ClockId, Timespec, clock_gettime};

mod ours;
mod peers;
mod table;

/// What the caller got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Got {
    Answer,
    Failure,
    Rejection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Down;

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

/// The call that is guarded.
#[inline(never)]
fn remote(up: bool) -> Result<u64, Down> {
    if black_box(up) { Ok(black_box(7)) } else { Err(Down) }
}

/// Polls until it is ready, at once for all but the crates that await a lock.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        std::hint::spin_loop();
    }
}

/// Something that guards the call, and that threads share by its clones.
struct Contender<C> {
    name: &'static str,
    /// What it is compared with.
    baseline: Baseline,
    /// A closed one that opens only after many failures.
    closed: fn() -> C,
    /// One that rejects for an hour, if it can be brought to it at once.
    open: Option<fn() -> C>,
    call: fn(&mut C, bool) -> Got,
}

/// The bare call, and ours.
#[derive(Clone, Copy)]
struct Baseline {
    bare: &'static str,
    ours: &'static str,
}

const SYNC: Baseline = Baseline { bare: "bare call", ours: "ours: attribute" };
const ASYNC: Baseline = Baseline { bare: "bare call, async", ours: "ours: attribute, async" };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Success,
    Alternating,
    Rejected,
}

const CASES: [Case; 3] = [Case::Success, Case::Alternating, Case::Rejected];
const THREADS: [usize; 2] = [1, 2];
const ROUNDS: usize = 7;

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Alternating => "alternating",
            Self::Rejected => "rejected",
        }
    }

    /// Whether the dependency is up at the n-th call, and what comes of it.
    fn expected(self, n: u64) -> (bool, Got) {
        match self {
            Self::Success => (true, Got::Answer),
            Self::Alternating if n % 2 == 1 => (false, Got::Failure),
            Self::Alternating => (true, Got::Answer),
            Self::Rejected => (true, Got::Rejection),
        }
    }
}

trait Entrant {
    fn name(&self) -> &'static str;
    fn baseline(&self) -> Baseline;
    fn measure(&self, criterion: &mut Criterion, case: Case, threads: usize, round: usize);
}

impl<C: Clone + Send> Entrant for Contender<C> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn baseline(&self) -> Baseline {
        self.baseline
    }

    fn measure(&self, criterion: &mut Criterion, case: Case, threads: usize, round: usize) {
        let make = if case == Case::Rejected { self.open } else { Some(self.closed) };
        let Some(make) = make else { return };
        let (guard, call) = (make(), self.call);
        let check = || {
            let mut guard = guard.clone();
            for n in 0..10 {
                let (up, got) = case.expected(n);
                assert_eq!(call(&mut guard, up), got, "{}, {}, call {n}", self.name, case.name());
            }
        };
        let calls = |guard: &mut C, calls: u64| {
            let start = now();
            for n in 0..calls {
                black_box(call(guard, case.expected(n).0));
            }
            start.elapsed()
        };
        check();
        criterion.bench_function(&table::id(self.name, case, threads, round), |bencher| {
            bencher.iter_custom(|iterations| match threads {
                1 => calls(&mut guard.clone(), iterations),
                _ => together((0..threads).map(|_| guard.clone()), |guard| calls(guard, iterations)),
            });
        });
        check();
    }
}

/// The mean time of threads that do the same at once.
fn together<C: Send>(guards: impl ExactSizeIterator<Item = C>, work: impl Fn(&mut C) -> Duration + Sync) -> Duration {
    let count = u32::try_from(guards.len()).unwrap();
    let (start, work) = (Barrier::new(guards.len()), &work);
    let took: Duration = thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = guards
            .map(|mut guard| {
                scope.spawn(move || {
                    start.wait();
                    work(&mut guard)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    took / count
}

#[expect(clippy::disallowed_methods, reason = "this measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// As of the kernel's last tick, where there is such a clock.
#[expect(clippy::disallowed_methods, reason = "this measures what a reading costs")]
fn rough() -> Timespec {
    #[cfg(target_os = "linux")]
    let clock = ClockId::MonotonicCoarse;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    clock_gettime(clock)
}

/// Nobody guards it. What it is rejected by is a function that does nothing else. The readings of a clock stand beside: what a
/// breaker must pay that times its calls, or knows whether a wait is over.
fn bare() -> [Box<dyn Entrant>; 4] {
    async fn asynchronous(up: bool) -> Result<u64, Down> {
        remote(up)
    }
    #[inline(never)]
    fn rejected() -> Got {
        black_box(Got::Rejection)
    }
    fn got(result: Result<u64, Down>) -> Got {
        if result.is_ok() { Got::Answer } else { Got::Failure }
    }
    [
        Box::new(Contender {
            name: SYNC.bare,
            baseline: SYNC,
            closed: || true,
            open: Some(|| false),
            call: |closed, up| if *closed { got(remote(up)) } else { rejected() },
        }),
        Box::new(Contender {
            name: ASYNC.bare,
            baseline: ASYNC,
            closed: || true,
            open: Some(|| false),
            call: |closed, up| if *closed { got(block_on(asynchronous(up))) } else { block_on(async { rejected() }) },
        }),
        Box::new(Contender {
            name: "bare call, and `Instant::now`",
            baseline: SYNC,
            closed: || true,
            open: Some(|| false),
            call: |closed, up| {
                black_box(now());
                if *closed { got(remote(up)) } else { rejected() }
            },
        }),
        Box::new(Contender {
            name: "bare call, and the rough clock twice",
            baseline: SYNC,
            closed: || true,
            open: Some(|| false),
            call: |closed, up| {
                black_box((rough(), rough()));
                if *closed { got(remote(up)) } else { rejected() }
            },
        }),
    ]
}

fn main() {
    let mut criterion: Criterion<WallTime> = Criterion::default()
        .sample_size(10)
        .nresamples(1_001)
        .warm_up_time(Duration::from_millis(20))
        .measurement_time(Duration::from_millis(80))
        .without_plots()
        .configure_from_args();
    let entrants: Vec<Box<dyn Entrant>> = bare().into_iter().chain(ours::entrants()).chain(peers::entrants()).collect();
    for round in 0..ROUNDS {
        for threads in THREADS {
            for case in CASES {
                for entrant in &entrants {
                    entrant.measure(&mut criterion, case, threads, round);
                }
            }
        }
    }
    table::print(&entrants);
}
