//! What networks do between a node and its engine.

use std::{thread, time::Duration};

use crate::{
    nodes::Nodes,
    proxy::{Network, Proxy},
    server::Server,
};

/// The first node behind a proxy, the others beside the server.
fn fleet(server: &Server, proxy: &Proxy) -> Nodes {
    let nodes = Nodes::start_at(&[proxy.url(), server.url(), server.url()], 2);
    nodes.all_become("status", "connected");
    nodes
}

/// What was wrong is over: it is a fleet of three again.
fn assert_well(nodes: &Nodes) {
    nodes.all_become("status", "connected");
    nodes.all_become("state", "closed");
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}

#[test]
fn a_black_hole_is_left_after_two_commands() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let nodes = fleet(&server, &proxy);
    proxy.set(Network::BlackHole);
    nodes.becomes(0, "status", "degraded");
    assert_eq!(nodes.all[1].ask("status"), "connected");
    // What the others find out does not reach it, nor what it finds out them.
    assert_eq!(nodes.all[1].ask("force ann x 0"), "Ok(())");
    nodes.becomes(2, "state", "forced_open");
    assert_eq!(nodes.all[0].ask("state"), "closed");
    proxy.set(Network::Good);
    nodes.becomes(0, "state", "forced_open");
    assert_eq!(nodes.all[0].ask("reset"), "Ok(())");
    assert_well(&nodes);
}

#[test]
fn a_connection_that_breaks_is_made_anew() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let nodes = fleet(&server, &proxy);
    for _ in 0..5 {
        proxy.set(Network::Drop);
        thread::sleep(Duration::from_millis(30));
        proxy.set(Network::Good);
        thread::sleep(Duration::from_millis(100));
    }
    assert_well(&nodes);
}

#[test]
fn a_slow_network_is_one_that_works_until_it_is_too_slow() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let nodes = fleet(&server, &proxy);
    proxy.set(Network::Delay(Duration::from_millis(20)));
    assert_well(&nodes);
    proxy.set(Network::Delay(Duration::from_millis(400)));
    nodes.becomes(0, "status", "degraded");
    proxy.set(Network::Good);
    assert_well(&nodes);
}
