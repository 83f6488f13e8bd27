//! Outages that are made up, each on an ordinary day: one call in a hundred fails anyway.

use std::time::Duration;

use breaker_runtime::{Verdict, simulation::Call};
use clap::ValueEnum;
use fastrand::Rng;

use crate::calls::Record;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outage {
    /// Refuses connections for five minutes of thirty
    HardDown,
    /// Fails four calls in ten for ten minutes of thirty
    BrownOut,
    /// Answers after 3 to 8 s, and some not within 10 s, for eight minutes of thirty
    Slow,
    /// Goes down for 40 s and up for 50 s, again and again, for ten minutes of thirty
    Flapping,
    /// A call every minute or so; down for an hour of four
    LowTraffic,
}

/// How the dependency is at one moment.
#[derive(Clone, Copy)]
enum Mood {
    Well,
    Down,
    Brown,
    Slow,
}

impl Outage {
    pub(crate) fn make(self, seed: u64) -> Record {
        let mut rng = Rng::with_seed(seed);
        let (length, pause) = match self {
            Self::LowTraffic => (4.0 * 3600.0, 60.0),
            _ => (1800.0, 1.0 / 50.0),
        };
        let mut calls = Vec::new();
        let mut at = 0.0;
        while at < length {
            calls.push(answer(self.mood(at), at, &mut rng));
            // Calls that know nothing of each other.
            at += -pause * (1.0 - rng.f64()).ln();
        }
        let name = self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        Record { name, calls }
    }

    fn mood(self, at: f64) -> Mood {
        let (bad, mood) = match self {
            Self::HardDown => ((600.0..900.0).contains(&at), Mood::Down),
            Self::BrownOut => ((600.0..1200.0).contains(&at), Mood::Brown),
            Self::Slow => ((600.0..1080.0).contains(&at), Mood::Slow),
            Self::Flapping => ((600.0..1200.0).contains(&at) && at % 90.0 < 40.0, Mood::Down),
            Self::LowTraffic => ((3600.0..7200.0).contains(&at), Mood::Down),
        };
        if bad { mood } else { Mood::Well }
    }
}

fn answer(mood: Mood, at: f64, rng: &mut Rng) -> Call {
    // Most answers take around 40 ms, a few ten times that.
    let usual = 0.02 + 0.02 / (0.05 + 0.95 * rng.f64());
    let share_of_failures = match mood {
        Mood::Well => 0.01,
        Mood::Down => 1.0,
        Mood::Brown => 0.4,
        Mood::Slow => 0.2,
    };
    let fails = rng.f64() < share_of_failures;
    let took = match (mood, fails) {
        (Mood::Down, _) => 0.002,
        (Mood::Slow, true) => 10.0,
        (Mood::Slow, false) => 3.0 + 5.0 * rng.f64(),
        (_, true) => 1.0,
        (_, false) => usual,
    };
    let verdict = if fails { Verdict::Failure } else { Verdict::Success };
    Call { at: Duration::from_secs_f64(at), took: Duration::from_secs_f64(took), verdict }
}
