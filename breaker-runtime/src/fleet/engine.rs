//! Where a fleet keeps what it shares.

use std::{fmt, sync::Arc};

use crate::{
    escaped::Escaped,
    fleet::{
        change::Change,
        row::{MAX_ROW, Row},
        text::{MAX_NAME, unescape},
    },
};

/// A store that a fleet shares, such as Redis. [`MemoryEngine`](crate::fleet::MemoryEngine) is one in this process; one for
/// another store can be written, and is used with [`Fleet::with_engine`](crate::fleet::Fleet::with_engine).
///
/// Its methods run on the fleet's own thread and may block, but for less than about 150 ms: the fleet hears nothing
/// meanwhile. Calls that are guarded never wait for an engine. It need not be reliable: it may lose writes, go back in
/// time, or start empty, and the nodes mend it. It must apply each change as one step.
pub trait Engine: Send + 'static {
    /// Begins a session in place of the last one: connects, and has whatever is published from now on told to `news`.
    ///
    /// # Errors
    /// If the store cannot be reached. The fleet tries again, less and less often.
    fn connect(&mut self, news: News) -> Result<(), EngineError>;

    /// Notes that the node lives, and gives the rows that changed since it looked last.
    ///
    /// # Errors
    /// If there was no answer in time, or none that makes sense.
    fn poll(&mut self, poll: &Poll) -> Result<Polled, EngineError>;

    /// Applies one [`Change`] to one row, and publishes the row if its effect says so.
    ///
    /// # Errors
    /// As for [`poll`](Self::poll). The change may have been applied all the same.
    fn change(&mut self, change: &Change) -> Result<Changed, EngineError>;

    /// Forgets the heartbeat of a node that ends.
    ///
    /// # Errors
    /// As for [`poll`](Self::poll).
    fn leave(&mut self, node: &str) -> Result<(), EngineError>;

    /// Ends the session; nothing is told to its `news` any more.
    fn disconnect(&mut self);
}

/// A node's heartbeat and question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poll {
    /// The node's name as it is written.
    pub node: String,
    /// The namespace's identity that the node knows, empty for none. In a namespace of another identity the node has seen
    /// nothing yet.
    pub id: String,
    /// The last change that the node has seen: rows with a larger number are given. 0 gives all.
    pub seq: u64,
    /// How long a heartbeat says that a node lives, in milliseconds.
    pub live_for: u64,
    /// The identity of the namespace, should this poll begin it.
    pub nonce: String,
    /// Whether the names of the living nodes are asked for.
    pub names: bool,
}

/// The answer to a [`Poll`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polled {
    /// The engine's clock, in milliseconds.
    pub now: u64,
    /// The identity of the namespace: another one after it was lost.
    pub id: String,
    /// The namespace's last change.
    pub seq: u64,
    /// Living nodes.
    pub live: u64,
    /// Their names as they are written, if asked for; at most 1024.
    pub nodes: Vec<String>,
    /// Rows by their names as they are written, all of them if the node's `seq` is not of this namespace.
    pub rows: Vec<(String, Row)>,
    /// Rows that could not be read.
    pub malformed: u64,
}

/// The answer to a [`Change`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changed {
    /// The engine's clock, in milliseconds.
    pub now: u64,
    /// Whether the node got what it asked for.
    pub granted: bool,
    /// The row as it is now.
    pub row: Row,
}

impl Polled {
    /// An answer of this moment, without rows.
    #[must_use]
    pub fn new(now: u64, id: String, seq: u64, live: u64) -> Self {
        Self { now, id, seq, live, ..Self::default() }
    }
}

impl Changed {
    /// An answer of this moment.
    #[must_use]
    pub fn new(now: u64, granted: bool, row: Row) -> Self {
        Self { now, granted, row }
    }
}

/// A row that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) now: u64,
    /// As it is written.
    pub(crate) name: String,
    pub(crate) row: Row,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.now, self.name, self.row)
    }
}

impl Message {
    /// Reads what was published; it may come from anybody.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_ROW + 3 * MAX_NAME + 20 {
            return None;
        }
        let (now, rest) = text.split_once(' ')?;
        let (name, row) = rest.split_once(' ')?;
        unescape(name, MAX_NAME).filter(|name| !name.is_empty())?;
        Some(Self { now: now.parse().ok()?, name: name.to_owned(), row: row.parse().ok()? })
    }
}

/// What an engine publishes: see [`published`].
///
/// ```
/// use breaker_runtime::fleet::{Row, published};
///
/// assert!(published(1_000, "payments", &Row::default()).starts_with("1000 payments "));
/// ```
#[must_use]
pub fn published(now: u64, name: &str, row: &Row) -> String {
    Message { now, name: name.to_owned(), row: row.clone() }.to_string()
}

/// Where an engine's session tells what it hears. A clone is the same; one of a session that is over does nothing.
#[derive(Clone)]
pub struct News {
    tell: Arc<dyn Fn(Heard) + Send + Sync>,
}

/// What a session heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Message(Box<Message>),
    Malformed,
    Lost,
}

impl News {
    pub(crate) fn new(tell: impl Fn(Heard) + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell) }
    }

    /// Something was published: the text of [`published`]. It may come from anybody.
    pub fn tell(&self, text: &[u8]) {
        let message = std::str::from_utf8(text).ok().and_then(Message::read);
        (self.tell)(message.map_or(Heard::Malformed, |message| Heard::Message(Box::new(message))));
    }

    pub(crate) fn hear(&self, heard: Heard) {
        (self.tell)(heard);
    }

    /// Something came that is no message.
    pub fn malformed(&self) {
        (self.tell)(Heard::Malformed);
    }

    /// The session is over: nothing will be heard on it any more.
    pub fn lost(&self) {
        (self.tell)(Heard::Lost);
    }
}

impl fmt::Debug for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("News").finish_non_exhaustive()
    }
}

/// Why an engine gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineError {
    /// There was none in time. Two of these in a row end the session.
    TimedOut,
    /// The session is over.
    Disconnected(String),
    /// There was an answer that makes no sense.
    Malformed,
    /// The engine declined, in its own words: a missing right, a bound that is reached.
    Declined(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Disconnected(why) => write!(f, "disconnected: {}", Escaped(why)),
            Self::Malformed => f.write_str("an answer that makes no sense"),
            Self::Declined(why) => write!(f, "declined: {}", Escaped(why)),
        }
    }
}

impl std::error::Error for EngineError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_as_it_was_published() {
        let message = Message { now: 5, name: "a%20b".into(), row: Row::default() };
        assert_eq!(Message::read(&message.to_string()), Some(message));
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        let row = Row::default();
        for bad in ["", "5", "5 a", &format!("x a {row}"), &format!("5 a,b {row}"), &format!("5 - {row}")] {
            assert_eq!(Message::read(bad), None, "{bad}");
        }
        assert_eq!(Message::read(&"5".repeat(1 << 20)), None);
    }
}
