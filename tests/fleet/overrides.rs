//! What an operator sets for all.

use std::{thread, time::Duration};

use crate::{nodes::Nodes, server::Server};

#[test]
fn one_order_reaches_all_also_those_that_join_later() {
    let Some(server) = Server::start() else { return };
    let mut nodes = Nodes::start(3, 2, &server.url());
    nodes.take_changes();
    assert_eq!(nodes.all[0].ask("force ann INC-4711 0"), "Ok(())");
    assert_eq!(nodes.all[0].ask("state"), "forced_open", "here it holds before it is acknowledged");
    nodes.all_become("state", "forced_open");
    let changes = nodes.take_changes();
    println!("forced open on all within {:.1} ms", crate::nodes::millis(&changes[0], changes.last().unwrap()));
    nodes.add("late", &server.url());
    nodes.all_become("state", "forced_open");
    let view = nodes.all[3].ask("view");
    assert!(view.contains(r#"mode: ForcedOpen, by: "ann", because: "INC-4711""#), "{view}");
    assert_eq!(nodes.all[3].ask("reset"), "Ok(())");
    nodes.all_become("state", "closed");
}

#[test]
fn an_override_ends_by_itself_also_where_nobody_hears_anything() {
    let Some(mut server) = Server::start() else { return };
    let nodes = Nodes::start(2, 2, &server.url());
    assert_eq!(nodes.all[0].ask("force ann INC-4711 1500"), "Ok(())");
    nodes.all_become("state", "forced_open");
    server.kill();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(nodes.all[1].ask("state"), "forced_open");
    nodes.all_become("state", "closed");
}

#[test]
fn a_hand_on_the_node_stands_over_the_fleet() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(2, 2, &server.url());
    nodes.all[0].ask("by-hand force");
    assert_eq!(nodes.all[1].ask("disable"), "Ok(())");
    nodes.becomes(1, "state", "disabled");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(nodes.all[0].ask("state"), "forced_open");
    // The hand is lifted, the fleet's shows.
    nodes.all[0].ask("by-hand reset");
    assert_eq!(nodes.all[0].ask("state"), "disabled");
    assert_eq!(nodes.all[0].ask("reset"), "Ok(())");
    nodes.all_become("state", "closed");
}

#[test]
fn an_override_outranks_votes() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(2, 1, &server.url());
    assert_eq!(nodes.all[0].ask("disable"), "Ok(())");
    nodes.all_become("state", "disabled");
    nodes.set_down(true);
    thread::sleep(Duration::from_millis(400));
    nodes.all_become("state", "disabled");
    assert_eq!(nodes.all[0].ask("reset"), "Ok(())");
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}
