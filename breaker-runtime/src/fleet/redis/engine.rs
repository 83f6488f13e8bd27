//! The engine's verbs, as commands of Redis.

use std::fmt;

use ::redis::{Cmd, Script, Value, cmd};

use crate::fleet::{
    change::{Change, What},
    engine::{Changed, Engine, EngineError, News, Poll, Polled},
    redis::{
        address::{Address, Place},
        decode,
        session::{Session, TIMEOUT},
    },
    text::{NONE, escape},
};

const SCRIPT: &str = include_str!("fleet.lua");

/// A namespace on Redis or Valkey.
pub(crate) struct RedisEngine {
    address: Address,
    /// Where a cluster sent it: tried first, once.
    moved: Option<Place>,
    pub(super) keys: [String; 3],
    channel: String,
    script: Script,
    session: Option<Session>,
}

impl RedisEngine {
    pub(crate) fn new(address: Address, namespace: &str) -> Self {
        // One hash tag, so that a cluster keeps them in one place. The version lets other formats live beside this one.
        let key = |what: &str| format!("breaker:v1:{{{}}}:{what}", escape(namespace));
        let keys = [key("meta"), key("nodes"), key("rows")];
        let script = Script::new(SCRIPT);
        Self { address, moved: None, keys, channel: key("news"), script, session: None }
    }

    /// Runs the script; a server that does not have it is given it.
    fn run(&mut self, verb: &str, args: &[&str]) -> Result<Value, EngineError> {
        let by_hash = self.call("EVALSHA", self.script.get_hash(), verb, args);
        let answer = self.ask(&by_hash)?;
        let answer = match decode::error(&answer) {
            Some(error) if error.code == "NOSCRIPT" => {
                let whole = self.call("EVAL", SCRIPT, verb, args);
                self.ask(&whole)?
            }
            _ => answer,
        };
        let Some(error) = decode::error(&answer) else { return Ok(answer) };
        match error.code.as_str() {
            "MOVED" => {
                self.moved = error.moved_to();
                self.disconnect();
                Err(EngineError::Disconnected(error.to_string()))
            }
            // A replica since a fail-over, or a server that is not ready: it may be another one the next time.
            "READONLY" | "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "NOREPLICAS" => {
                self.disconnect();
                Err(EngineError::Disconnected(error.to_string()))
            }
            _ => Err(EngineError::Declined(error.to_string())),
        }
    }

    fn call(&self, command: &str, script: &str, verb: &str, args: &[&str]) -> Cmd {
        let mut call = cmd(command);
        call.arg(script).arg(self.keys.len()).arg(&self.keys[..]).arg(verb).arg(args);
        call
    }

    pub(super) fn ask(&mut self, command: &Cmd) -> Result<Value, EngineError> {
        let session = self.session.as_mut().ok_or_else(|| EngineError::Disconnected("no session".to_owned()))?;
        session.ask(command, TIMEOUT)
    }

    fn begin(&self, place: &Place, news: &News) -> Result<Session, EngineError> {
        let mut session = Session::open(place, &self.channel, news.clone())?;
        let mut hello = cmd("HELLO");
        hello.arg(3);
        if let Some(password) = &self.address.password {
            let user = self.address.user.as_deref().unwrap_or("default");
            hello.arg("AUTH").arg(user).arg(password);
        }
        session.ask_ok(&hello, TIMEOUT)?;
        if self.address.database != 0 {
            session.ask_ok(cmd("SELECT").arg(self.address.database), TIMEOUT)?;
        }
        session.ask_ok(cmd("SUBSCRIBE").arg(&self.channel), TIMEOUT)?;
        Ok(session)
    }
}

impl Engine for RedisEngine {
    fn connect(&mut self, news: News) -> Result<(), EngineError> {
        self.disconnect();
        let mut last = EngineError::Disconnected("nowhere to connect to".to_owned());
        for place in self.moved.take().into_iter().map(Ok).chain(self.address.places()) {
            match place.and_then(|place| self.begin(&place, &news)) {
                Ok(session) => {
                    self.session = Some(session);
                    return Ok(());
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn poll(&mut self, poll: &Poll) -> Result<Polled, EngineError> {
        let (seq, live_for) = (poll.seq.to_string(), poll.live_for.to_string());
        let names = if poll.names { "1" } else { "0" };
        let answer = self.run("poll", &[&poll.node, &poll.id, &seq, &live_for, &poll.nonce, names])?;
        decode::polled(&answer).ok_or(EngineError::Malformed)
    }

    fn change(&mut self, change: &Change) -> Result<Changed, EngineError> {
        let Change { name, node, quorum, live_for, nonce, what } = change;
        let mut args = vec![self.channel.clone(), node.clone(), quorum.to_string(), live_for.to_string()];
        args.extend([nonce.clone(), name.clone()]);
        args.extend(words(what));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let answer = self.run("change", &args)?;
        decode::changed(&answer).ok_or(EngineError::Malformed)
    }

    fn leave(&mut self, node: &str) -> Result<(), EngineError> {
        self.run("leave", &[node]).map(drop)
    }

    fn disconnect(&mut self) {
        self.session = None;
    }
}

impl fmt::Debug for RedisEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisEngine").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A change as the script takes it: its verb and what goes with it.
fn words(what: &What) -> Vec<String> {
    let text = |number: &u64| number.to_string();
    match what {
        What::Vote { left } => vec!["vote".into(), text(left)],
        What::Ask { lease } => vec!["ask".into(), text(lease)],
        What::Renew { epoch, lease } => vec!["renew".into(), text(epoch), text(lease)],
        What::Closed { epoch } => vec!["closed".into(), text(epoch)],
        What::Failed { epoch, wait } => vec!["failed".into(), text(epoch), text(wait)],
        What::Yield { epoch } => vec!["yield".into(), text(epoch)],
        What::Override { mode, by, because, lasting } => {
            let lasting = lasting.as_ref().map_or_else(|| NONE.to_owned(), text);
            vec!["override".into(), mode.as_str().into(), escape(by), escape(because), lasting]
        }
        What::Reset { by } => vec!["reset".into(), escape(by)],
        What::Restore { row, as_of } => vec!["restore".into(), row.to_string(), text(as_of)],
    }
}
