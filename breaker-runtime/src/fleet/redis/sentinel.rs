//! Where the servers of an address are now.

use ::redis::{Value, cmd};

use crate::fleet::{
    engine::{EngineError, News},
    redis::{
        address::{Address, Place},
        decode,
        session::{Session, TIMEOUT},
    },
};

impl Address {
    /// Where to connect to, one after another: to the server, or to the master that each of the sentinels knows.
    pub(super) fn places(&self) -> impl Iterator<Item = Result<Place, EngineError>> + '_ {
        self.servers.iter().map(|place| match &self.master {
            Some(master) => ask_sentinel(place, master),
            None => Ok(place.clone()),
        })
    }
}

/// Where this sentinel says that the master is.
fn ask_sentinel(sentinel: &Place, master: &str) -> Result<Place, EngineError> {
    let mut session = Session::open(sentinel, "", News::new(|_| {}))?;
    let mut command = cmd("SENTINEL");
    command.arg("get-master-addr-by-name").arg(master);
    let answer = session.ask(&command, TIMEOUT)?;
    if let Some(error) = decode::error(&answer) {
        return Err(EngineError::Declined(error.to_string()));
    }
    match answer {
        Value::Nil => Err(EngineError::Declined(format!("the sentinel knows no master `{master}`"))),
        answer => decode::place(&answer).ok_or(EngineError::Malformed),
    }
}
