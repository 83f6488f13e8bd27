//! One connection: commands and their answers, and what is published meanwhile.

use std::{
    io::Write,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use ::redis::{Cmd, Parser, PushKind, Value};

use crate::fleet::{
    engine::{EngineError, News},
    redis::{
        address::Place,
        decode,
        stream::{Bounded, Closer, Halves, connect},
    },
    time::now,
};

/// How long the fleet waits for the answer to one command.
pub(super) const TIMEOUT: Duration = Duration::from_millis(150);
/// More answers than commands is no Redis.
const MAX_WAITING: usize = 16;

/// A thread of its own reads, so that nothing that is published waits for a command; it ends with the connection.
pub(super) struct Session {
    writer: Box<dyn Write + Send>,
    answers: Receiver<Value>,
    /// Answers still to come to commands whose time is over.
    late: usize,
    _closer: Closer,
}

impl Session {
    pub(super) fn open(place: &Place, channel: &str, news: News) -> Result<Self, EngineError> {
        let Halves { reader, writer, closer } = connect(place, TIMEOUT).map_err(disconnected)?;
        let (to, answers) = sync_channel(MAX_WAITING);
        let channel = channel.to_owned();
        let read = move || {
            read(reader, &to, &channel, &news);
            news.lost();
        };
        thread::Builder::new().name("breaker-fleet-redis".to_owned()).spawn(read).map_err(disconnected)?;
        Ok(Self { writer, answers, late: 0, _closer: closer })
    }

    /// Sends a command and waits for its answer.
    pub(super) fn ask(&mut self, command: &Cmd, timeout: Duration) -> Result<Value, EngineError> {
        self.writer.write_all(&command.get_packed_command()).map_err(disconnected)?;
        self.writer.flush().map_err(disconnected)?;
        self.late += 1;
        let end = now().saturating_add(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        loop {
            let left = Duration::from_millis(end.saturating_sub(now()));
            match self.answers.recv_timeout(left) {
                Ok(answer) => {
                    self.late -= 1;
                    // Answers come in the order of the commands: all but the last are those that nobody waits for.
                    if self.late == 0 {
                        return Ok(answer);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(EngineError::TimedOut),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(EngineError::Disconnected("the connection is closed".to_owned()));
                }
            }
        }
    }

    /// As [`ask`](Self::ask), where an error of the server is one.
    pub(super) fn ask_ok(&mut self, command: &Cmd, timeout: Duration) -> Result<(), EngineError> {
        match decode::error(&self.ask(command, timeout)?) {
            Some(error) => Err(EngineError::Declined(error.to_string())),
            None => Ok(()),
        }
    }
}

/// Until the connection ends, or what comes is no Redis.
fn read(mut from: Bounded, answers: &SyncSender<Value>, channel: &str, news: &News) {
    let mut parser = Parser::new();
    loop {
        from.next_message();
        let value = match parser.parse_value(&mut from) {
            Ok(value) => value,
            Err(error) => {
                if !error.is_connection_dropped() {
                    news.malformed();
                }
                return;
            }
        };
        match &value {
            // The answer to `SUBSCRIBE` is one of these.
            Value::Push { kind: PushKind::Subscribe, .. } => {}
            Value::Push { .. } => {
                match decode::message(&value, channel) {
                    Some(payload) => news.tell(payload),
                    None => news.malformed(),
                }
                continue;
            }
            _ => {}
        }
        if answers.try_send(value).is_err() {
            return;
        }
    }
}

fn disconnected(error: impl ToString) -> EngineError {
    EngineError::Disconnected(error.to_string())
}
