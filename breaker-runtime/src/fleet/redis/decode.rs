//! What Redis sent, which may be anything.

use std::{fmt, str};

use ::redis::{PushKind, Value};

use crate::fleet::{
    engine::{Changed, Polled},
    namespace::{MAX_NODES, MAX_ROWS},
    redis::address::Place,
    row::MAX_NUMBER,
    text::{MAX_NAME, MAX_NODE, bounded, unescape},
};

/// The longest text of an error that is kept.
const MAX_ERROR: usize = 200;

/// An error of the server: its first word, and the rest.
pub(crate) struct ServerError {
    pub(super) code: String,
    detail: String,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.detail)
    }
}

impl ServerError {
    /// `MOVED slot host:port`.
    pub(crate) fn moved_to(&self) -> Option<Place> {
        let (_, place) = self.detail.split_once(' ')?;
        let (host, port) = place.rsplit_once(':')?;
        let port = port.parse().ok()?;
        (!host.is_empty()).then(|| Place::Tcp { host: host.to_owned(), port, tls: false })
    }
}

pub(crate) fn error(value: &Value) -> Option<ServerError> {
    let Value::ServerError(error) = value else { return None };
    let detail = error.details().unwrap_or_default();
    Some(ServerError {
        code: bounded(error.code(), MAX_ERROR).to_owned(),
        detail: bounded(detail, MAX_ERROR).to_owned(),
    })
}

/// A message on a channel, if it is one.
pub(crate) fn message<'a>(value: &'a Value, channel: &str) -> Option<&'a [u8]> {
    match value {
        Value::Push { kind: PushKind::Message, data } => match &data[..] {
            [Value::BulkString(to), Value::BulkString(payload)] if to == channel.as_bytes() => Some(payload),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn polled(value: &Value) -> Option<Polled> {
    let Value::Array(parts) = value else { return None };
    let [now, id, seq, live, nodes, rows] = &parts[..] else { return None };
    let (Value::Array(nodes), Value::Array(rows)) = (nodes, rows) else { return None };
    let id = text(id).filter(|id| id.len() <= MAX_NODE)?.to_owned();
    let mut polled = Polled::new(number(now)?, id, number(seq)?, number(live)?);
    for node in nodes.iter().take(MAX_NODES) {
        let node = text(node)?;
        unescape(node, MAX_NODE)?;
        polled.nodes.push(node.to_owned());
    }
    for pair in rows.chunks(2).take(MAX_ROWS) {
        let [name, row] = pair else { return None };
        let name = text(name).filter(|name| unescape(name, MAX_NAME).is_some_and(|name| !name.is_empty()));
        match (name, text(row).and_then(|row| row.parse().ok())) {
            (Some(name), Some(row)) => polled.rows.push((name.to_owned(), row)),
            // The others may be good.
            _ => polled.malformed += 1,
        }
    }
    Some(polled)
}

pub(crate) fn changed(value: &Value) -> Option<Changed> {
    let Value::Array(parts) = value else { return None };
    let [now, Value::Int(granted), row] = &parts[..] else { return None };
    Some(Changed::new(number(now)?, *granted == 1, text(row)?.parse().ok()?))
}

/// A sentinel's answer: host and port.
pub(super) fn place(value: &Value) -> Option<Place> {
    let Value::Array(parts) = value else { return None };
    let [host, port] = &parts[..] else { return None };
    Some(Place::Tcp { host: text(host)?.to_owned(), port: text(port)?.parse().ok()?, tls: false })
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => str::from_utf8(bytes).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    text(value)?.parse().ok().filter(|number| *number <= MAX_NUMBER)
}
