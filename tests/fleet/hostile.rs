//! An engine that sends what it likes.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use crate::nodes::Nodes;

/// Answers each command by `answer`, which is told how many came before.
fn engine(answer: impl Fn(usize, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                let mut buffer = [0; 16_384];
                for number in 0.. {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => return,
                        Ok(_) => {}
                    }
                    if answer(number, &mut stream).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("redis://127.0.0.1:{port}")
}

/// A node that goes on as if there were no engine.
fn assert_by_itself(url: String) {
    let nodes = Nodes::start_at(&[url], 1);
    thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(nodes.all[0].ask("status"), "degraded");
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
    let memory = memory(&nodes);
    assert!(memory < 120_000, "{memory} kB");
}

/// Of the first node, in kB.
fn memory(nodes: &Nodes) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", nodes.all[0].id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What a good engine says to `HELLO` and `SUBSCRIBE`.
fn greet(number: usize, to: &mut TcpStream) -> std::io::Result<bool> {
    match number {
        0 => to.write_all(b"%1\r\n+proto\r\n:3\r\n").map(|()| true),
        1 => to.write_all(b">3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n").map(|()| true),
        _ => Ok(false),
    }
}

#[test]
fn garbage_is_no_answer() {
    for garbage in
        ["\0\0\0", "HTTP/1.1 400 Bad Request\r\n\r\n", "*-5\r\n", "$99999999999999999999\r\n", "*1\r\n", "%2\r\n+a\r\n"]
    {
        assert_by_itself(engine(move |_, to| to.write_all(garbage.as_bytes())));
    }
}

#[test]
fn answers_that_make_no_sense_are_none() {
    for answer in [
        "+OK\r\n",
        "*0\r\n",
        ":7\r\n",
        "*6\r\n+x\r\n+y\r\n+z\r\n+1\r\n*0\r\n*0\r\n",
        "_\r\n",
        "*1\r\n*1\r\n*1\r\n*0\r\n",
    ] {
        assert_by_itself(engine(
            move |number, to| {
                if greet(number, to)? { Ok(()) } else { to.write_all(answer.as_bytes()) }
            },
        ));
    }
}

#[test]
fn an_answer_without_end_ends() {
    assert_by_itself(engine(|number, to| {
        if greet(number, to)? {
            return Ok(());
        }
        to.write_all(b"$4000000000\r\n")?;
        loop {
            to.write_all(&[b'x'; 65_536])?;
        }
    }));
    assert_by_itself(engine(|number, to| {
        if greet(number, to)? {
            return Ok(());
        }
        loop {
            to.write_all(&b"*1\r\n".repeat(4_096))?;
        }
    }));
}

#[test]
fn answers_and_messages_that_nobody_asked_for_are_bounded() {
    assert_by_itself(engine(|number, to| {
        if greet(number, to)? {
            return Ok(());
        }
        loop {
            to.write_all(&b":1\r\n".repeat(4_096))?;
        }
    }));
    let message = ">3\r\n$7\r\nmessage\r\n$22\r\nbreaker:v1:{shop}:news\r\n$7\r\ngarbage\r\n";
    let messages = message.repeat(200);
    assert_by_itself(engine(move |number, to| {
        if greet(number, to)? {
            return Ok(());
        }
        loop {
            to.write_all(messages.as_bytes())?;
        }
    }));
}

#[test]
fn rows_that_are_made_up_do_no_harm() {
    // A poll's answer with good rows of names that no breaker has, and a bad one of the name that one has.
    assert_good_with_rows(|name| format!("1 1 closed 1 1 0 - 0 0 0 - - - 0 0 - {name}"), 5_000);
}

fn assert_good_with_rows(row: impl Fn(&str) -> String, number: usize) {
    let mut rows = String::new();
    let bulk = |text: &str| format!("${}\r\n{text}\r\n", text.len());
    for index in 0..number {
        let name = format!("made_up_{index}");
        rows += &bulk(&name);
        rows += &bulk(&row(&name));
    }
    rows += &(bulk(crate::node::NAME) + &bulk("9 9 open 0 99999999999999999999999 1 - 0 0 0 - - - 0 0 -"));
    let answer = format!("*6\r\n+1000\r\n+id\r\n+7\r\n+1\r\n*0\r\n*{}\r\n{rows}", (number + 1) * 2);
    let url = engine(move |count, to| if greet(count, to)? { Ok(()) } else { to.write_all(answer.as_bytes()) });
    let nodes = Nodes::start_at(&[url], 1);
    nodes.all_become("status", "connected");
    thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(nodes.all[0].ask("state"), "closed");
    assert!(memory(&nodes) < 120_000);
    nodes.set_down(true);
    nodes.all_become("state", "open");
    nodes.set_down(false);
    nodes.all_become("state", "closed");
}
