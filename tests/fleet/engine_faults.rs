//! The engine freezes, dies, forgets, or is cut off.

use std::time::Duration;

use crate::{
    node::{GRACE, POLL, WAIT},
    nodes::{Nodes, eventually},
    server::Server,
};

/// A call must not wait for an engine; a machine with two cores may hold a thread up for a while.
const MOST: Duration = Duration::from_millis(100);

/// An outage and its end, by whatever is left of the fleet.
fn outage(nodes: &Nodes) {
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}

#[test]
fn a_frozen_engine_holds_nobody_up() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(4, 2, &server.url());
    nodes.longest_call();
    server.freeze();
    nodes.all_become("status", "degraded");
    outage(&nodes);
    let longest = nodes.longest_call();
    println!("the longest call while the engine was frozen: {longest:?}");
    assert!(longest < MOST, "{longest:?}");
    server.thaw();
    nodes.all_become("status", "connected");
    nodes.all_become("state", "closed");
    outage(&nodes);
}

#[test]
fn an_engine_that_freezes_during_an_outage_leaves_each_node_to_itself() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    nodes.set_down(true);
    nodes.all_become("state", "open");
    server.freeze();
    nodes.set_down(false);
    // The wait, a poll, and the grace, and then their own probes.
    let took = eventually("all closed", || nodes.all.iter().all(|node| node.ask("state") == "closed"));
    println!("all closed {took:?} after the engine froze");
    assert!(took < WAIT + POLL * 3 / 2 + GRACE + Duration::from_secs(3), "{took:?}");
    server.thaw();
    nodes.all_become("status", "connected");
    eventually("the row is closed", || server.row().is_some_and(|row| row.contains(" closed ")));
    nodes.all_become("state", "closed");
}

#[test]
fn an_engine_that_dies_and_starts_empty_is_told_what_it_lost() {
    let Some(mut server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    assert_eq!(nodes.all[0].ask("force ann INC-4711 0"), "Ok(())");
    nodes.all_become("state", "forced_open");
    server.kill();
    nodes.all_become("status", "degraded");
    assert_eq!(nodes.all[0].ask("reset"), "Err(Unreachable)");
    assert_eq!(nodes.all[1].ask("state"), "forced_open");
    server.start_again();
    nodes.all_become("status", "connected");
    eventually("written back", || server.row().is_some_and(|row| row.contains(" forced_open ann INC%2D4711 ")));
    nodes.all_become("state", "forced_open");
    assert_eq!(nodes.all[2].ask("reset"), "Ok(())");
    nodes.all_become("state", "closed");
    outage(&nodes);
}

#[test]
fn what_is_flushed_is_written_back() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    nodes.set_down(true);
    nodes.all_become("state", "open");
    let before: u64 = server.row().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let () = server.command(&["FLUSHALL"]);
    eventually("written back", || {
        let epoch = server.row().map(|row| row.split(' ').nth(1).unwrap().parse::<u64>().unwrap());
        epoch.is_some_and(|epoch| epoch >= before)
    });
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}

#[test]
fn a_script_that_is_flushed_is_loaded_again() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(2, 2, &server.url());
    let () = server.command(&["SCRIPT", "FLUSH"]);
    outage(&nodes);
    nodes.all_become("status", "connected");
}

#[test]
fn a_paused_engine_is_a_silent_one() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    nodes.longest_call();
    let () = server.command(&["CLIENT", "PAUSE", "3000", "ALL"]);
    outage(&nodes);
    let longest = nodes.longest_call();
    println!("the longest call while the engine was paused: {longest:?}");
    assert!(longest < MOST, "{longest:?}");
    nodes.all_become("status", "connected");
    nodes.all_become("state", "closed");
}

#[test]
fn who_is_not_told_any_more_connects_again() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    for _ in 0..3 {
        eventually("somebody listens", || server.command::<u64>(&["CLIENT", "KILL", "TYPE", "pubsub"]) > 0);
    }
    nodes.all_become("status", "connected");
    outage(&nodes);
}
