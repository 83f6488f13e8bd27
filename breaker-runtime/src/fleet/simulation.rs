//! The whole protocol under an event queue of its own: many seeds, 1 to 1000 nodes, and every fault.
//!
//! `BREAKER_SEEDS` is the number of seeds; a few by default. With `BREAKER_GROWTH` the figures for each number of nodes
//! are written to that file.

use std::fmt::Write as _;

use crate::fleet::mode::Mode;

use self::world::{Faults, Happening, START, Scenario, World};

mod breaker;
mod world;

const SECOND: u64 = 1000;

fn scenario(nodes: usize, seed: u64) -> Scenario {
    Scenario {
        nodes,
        quorum: 3,
        seed,
        shared: true,
        probes: 1,
        ramp: 0,
        pace: 400,
        faults: Faults { loss: 0.0, duplication: 0.0, delay: 2 },
    }
}

fn seeds(few: u64) -> u64 {
    std::env::var("BREAKER_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(few)
}

/// An outage of a minute, 30 s after the start.
fn outage(scenario: Scenario) -> World {
    let mut world = World::new(scenario);
    world.at(START + 30 * SECOND, Happening::Outage(true));
    world.at(START + 90 * SECOND, Happening::Outage(false));
    world.run_until(START + 150 * SECOND);
    world
}

/// At the end all is as if nothing had been.
fn assert_recovered(world: &World, what: &str) {
    assert_eq!(world.closed(), world.alive(), "{what}: {}", world.describe());
    assert_eq!(world.silent(), 0, "{what}: {}", world.describe());
    assert!(!world.row().open, "{what}: {}", world.describe());
}

#[test]
fn one_outage_is_one_outage_of_the_fleet() {
    for (round, nodes) in [1, 2, 3, 5, 10, 100].into_iter().enumerate() {
        for seed in 0..seeds(4) {
            let what = format!("{nodes} nodes, seed {seed}");
            let world = outage(scenario(nodes, seed * 10 + round as u64));
            assert_recovered(&world, &what);
            let counts = &world.counts;
            // Each of the six waits has one prober, whose probe fails but for the last.
            assert!(counts.most_holders <= 1, "{what}: {counts:?}");
            if nodes >= 3 {
                assert!(counts.most_probers <= 1, "{what}: {counts:?}");
                assert!((5..=7).contains(&counts.probes), "{what}: {counts:?}");
            }
            // A poll takes five seconds on average; each change of the fleet's state is a few commands.
            let polls = nodes as u64 * 150 / 5;
            assert!(counts.polls <= polls * 5 / 4 + nodes as u64 * 3, "{what}: {counts:?}");
            assert!(counts.changes <= 3 * nodes.min(60) as u64 + 80, "{what}: {counts:?}");
        }
    }
}

#[test]
fn a_fleet_asks_as_rarely_whatever_its_calls() {
    let commands = [4_000, 400, 40].map(|pace| {
        let world = outage(Scenario { pace, ..scenario(10, 7) });
        assert_recovered(&world, "pace");
        world.counts.polls + world.counts.changes
    });
    let (least, most) = (*commands.iter().min().unwrap(), *commands.iter().max().unwrap());
    assert!(most <= least * 5 / 4 + 40, "{commands:?}");
}

#[test]
fn whatever_happens_nobody_is_stuck() {
    for seed in 0..seeds(60) {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let nodes = [1, 2, 3, 4, 6, 10, 30][random.usize(0..7)];
        let faults = Faults {
            loss: [0.0, 0.01, 0.1][random.usize(0..3)],
            duplication: [0.0, 0.2][random.usize(0..2)],
            delay: [1, 5, 60][random.usize(0..3)],
        };
        let quorum = random.u64(1..=3);
        let (probes, ramp) = (random.u32(1..=3), [0, 3_000][random.usize(0..2)]);
        let scenario = Scenario { quorum, probes, ramp, faults, ..scenario(nodes, seed) };
        let what = format!("seed {seed}, {scenario:?}");
        let mut world = World::new(scenario);
        let mut mode = None;
        for _ in 0..random.u64(1..12) {
            let at = START + random.u64(5..150) * SECOND + random.u64(0..SECOND);
            let node = random.usize(0..nodes);
            let long = random.u64(1..25) * SECOND;
            match random.u8(0..9) {
                0 | 1 => {
                    world.at(at, Happening::Outage(true));
                    world.at(at + long, Happening::Outage(false));
                }
                2 => world.at(at, Happening::Freeze(at + long)),
                3 => world.at(at, Happening::Cut),
                4 => {
                    world.at(at, Happening::Remember);
                    world.at(at + random.u64(0..3 * SECOND), Happening::Forget);
                }
                5 => world.at(at, Happening::Empty { cut: random.bool() }),
                6 => {
                    world.at(at, Happening::Kill(node));
                    world.at(at + long, Happening::Start(node));
                }
                7 => world.at(at, Happening::Partition(node, at + long)),
                _ => {
                    mode = if mode.is_some() { None } else { Some(Mode::ForcedOpen) };
                    world.at(at, Happening::Operate(mode));
                }
            }
        }
        world.at(START + 180 * SECOND, Happening::Outage(false));
        world.run_until(START + 200 * SECOND);
        world.calm_down();
        world.run_until(START + 260 * SECOND);
        assert!(world.counts.most_holders <= 2, "{what}: {:?}", world.counts);
        if world.row().over.mode.is_some() {
            assert_eq!(world.forced_nodes(), world.alive(), "{what}: {}", world.describe());
            world.at(world.now, Happening::Operate(None));
            world.run_until(world.now + 60 * SECOND);
        }
        assert_eq!(world.forced_nodes(), 0, "{what}: {}", world.describe());
        assert_recovered(&world, &what);
    }
}

#[test]
fn overrides_outlive_an_engine_that_starts_empty_and_one_that_forgets() {
    for seed in 0..seeds(10) {
        let mut world = World::new(scenario(5, seed));
        world.at(START + 10 * SECOND, Happening::Operate(Some(Mode::ForcedOpen)));
        world.run_until(START + 11 * SECOND);
        assert_eq!(world.forced_nodes(), 5);
        world.at(world.now, Happening::Empty { cut: seed % 2 == 0 });
        world.run_until(START + 40 * SECOND);
        assert_eq!((world.forced_nodes(), world.row().over.mode), (5, Some(Mode::ForcedOpen)), "seed {seed}");

        world.at(START + 40 * SECOND, Happening::Remember);
        world.at(START + 41 * SECOND, Happening::Operate(None));
        world.at(START + 42 * SECOND, Happening::Forget);
        world.run_until(START + 43 * SECOND);
        assert_eq!(world.forced_nodes(), 0, "a tombstone is newer than what a fail-over brings back");
        world.run_until(START + 70 * SECOND);
        assert_eq!((world.forced_nodes(), world.row().over.mode), (0, None), "seed {seed}");
    }
}

#[test]
fn an_engine_that_is_silent_leaves_each_node_to_itself() {
    for seed in 0..seeds(5) {
        let mut world = World::new(scenario(10, seed));
        world.at(START + 20 * SECOND, Happening::Outage(true));
        // In the middle of the first wait.
        world.at(START + 28 * SECOND, Happening::Freeze(START + 300 * SECOND));
        world.at(START + 60 * SECOND, Happening::Outage(false));
        world.run_until(START + 100 * SECOND);
        assert_eq!(world.closed(), 10, "{}", world.describe());
        assert_eq!(world.silent(), 10);
        // It goes on where it was: those who recovered alone say so, and nobody opens again.
        let rejected = world.counts.rejected;
        world.run_until(START + 330 * SECOND);
        assert_recovered(&world, "thawed");
        assert_eq!(world.counts.rejected, rejected, "{}", world.describe());
    }
}

/// The table of `docs/fleet.md`, and what it is drawn from.
#[test]
fn growth() {
    let mut table =
        String::from("nodes,failed alone,failed,probes alone,probes,asks,peak in 10 ms,commands a second\n");
    let sizes: &[usize] =
        if seeds(0) > 0 { &[1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000] } else { &[1, 10, 300] };
    for &nodes in sizes {
        let alone = outage(Scenario { shared: false, ..scenario(nodes, 1) }).counts;
        let world = outage(scenario(nodes, 1));
        assert_recovered(&world, "growth");
        let counts = &world.counts;
        let rate = (counts.polls + counts.changes) as f64 / 150.0;
        writeln!(
            table,
            "{nodes},{},{},{},{},{},{},{rate:.1}",
            alone.failed, counts.failed, alone.probes, counts.probes, counts.asks, counts.peak_10ms
        )
        .unwrap();
        if nodes >= 10 {
            // Each node fails a little before it hears of the others; alone, five times and once for each wait.
            assert!(counts.failed * if nodes >= 100 { 4 } else { 1 } < alone.failed, "{table}");
            assert!(counts.probes <= 7, "{table}");
        }
    }
    println!("{table}");
    if let Ok(path) = std::env::var("BREAKER_GROWTH") {
        std::fs::write(path, table).unwrap();
    }
}
