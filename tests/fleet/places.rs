//! Where an engine can be: a socket, a cluster, behind sentinels. Behind TLS is in `tls`.

use std::{fs, thread, time::Duration};

use crate::{
    nodes::{Nodes, eventually},
    server::{Process, Server, free_port},
};

pub(crate) fn assert_a_fleet(nodes: &Nodes) {
    nodes.all_become("status", "connected");
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}

#[test]
fn on_a_socket() {
    let socket = std::env::temp_dir().join(format!("breaker-{:08x}.sock", fastrand::u32(..)));
    let Some(_server) = Server::start_with(&["--unixsocket", socket.to_str().unwrap()]) else { return };
    let nodes = Nodes::start(2, 2, &format!("unix://{}", socket.display()));
    assert_a_fleet(&nodes);
}

#[test]
fn in_another_database() {
    let Some(server) = Server::start() else { return };
    let nodes = Nodes::start(2, 2, &format!("{}/3", server.url()));
    assert_a_fleet(&nodes);
    assert_eq!(server.row(), None);
}

#[test]
fn in_a_cluster_whose_other_node_has_the_keys() {
    let Some(one) = Server::start_with(&["--cluster-enabled", "yes"]) else { return };
    let Some(two) = Server::start_with(&["--cluster-enabled", "yes"]) else { return };
    let slot: u64 = one.command(&["CLUSTER", "KEYSLOT", "breaker:v1:{shop}:rows"]);
    let port = two.port.to_string();
    let () = one.command(&["CLUSTER", "MEET", "127.0.0.1", &port]);
    // The one has none of the fleet's keys, the other has them all.
    let (low, high) = ((0, slot - 1), (slot, 16_383));
    let range = |server: &Server, (from, to): (u64, u64)| {
        let () = server.command(&["CLUSTER", "ADDSLOTSRANGE", &from.to_string(), &to.to_string()]);
    };
    range(&one, low);
    range(&two, high);
    for server in [&one, &two] {
        eventually("the cluster is up", || server.command::<String>(&["CLUSTER", "INFO"]).contains("cluster_state:ok"));
    }
    let nodes = Nodes::start(2, 2, &one.url());
    assert_a_fleet(&nodes);
    assert!(two.row().is_some());
}

#[test]
fn behind_sentinels_when_the_master_fails() {
    let Some(mut master) = Server::start() else { return };
    let (port, folder) = (master.port.to_string(), std::env::temp_dir());
    let Some(replica) = Server::start_with(&["--replicaof", "127.0.0.1", &port]) else { return };
    let sentinel_port = free_port();
    let config = folder.join(format!("breaker-sentinel-{sentinel_port}.conf"));
    let lines = format!(
        "port {sentinel_port}\nbind 127.0.0.1\ndir {}\nsentinel monitor shop 127.0.0.1 {port} 1\n\
         sentinel down-after-milliseconds shop 500\nsentinel failover-timeout shop 2000\n",
        folder.display(),
    );
    fs::write(&config, lines).unwrap();
    let sentinel = Process::start(&[config.to_str().unwrap(), "--sentinel"]);
    let url = format!("redis-sentinel://127.0.0.1:{sentinel_port}#shop");
    let nodes = Nodes::start(3, 2, &url);
    assert_eq!(nodes.all[0].ask("force ann INC-4711 0"), "Ok(())");
    nodes.all_become("state", "forced_open");
    eventually("the sentinel knows the replica", || {
        let info: String = replica.command(&["INFO", "replication"]);
        info.contains("master_link_status:up") && replica.row().is_some_and(|row| row.contains("forced_open"))
    });
    // Until the sentinel has seen the replica in the master's own report.
    thread::sleep(Duration::from_millis(1_500));
    master.kill();
    nodes.all_become("status", "degraded");
    assert_eq!(nodes.all[2].ask("state"), "forced_open");
    nodes.all_become("status", "connected");
    assert_eq!(nodes.all[1].ask("reset"), "Ok(())");
    nodes.all_become("state", "closed");
    assert!(replica.row().unwrap().contains(" - "), "{:?}", replica.row());
    assert_a_fleet(&nodes);
    drop(sentinel);
    let _ = fs::remove_file(config);
}
