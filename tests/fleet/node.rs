//! One process of a fleet: calls its dependency again and again, and does what it is told on its standard input.

use std::{
    env, fmt, fs,
    io::BufRead as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use breaker_runtime::{
    CallError, Config,
    fleet::{Fleet, FleetStatus},
    registry,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

/// The breaker of all nodes.
pub(crate) const NAME: &str = "payments";
/// How long it is open.
pub(crate) const WAIT: Duration = Duration::from_secs(1);
/// How often nodes look, which is 5 s in real life.
pub(crate) const POLL: Duration = Duration::from_millis(500);
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// Set for a process that is to be a node: its name.
pub(crate) const NODE: &str = "FLEET_NODE";
pub(crate) const URL: &str = "FLEET_URL";
pub(crate) const QUORUM: &str = "FLEET_QUORUM";
/// The dependency is down as long as this file is there.
pub(crate) const DOWN: &str = "FLEET_DOWN";

/// Not a test by itself: the tests start this program again, as a node.
#[test]
fn node() {
    let Ok(name) = env::var(NODE) else { return };
    run(name);
}

/// Why the fleet was degraded, each time that it told `tracing` so.
#[derive(Clone, Default)]
struct Degraded(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Degraded {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut read = Read::default();
        event.record(&mut read);
        if read.message.starts_with("fleet degraded") {
            self.0.lock().unwrap().push(read.why);
        }
    }
}

/// What such an event says.
#[derive(Default)]
struct Read {
    message: String,
    why: String,
}

impl Visit for Read {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "why" {
            value.clone_into(&mut self.why);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}

impl Degraded {
    /// In one line.
    fn said(&self) -> String {
        self.0.lock().unwrap().join(" | ")
    }
}

#[derive(Default)]
struct Counts {
    succeeded: AtomicU64,
    failed: AtomicU64,
    rejected: AtomicU64,
    /// Of calls of this breaker, without what the dependency takes; in microseconds.
    longest: AtomicU64,
}

#[expect(clippy::disallowed_methods, reason = "the test measures")]
fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()
}

#[expect(clippy::disallowed_methods, reason = "the test measures")]
fn instant() -> Instant {
    Instant::now()
}

fn run(name: String) {
    // The harness has begun a line of its own.
    println!();
    let degraded = Degraded::default();
    tracing_subscriber::registry().with(degraded.clone()).init();
    let config = Config::builder().failure_threshold(5).recovery_timeout(WAIT).half_open_max_calls(1);
    let breaker = registry().get_or_create(NAME, config.success_threshold(1).build().unwrap());
    breaker.on_transition(|t| println!("t {} {} {} {}", micros(), t.from, t.to, t.reason.as_str().replace(' ', "_")));
    let quorum = env::var(QUORUM).unwrap().parse().unwrap();
    let url = env::var(URL).unwrap();
    let fleet = Fleet::builder(url).namespace("shop").node(name).quorum(quorum).poll(POLL).grace(GRACE);
    let mut fleet = Some(fleet.start().unwrap());
    let counts = Arc::new(Counts::default());
    let down = env::var(DOWN).unwrap();
    {
        let counts = Arc::clone(&counts);
        thread::spawn(move || {
            loop {
                call(&counts, &down);
                thread::sleep(Duration::from_millis(3 + fastrand::u64(0..8)));
            }
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let Some(fleet_now) = &fleet else { break };
        let answer = match words[..] {
            ["state"] => breaker.state().to_string(),
            ["status"] => match fleet_now.status() {
                FleetStatus::Connected => "connected".to_owned(),
                _ => "degraded".to_owned(),
            },
            ["counts"] => {
                let [succeeded, failed, rejected] =
                    [&counts.succeeded, &counts.failed, &counts.rejected].map(|count| count.load(Relaxed));
                format!("{succeeded} {failed} {rejected}")
            }
            ["degraded"] => degraded.said(),
            ["longest"] => counts.longest.swap(0, Relaxed).to_string(),
            ["force", by, because, millis] => {
                let millis = millis.parse().unwrap();
                let mut order = fleet_now.force_open(NAME).by(by).because(because);
                if millis > 0 {
                    order = order.lasting(Duration::from_millis(millis));
                }
                format!("{:?}", runtime.block_on(async { order.await }))
            }
            ["disable"] => format!("{:?}", runtime.block_on(async { fleet_now.disable(NAME).await })),
            ["reset"] => format!("{:?}", runtime.block_on(async { fleet_now.reset(NAME).await })),
            ["view"] => format!("{:?}", runtime.block_on(fleet_now.view())),
            ["by-hand", "force"] => {
                breaker.force_open();
                "done".to_owned()
            }
            ["by-hand", "reset"] => {
                breaker.reset();
                "done".to_owned()
            }
            ["trip"] => {
                breaker.trip();
                "done".to_owned()
            }
            ["end"] => {
                fleet = None;
                thread::sleep(Duration::from_millis(300));
                "ended".to_owned()
            }
            _ => "what?".to_owned(),
        };
        println!("= {answer}");
    }
}

fn call(counts: &Counts, down: &str) {
    let breaker = registry().get(NAME).unwrap();
    let begin = instant();
    let mut inside = Duration::ZERO;
    let result = breaker.call(|| {
        let begin = instant();
        let result = if fs::exists(down).unwrap() { Err(()) } else { Ok(()) };
        thread::sleep(Duration::from_millis(1));
        inside = begin.elapsed();
        result
    });
    let took = begin.elapsed().saturating_sub(inside);
    counts.longest.fetch_max(took.as_micros() as u64, Relaxed);
    let count = match result {
        Ok(()) => &counts.succeeded,
        Err(CallError::Failed(())) => &counts.failed,
        Err(CallError::Open(_)) => &counts.rejected,
    };
    count.fetch_add(1, Relaxed);
}
