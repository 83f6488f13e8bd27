//! One process of the service.

use std::{
    env, fs,
    io::BufRead as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::Duration,
};

use breaker_runtime::{
    Reason, State, Transition, circuit_breaker,
    fleet::{Fleet, FleetStatus},
    registry,
};

pub(crate) const URL: &str = "FLEET_EXAMPLE_URL";
/// The dependency is down as long as this file is there.
pub(crate) const DOWN: &str = "FLEET_EXAMPLE_DOWN";

static SERVED: AtomicU64 = AtomicU64::new(0);

#[circuit_breaker(
    name = "payments",
    failure_threshold = 5,
    recovery_timeout = "1s",
    half_open_max_calls = 1,
    success_threshold = 1
)]
fn pay(down: &str) -> std::io::Result<()> {
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

/// Calls again and again, tells of what changes on its standard output, and takes orders on its standard input.
pub(crate) fn run(name: &str) {
    let (Ok(url), Ok(down)) = (env::var(URL), env::var(DOWN)) else { return };
    registry().on_transition(|t| println!("{} ({})", t.to, why(t)));
    // What is five seconds in real life is half a second here, so that the story is short.
    let fleet = Fleet::builder(url)
        .namespace("fleet-example")
        .node(name)
        .poll(Duration::from_millis(500))
        .grace(Duration::from_millis(500));
    let Ok(fleet) = fleet.start() else { return };
    // The first two have more to do, and find out before the others.
    let pace = if matches!(name, "api-1" | "api-2") { 5 } else { 60 };
    thread::spawn(move || {
        loop {
            if pay(&down).is_ok() {
                SERVED.fetch_add(1, Relaxed);
            }
            thread::sleep(Duration::from_millis(pace));
        }
    });
    let watched = fleet.clone();
    thread::spawn(move || {
        let mut last = None;
        loop {
            let connected = watched.status() == FleetStatus::Connected;
            if last != Some(connected) {
                println!("{}", if connected { "connected" } else { "degraded" });
                last = Some(connected);
            }
            thread::sleep(Duration::from_millis(5));
        }
    });
    // Any runtime will do; this one is at hand.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    for order in std::io::stdin().lock().lines().map_while(Result::ok) {
        let done = match order.as_str() {
            "force" => runtime.block_on(async {
                fleet.force_open("payments").by("ann").because("INC-4711").lasting(Duration::from_secs(60)).await
            }),
            "reset" => runtime.block_on(async { fleet.reset("payments").by("ann").await }),
            _ => Ok(()),
        };
        match done {
            Ok(()) => println!("= {}", SERVED.load(Relaxed)),
            Err(error) => println!("= {error}"),
        }
    }
}
