//! Processes come and go.

use std::{thread, time::Duration};

use crate::{
    nodes::{Nodes, eventually},
    server::Server,
};

#[test]
fn a_node_that_joins_takes_what_the_fleet_knows() {
    let Some(server) = Server::start() else { return };
    let mut nodes = Nodes::start(2, 2, &server.url());
    nodes.set_down(true);
    nodes.all_become("state", "open");
    let before = nodes.counts();
    nodes.add("late", &server.url());
    nodes.becomes(2, "state", "open");
    // It did not have to find out by itself: fewer failures than its threshold of five, if it heard soon enough.
    println!("failures of a late node: {}", nodes.counts()[1] - before[1]);
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}

#[test]
fn who_ends_gives_back_the_lease_and_its_heartbeat() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(2, 2, &server.url());
    eventually("two live", || nodes.all[0].ask("view").contains("live: 2"));
    assert_eq!(nodes.all[1].ask("force ann x 0"), "Ok(())");
    nodes.all_become("state", "forced_open");
    assert_eq!(nodes.all[1].ask("end"), "ended");
    assert!(nodes.all[0].ask("view").contains(r#"nodes: ["n0"]"#));
    assert_eq!(nodes.all[0].ask("reset"), "Ok(())");
}

#[test]
fn the_first_back_after_a_deploy_does_not_open_it_for_all() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(1, 2, &server.url());
    nodes.all[0].ask("trip");
    thread::sleep(Duration::from_millis(100));
    assert!(
        server.row().unwrap().contains(" closed "),
        "one vote of a quorum of two, in a namespace that has just begun"
    );
}
