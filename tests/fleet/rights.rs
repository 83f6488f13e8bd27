//! The least rights that the engine's user needs, as the guide has them.

use crate::{nodes::Nodes, server::Server};

/// As in the guide.
const LEAST: &str = "resetkeys ~breaker:v1:{shop}:* resetchannels &breaker:v1:{shop}:news \
    -@all +hello +evalsha +eval +subscribe +publish +time +hget +hmget +hset +hgetall +hlen +del +zadd +zcard +zcount \
    +zrange +zrem +zremrangebyscore";

fn with_user(server: &Server, rights: &str) -> String {
    let mut words = vec!["ACL", "SETUSER", "fleet", "on", ">secret"];
    words.extend(rights.split_whitespace());
    let () = server.command(&words);
    format!("redis://fleet:secret@127.0.0.1:{}", server.port)
}

#[test]
fn the_least_rights_are_enough() {
    let Some(server) = Server::start() else { return };
    let url = with_user(&server, LEAST);
    let nodes = Nodes::start(3, 2, &url);
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
    assert_eq!(nodes.all[0].ask("force ann INC-4711 0"), "Ok(())");
    nodes.all_become("state", "forced_open");
    assert_eq!(nodes.all[0].ask("reset"), "Ok(())");
    assert_eq!(nodes.all[0].ask("end"), "ended");
    // It may do nothing else.
    let mut other = redis::Client::open(url).unwrap().get_connection().unwrap();
    assert!(redis::cmd("SET").arg("a").arg(1).exec(&mut other).is_err());
    assert!(redis::cmd("HGET").arg("sessions").arg(1).exec(&mut other).is_err());
}

#[test]
fn without_any_of_them_the_nodes_are_by_themselves() {
    let Some(server) = Server::start() else { return };
    for missing in ["+subscribe", "+evalsha", "+eval ", "+hset"] {
        // `+eval ` with its space, so that `+evalsha` stays.
        let url = with_user(&server, &format!("reset on >secret {}", LEAST.replacen(missing, " ", 1)));
        let nodes = Nodes::start_at(&[url], 1);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert_eq!(nodes.all[0].ask("status"), "degraded", "without {missing}");
        nodes.set_down(true);
        nodes.becomes(0, "state", "open");
        // Or the script would be known already.
        let () = server.command(&["SCRIPT", "FLUSH"]);
    }
}

#[test]
fn a_wrong_password_is_no_outage() {
    let Some(server) = Server::start() else { return };
    with_user(&server, LEAST);
    let nodes = Nodes::start_at(&[format!("redis://fleet:wrong@127.0.0.1:{}", server.port)], 1);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(nodes.all[0].ask("status"), "degraded");
    assert_eq!(nodes.all[0].ask("state"), "closed");
    assert!(nodes.counts()[0] > 0);
}
