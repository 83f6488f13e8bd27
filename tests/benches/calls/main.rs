//! What a guarded call costs, ours beside the other crates', in one run:
//! `cargo bench -p breaker-tests --bench calls`. Prints a table at its end; takes about two minutes.

use std::{
    hint::black_box,
    pin::pin,
    sync::Barrier,
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, measurement::WallTime};

mod ours;
mod peers;
mod table;

/// What the caller got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Got {
    Answer,
    Failure,
    Refusal,
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
    /// A closed one that opens only after many failures.
    closed: fn() -> C,
    /// One that refuses for an hour, if it can be brought to it at once.
    open: Option<fn() -> C>,
    call: fn(&mut C, bool) -> Got,
}

const CASES: [&str; 3] = ["success", "alternating", "refused"];

impl<C: Clone + Send> Contender<C> {
    /// Every case, on one thread and on two.
    fn run(self, criterion: &mut Criterion) {
        for threads in [1, 2] {
            self.case(criterion, threads, "success", (self.closed)(), |_| (true, Got::Answer));
            self.case(criterion, threads, "alternating", (self.closed)(), |n| {
                if n % 2 == 0 { (true, Got::Answer) } else { (false, Got::Failure) }
            });
            if let Some(open) = self.open {
                self.case(criterion, threads, "refused", open(), |_| (true, Got::Refusal));
            }
        }
    }

    fn case(&self, criterion: &mut Criterion, threads: usize, case: &str, guard: C, expected: fn(u64) -> (bool, Got)) {
        let check = || {
            let mut guard = guard.clone();
            for call in 0..10 {
                let (up, got) = expected(call);
                assert_eq!((self.call)(&mut guard, up), got, "{}, {case}, call {call}", self.name);
            }
        };
        let call = self.call;
        let calls = |guard: &mut C, calls: u64| {
            let start = now();
            for n in 0..calls {
                black_box(call(guard, expected(n).0));
            }
            start.elapsed()
        };
        check();
        criterion.bench_function(&table::id(self.name, case, threads), |bencher| {
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

fn criterion() -> Criterion<WallTime> {
    Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(150))
        .measurement_time(Duration::from_millis(600))
        .without_plots()
        .configure_from_args()
}

fn main() {
    let mut criterion = criterion();
    Contender {
        name: table::BARE,
        closed: || (),
        open: None,
        call: |(), up| if remote(up).is_ok() { Got::Answer } else { Got::Failure },
    }
    .run(&mut criterion);
    ours::run(&mut criterion);
    peers::run(&mut criterion);
    table::print();
}
