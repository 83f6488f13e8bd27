//! For the fuzz target in `breaker-runtime/fuzz`: everything that an engine may send, up to what the node makes of it.

use ::redis::Parser;

use crate::fleet::{
    engine::{Heard, Message, News},
    namespace::MAX_ROWS,
    node::{Asked, Event, Key, Local, LocalState, Node, Options, Waits},
    redis::{decode, stream::Bounded},
    text::MAX_NAME,
    view::{FleetCircuit, FleetStatus, FleetView},
};

/// Reads what a connection brought, and hands it to a node in each place where it could stand.
#[allow(missing_docs, reason = "only the fuzz target sees it")]
pub fn connection(bytes: &[u8]) {
    let options = Options { node: "n".into(), quorum: 2, poll: 5_000, grace: 2_000, ramp: 1_000, seed: 7 };
    let mut now = 1 << 40;
    let mut node = Node::new(options, now);
    let waits = Waits { first: 10_000, multiplier: 2.0, max: 60_000 };
    let local = |state, left| Local { state, left, rejected: 1, answered: 1, busy: false, recovered: true, waits };
    let key = Key::from("a");
    node.handle(Event::Joined(Key::clone(&key), local(LocalState::Closed, None)), now);
    node.handle(Event::Connected, now);

    let mut from = Bounded::new(std::io::Cursor::new(bytes.to_vec()));
    let mut parser = Parser::new();
    loop {
        from.next_message();
        let Ok(value) = parser.parse_value(&mut from) else { break };
        now += 700;
        if let Some(polled) = decode::polled(&value) {
            let view = FleetView::of(&polled, FleetStatus::Connected, 0, |name| node.is_outlier(name));
            assert!(view.circuits.len() <= polled.rows.len());
            node.handle(Event::Polled(Ok(polled)), now);
        }
        if let Some(changed) = decode::changed(&value) {
            for asked in [Asked::Vote, Asked::Lease, Asked::Renewal, Asked::Settle, Asked::Restore] {
                node.handle(Event::Changed(Key::clone(&key), asked, Ok(changed.clone())), now);
            }
            assert_eq!(changed.row.to_string().parse(), Ok(changed.row));
        }
        if let Some(payload) = decode::message(&value, "news") {
            let (tell, told) = std::sync::mpsc::sync_channel(1);
            News::new(move |heard| tell.send(heard).unwrap_or(())).tell(payload);
            match told.recv() {
                Ok(Heard::Message(message)) => {
                    assert!(message.name.len() <= 3 * MAX_NAME);
                    assert_eq!(Message::read(&message.to_string()).as_ref(), Some(&*message));
                    node.handle(Event::Heard(*message), now);
                }
                _ => drop(node.handle(Event::Malformed, now)),
            }
        }
        if let Some(error) = decode::error(&value) {
            let _ = (error.to_string(), error.moved_to());
        }
        let open = now % 3 == 0;
        let state = if open { LocalState::Open } else { LocalState::Closed };
        node.handle(Event::Local(Key::clone(&key), local(state, open.then_some(10_000))), now);
        assert!(node.seen().count() <= MAX_ROWS);
        assert!(node.wakes_at() > 0);
    }
    // What pages and reports show of it.
    for (key, seen) in node.seen() {
        let shown = FleetCircuit::of(key, seen.row, seen.outlier, now).map(|circuit| circuit.to_string());
        assert!(shown.is_none_or(|line| !line.contains(char::is_control)));
    }
}
