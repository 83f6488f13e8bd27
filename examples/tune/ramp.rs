//! The load on a service that comes back, with and without `half_open_growth`.
//!
//! The service restarts cold: its first answers take a second, and only answers warm it up. With sixty calls at a
//! time it crashes, and is cold again. Callers want two hundred calls a second all the time. Here, unlike in a
//! record, how a call ends depends on what the circuit let through before.

use std::{collections::BTreeMap, error::Error, path::Path, time::Duration};

use breaker_runtime::{CircuitBreaker, Config, ConfigError, Permit, State, testing::ManualClock};

use crate::picture::{Fate, TimeLine, draw};

const LENGTH: u64 = 90_000;
const BACK_AT: u64 = 20_000;
const CALL_EVERY: u64 = 5;
/// So many calls at a time are too many.
const PLACES: usize = 60;
const RESTART: u64 = 4_000;
/// So many answers make it twice as fast, and so on.
const WARMING: f64 = 20.0;

/// All times are milliseconds.
struct Server {
    back_at: u64,
    answered: u32,
    crashes: u32,
}

impl Server {
    fn is_up(&self, now: u64) -> bool {
        now >= self.back_at
    }

    fn answer_takes(&self) -> u64 {
        let cold = 0.5_f64.powf(f64::from(self.answered) / WARMING);
        50 + (950.0 * cold) as u64
    }

    fn crash(&mut self, now: u64) {
        *self = Self { back_at: now + RESTART, answered: 0, crashes: self.crashes + 1 };
    }
}

/// What a run came to.
struct Run {
    line: TimeLine,
    crashes: u32,
    reached: u32,
    /// When it was closed for good.
    closed_at: Option<u64>,
}

fn run(config: Config) -> Run {
    let clock = ManualClock::new();
    let breaker = CircuitBreaker::with_clock("recovering", config, clock.clone());
    let mut server = Server { back_at: BACK_AT, answered: 0, crashes: 0 };
    let mut line = TimeLine::new(LENGTH as f64 / 1000.0);
    let mut running: BTreeMap<(u64, u64), Permit<'_>> = BTreeMap::new();
    let (mut reached, mut closed_at) = (0, None);
    let seconds = |millis: u64| millis as f64 / 1000.0;
    for now in 0..LENGTH {
        while running.first_key_value().is_some_and(|(&(ends, _), _)| ends <= now) {
            if let Some(((_, began), permit)) = running.pop_first() {
                server.answered += 1;
                permit.success();
                line.call(seconds(began), Fate::Succeeded);
            }
        }
        if now % CALL_EVERY == 0 {
            match breaker.try_acquire() {
                Ok(permit) => {
                    reached += 1;
                    if server.is_up(now) && running.len() < PLACES {
                        running.insert((now + server.answer_takes(), now), permit);
                    } else {
                        permit.failure();
                        line.call(seconds(now), Fate::Failed);
                    }
                    // It takes all that it was at with it.
                    if server.is_up(now) && running.len() == PLACES {
                        server.crash(now);
                        for ((_, began), permit) in std::mem::take(&mut running) {
                            permit.failure();
                            line.call(seconds(began), Fate::Failed);
                        }
                    }
                }
                Err(_) if server.is_up(now) => line.call(seconds(now), Fate::RejectedNeedlessly),
                Err(_) => line.call(seconds(now), Fate::RejectedRightly),
            }
            let state = breaker.state();
            closed_at = if state == State::Closed { closed_at.or(Some(now)) } else { None };
            line.state(seconds(now), state);
        }
        clock.advance(Duration::from_millis(1));
    }
    Run { line, crashes: server.crashes, reached, closed_at: closed_at.filter(|&at| at > BACK_AT) }
}

/// Draws both runs and says what they came to.
pub(crate) fn compare(path: &Path) -> Result<(), Box<dyn Error>> {
    let settings = |growth, successes| -> Result<Config, ConfigError> {
        let usual = Config::builder().recovery_timeout(Duration::from_secs(5));
        usual.half_open_growth(growth).success_threshold(successes).build()
    };
    let mut lines = Vec::new();
    println!("A service that restarts cold at {} s and crashes under {PLACES} calls at a time:\n", BACK_AT / 1000);
    for (growth, successes) in [(0, 3), (2, 150)] {
        let Run { line, crashes, reached, closed_at } = run(settings(growth, successes)?);
        let written = format!("half_open_growth = {growth}, success_threshold = {successes}");
        let outcome = match closed_at {
            Some(at) => format!("closed for good {:.1} s after the restart", (at - BACK_AT) as f64 / 1000.0),
            None => "never closed for good".to_owned(),
        };
        let told = format!("{crashes} crashes, {reached} calls reached it, {outcome}");
        println!("  {written:48} {told}");
        lines.push(line.titled(format!("{written}: {told}")));
    }
    draw(path, &lines)
}
