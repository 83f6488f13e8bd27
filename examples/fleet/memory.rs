//! What is left of the story where there is no Redis: one node, on an engine in this process.

use std::{thread, time::Duration};

use breaker_runtime::{
    CircuitBreaker, Config, State,
    fleet::{Fleet, FleetState, FleetStatus, MemoryEngine},
    registry,
};

pub(crate) fn story() -> Result<(), String> {
    let engine = MemoryEngine::new();
    let config = Config::builder().failure_threshold(2).recovery_timeout(Duration::from_millis(500)).build();
    let breaker = registry().get_or_create("payments", config.map_err(|error| error.to_string())?);
    breaker.on_transition(|t| println!("  {} ({})", t.to, t.reason));
    let fleet = Fleet::with_engine(engine.clone()).namespace("fleet-example").node("api-1").quorum(1);
    let fleet = fleet.poll(Duration::from_millis(200)).start().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;

    wait("connected", || fleet.status() == FleetStatus::Connected)?;
    println!("The dependency goes bad.");
    for _ in 0..2 {
        let _ = breaker.call(|| Err::<(), _>("down"));
    }
    wait("the fleet is open", || {
        let view = runtime.block_on(fleet.view()).ok();
        view.is_some_and(|view| view.get("payments").is_some_and(|seen| seen.state == FleetState::Open))
    })?;
    println!("It comes back.");
    wait("closed", || {
        let _ = breaker.call(|| Ok::<_, ()>(()));
        breaker.state() == State::Closed
    })?;
    println!("An operator opens it for all.");
    let force = async { fleet.force_open("payments").by("ann").because("INC-4711").await };
    runtime.block_on(force).map_err(|error| error.to_string())?;
    is(breaker, State::ForcedOpen)?;
    println!("The engine is gone.");
    engine.set_down(true);
    wait("degraded", || fleet.status() != FleetStatus::Connected)?;
    is(breaker, State::ForcedOpen)?;
    engine.set_down(false);
    wait("connected", || fleet.status() == FleetStatus::Connected)?;
    runtime.block_on(async { fleet.reset("payments").await }).map_err(|error| error.to_string())?;
    is(breaker, State::Closed)
}

fn is(breaker: &CircuitBreaker, state: State) -> Result<(), String> {
    if breaker.state() == state { Ok(()) } else { Err(format!("{} instead of {state}", breaker.state())) }
}

fn wait(what: &str, mut come: impl FnMut() -> bool) -> Result<(), String> {
    for _ in 0..2_000 {
        if come() {
            println!("  {what}");
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(format!("never {what}"))
}
