//! The dependency fails and comes back, while the engine is well.

use std::{thread, time::Duration};

use crate::{
    node::WAIT,
    nodes::{Change, Nodes, millis},
    server::Server,
};

/// From the change that the first made to the last.
fn spread(changes: &[Change]) -> f64 {
    millis(changes.first().unwrap(), changes.last().unwrap())
}

fn to<'a>(changes: &'a [Change], state: &'a str) -> Vec<Change> {
    changes.iter().filter(|change| change.to == state).cloned().collect()
}

#[test]
fn what_some_find_out_all_know_and_one_probes() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(8, 2, &server.url());
    let before = server.commands();
    let mut report = Vec::new();
    for round in 0..3 {
        nodes.take_changes();
        nodes.set_down(true);
        nodes.all_become("state", "open");
        let opened = to(&nodes.take_changes(), "open");
        assert_eq!(opened.len(), 8, "{opened:?}");
        // Long enough for one probe that fails.
        thread::sleep(WAIT + Duration::from_millis(1_500));
        nodes.set_down(false);
        nodes.all_become("state", "closed");
        let changes = nodes.take_changes();
        let (probes, closed) = (to(&changes, "half_open"), to(&changes, "closed"));
        assert_eq!(closed.len(), 8, "{changes:?}");
        assert!((1..=4).contains(&probes.len()), "{changes:?}");
        // One after another, never two at once: each ended before the next began.
        let mut ends = changes.iter().filter(|change| change.from == "half_open");
        for pair in probes.windows(2) {
            assert!(ends.next().is_some_and(|end| end.at < pair[1].at), "{changes:?}");
        }
        report.push(format!(
            "round {round}: all open after {:.1} ms, all closed after {:.1} ms, {} probes",
            spread(&opened),
            spread(&closed),
            probes.len()
        ));
        assert!(spread(&closed) < 1_000.0, "{report:?}");
        // Until its own failures open a node's circuit it must hear of the others; it may be as quick by itself.
        assert!(spread(&opened) < 1_000.0, "{report:?}");
    }
    println!("{}; {} commands of Redis", report.join("; "), server.commands() - before);
}

#[test]
fn one_bad_node_opens_its_own_circuit_only() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(3, 2, &server.url());
    // Old enough for the living to be counted.
    thread::sleep(Duration::from_millis(1_200));
    nodes.all[0].ask("trip");
    nodes.becomes(0, "state", "open");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(nodes.all[1].ask("state"), "closed");
    assert_eq!(nodes.all[2].ask("state"), "closed");
    let view = nodes.all[1].ask("view");
    assert!(view.contains(r#"votes: ["n0"]"#) && view.contains("live: 3") && view.contains("state: Closed"), "{view}");
    // It recovers by itself.
    nodes.becomes(0, "state", "closed");
}

#[test]
fn a_prober_that_dies_is_followed_by_another() {
    let Some(server) = Server::start() else { return };
    let mut nodes = Nodes::start(3, 2, &server.url());
    nodes.set_down(true);
    nodes.all_become("state", "open");
    // Whoever probes dies, in whatever it is doing.
    let holder = loop {
        let row = server.row().unwrap();
        let holder = row.split(' ').nth(6).unwrap().to_owned();
        if holder != "-" {
            break holder;
        }
        thread::sleep(Duration::from_millis(1));
    };
    let index: usize = holder[1..].parse().unwrap();
    nodes.all[index].kill();
    nodes.all.remove(index);
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}
