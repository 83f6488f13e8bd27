//! One node of the service: a process, or a thread that has a registry of its own.

use std::{
    env, fs,
    io::BufRead as _,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use breaker_runtime::{
    Clock, Reason, State, Transition, circuit_breaker,
    fleet::{Fleet, FleetBuilder, FleetStatus, MemoryEngine},
    registry, testing,
};

/// Set for a process that is to be a node: its name, and where it finds the others.
pub(crate) const NAME: &str = "FLEET_EXAMPLE_NODE";
pub(crate) const URL: &str = "FLEET_EXAMPLE_URL";
/// The dependency is down as long as this file is there.
pub(crate) const DOWN: &str = "FLEET_EXAMPLE_DOWN";

#[circuit_breaker(
    name = "payments",
    failure_threshold = 5,
    recovery_timeout = "1s",
    half_open_max_calls = 1,
    success_threshold = 1
)]
fn pay(down: &Path) -> std::io::Result<()> {
    thread::sleep(Duration::from_millis(1));
    if fs::exists(down)? { Err(std::io::ErrorKind::ConnectionRefused.into()) } else { Ok(()) }
}

/// The fleet acts through the controls of the breaker.
fn why(t: &Transition) -> &'static str {
    match (t.reason, t.to) {
        (Reason::Manual, State::Open) => "it heard so",
        (Reason::Manual, State::HalfOpen) => "it probes for all",
        (Reason::Manual, State::Closed) if t.from == State::ForcedOpen => "the operator lifted it",
        (Reason::Manual, State::Closed) => "it heard that the probe succeeded",
        (Reason::Manual, _) => "by the operator",
        (reason, _) => reason.as_str(),
    }
}

pub(crate) fn is_one() -> bool {
    env::var_os(NAME).is_some()
}

/// Speaks on its standard output, and takes orders on its standard input.
pub(crate) fn run_as_process() {
    let (Ok(name), Ok(url), Ok(down)) = (env::var(NAME), env::var(URL), env::var(DOWN)) else { return };
    let (order, orders) = channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = order.send(line);
        }
    });
    run(&name, Fleet::builder(url), down.as_ref(), &orders, |line| println!("{line}"));
}

/// The system's clock: a registry of a test's own has one that stands still.
struct RealTime(Instant);

impl Clock for RealTime {
    fn nanos(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// All nodes are in one process, so each needs a registry of its own: that of a test.
pub(crate) fn run_as_thread(
    name: &str,
    engine: MemoryEngine,
    down: &Path,
    orders: &Receiver<String>,
    say: impl Fn(&str) + Send + Sync + 'static,
) {
    let _scope = testing::isolated();
    #[expect(clippy::disallowed_methods, reason = "this is its clock")]
    registry().set_clock(RealTime(Instant::now()));
    run(name, Fleet::with_engine(engine), down, orders, say);
}

/// Calls again and again, says what changes, and takes orders as long as somebody may give any.
fn run(
    name: &str,
    fleet: FleetBuilder,
    down: &Path,
    orders: &Receiver<String>,
    say: impl Fn(&str) + Send + Sync + 'static,
) {
    let say = Arc::new(say);
    let changes = Arc::clone(&say);
    registry().on_transition(move |t| changes(&format!("{} ({})", t.to, why(t))));
    // What is five seconds in real life is half a second here, so that the story is short.
    let fleet = fleet.namespace("fleet-example").node(name);
    let Ok(fleet) = fleet.poll(Duration::from_millis(500)).grace(Duration::from_millis(500)).start() else { return };
    // Any runtime will do; this one is at hand.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    // The first two have more to do, and find out before the others.
    let pace = Duration::from_millis(if matches!(name, "api-1" | "api-2") { 5 } else { 60 });
    let (mut served, mut last) = (0_u64, None);
    loop {
        served += u64::from(pay(down).is_ok());
        let connected = fleet.status() == FleetStatus::Connected;
        if last.replace(connected) != Some(connected) {
            say(if connected { "connected" } else { "degraded" });
        }
        let done = match orders.recv_timeout(pace) {
            Ok(order) if order == "force" => runtime.block_on(async {
                fleet.force_open("payments").by("ann").because("INC-4711").lasting(Duration::from_secs(60)).await
            }),
            Ok(order) if order == "reset" => runtime.block_on(async { fleet.reset("payments").by("ann").await }),
            Ok(_) => Ok(()),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        match done {
            Ok(()) => say(&format!("= {served}")),
            Err(error) => say(&format!("= {error}")),
        }
    }
}
