//! The script against the description in Rust, on a real server if there is one.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use ::redis::{Value, cmd};

use crate::fleet::{
    change::{Change, What},
    engine::{Engine as _, EngineError, News, Poll},
    mode::Mode,
    namespace::Namespace,
    redis::{address::Address, engine::RedisEngine},
    row::Row,
};

struct Server {
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `None`, and a word, where none is installed.
fn server() -> Option<Server> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--save", "", "--bind", "127.0.0.1"]).stdout(Stdio::null());
    match command.spawn() {
        Ok(process) => Some(Server { process, port }),
        Err(error) => {
            eprintln!("skipped: no redis-server here ({error}); `apt-get install redis-server`");
            None
        }
    }
}

fn engine(server: &Server) -> RedisEngine {
    let address = Address::read(&format!("redis://127.0.0.1:{}", server.port)).unwrap();
    let mut engine = RedisEngine::new(address, "shop");
    for _ in 0..100 {
        if engine.connect(News::new(|_| {})).is_ok() {
            return engine;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the server does not come up");
}

fn any_row(random: &mut fastrand::Rng) -> Row {
    let mut row = Row { epoch: random.u64(0..12), open: random.bool(), openings: random.u64(0..4), ..Row::default() };
    row.since = 1_000_000 + random.u64(0..1_000);
    row.until = row.since + random.u64(0..50);
    row.over.epoch = random.u64(0..12);
    if random.bool() {
        row.over.mode = Some(Mode::Disabled);
        row.over.until = random.bool().then(|| 1_000_000 + random.u64(0..2_000));
        row.over.by = "a b".into();
    }
    if row.open && random.bool() {
        row.lease = Some(crate::fleet::row::Lease { holder: "y".into(), until: row.until + 5, wanted: random.bool() });
    }
    row
}

#[test]
fn the_script_and_its_description_agree() {
    let Some(server) = server() else { return };
    let (mut engine, mut model) = (engine(&server), Namespace::default());
    let mut random = fastrand::Rng::with_seed(7);
    let mut epochs = [0; 3];
    for step in 0..4_000 {
        let name = random.usize(0..3);
        let node = ["x", "y", "z%20z"][random.usize(0..3)].to_owned();
        let nonce = step.to_string();
        let live_for = 40;
        if random.u8(0..4) == 0 {
            let (id, seq) = (if random.bool() { "0".into() } else { String::new() }, random.u64(0..400));
            let poll = Poll { node, id, seq, live_for, nonce, names: true };
            let mut polled = engine.poll(&poll).unwrap();
            let mut expected = model.poll(&poll, polled.now);
            for answer in [&mut polled, &mut expected] {
                answer.rows.sort_by(|a, b| a.0.cmp(&b.0));
                answer.nodes.sort();
            }
            assert_eq!(polled, expected, "step {step}: {poll:?}");
            continue;
        }
        // Mostly the right epoch, or nothing would ever be settled.
        let epoch = if random.u8(0..8) == 0 { random.u64(0..20) } else { epochs[name] };
        let what = match random.u8(0..12) {
            0..3 => What::Vote { left: random.u64(0..60) },
            3..6 => What::Ask { lease: random.u64(1..60) },
            6 => What::Renew { epoch, lease: random.u64(1..60) },
            7 => What::Failed { epoch, wait: random.u64(0..20) },
            8 if random.bool() => What::Closed { epoch },
            8 => What::Yield { epoch },
            9 => What::Override {
                mode: Mode::ForcedOpen,
                by: "ann, é".into(),
                because: String::new(),
                lasting: random.bool().then(|| random.u64(0..50)),
            },
            10 => What::Reset { by: "bob".into() },
            _ => What::Restore { row: any_row(&mut random), as_of: 1_000_500 },
        };
        let name_text = ["a", "b[1]", "c"][name].to_owned();
        let change = Change { name: name_text, node, quorum: random.u64(1..4), live_for, nonce, what };
        let changed = engine.change(&change).unwrap();
        let (expected, _) = model.change(&change, changed.now).unwrap();
        assert_eq!(changed, expected, "step {step}: {change:?}");
        epochs[name] = changed.row.epoch;
        if random.u8(0..10) == 0 {
            thread::sleep(Duration::from_millis(random.u64(0..30)));
        }
    }
}

#[test]
fn what_changes_the_state_is_published() {
    let Some(server) = server() else { return };
    let (tell, told) = std::sync::mpsc::channel();
    let mut listening = engine(&server);
    let tell = std::sync::Mutex::new(tell);
    listening.connect(News::new(move |heard| tell.lock().unwrap().send(heard).unwrap_or(()))).unwrap();
    let mut engine = engine(&server);
    let change =
        |what| Change { name: "a".into(), node: "x".into(), quorum: 2, live_for: 10_000, nonce: "n".into(), what };
    engine.change(&change(What::Vote { left: 5_000 })).unwrap();
    let set = What::Override { mode: Mode::Disabled, by: "ann".into(), because: "x".into(), lasting: None };
    let row = engine.change(&change(set)).unwrap().row;
    // The vote alone was not: this is the first.
    match told.recv_timeout(Duration::from_secs(5)).unwrap() {
        crate::fleet::engine::Heard::Message(message) => assert_eq!((message.name.as_str(), message.row), ("a", row)),
        other => panic!("{other:?}"),
    }
    // A script that the server has forgotten is sent again.
    let flushed = engine.ask(cmd("SCRIPT").arg("FLUSH")).unwrap();
    assert_eq!(flushed, Value::Okay);
    engine.change(&change(What::Reset { by: String::new() })).unwrap();
}

#[test]
fn an_error_of_the_server_is_its_own_word() {
    let Some(server) = server() else { return };
    let mut engine = engine(&server);
    engine.ask(cmd("SET").arg(engine.keys[2].clone()).arg("not a hash")).unwrap();
    let change = Change {
        name: "a".into(),
        node: "x".into(),
        quorum: 2,
        live_for: 10_000,
        nonce: "n".into(),
        what: What::Vote { left: 1 },
    };
    // The namespace has no head, so that what is left of it is cleared away.
    assert!(engine.change(&change).is_ok());
    engine.ask(cmd("SET").arg(engine.keys[2].clone()).arg("not a hash")).unwrap();
    assert!(matches!(engine.change(&change), Err(EngineError::Declined(why)) if why.contains("WRONGTYPE")));
    engine.disconnect();
    assert!(matches!(engine.change(&change), Err(EngineError::Disconnected(_))));
}
