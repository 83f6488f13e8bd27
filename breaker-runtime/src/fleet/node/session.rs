//! Where a node stands with its engine.

#[derive(Debug)]
pub(crate) struct Session {
    pub(super) state: State,
    /// Sessions that failed in a row.
    pub(super) failures: u32,
    /// The namespace's identity, and the last change that was seen.
    pub(super) id: String,
    pub(super) seq: u64,
    /// Why there is none, or was none.
    pub(super) why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Down { retry_at: u64 },
    Connecting,
    Up { read: bool, polling: bool, poll_at: u64, timeouts: u32 },
}

impl Session {
    pub(crate) fn new(now: u64) -> Self {
        Self { state: State::Down { retry_at: now }, failures: 0, id: String::new(), seq: 0, why: String::new() }
    }

    /// Whether everything was read in this session.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.state, State::Up { read: true, .. })
    }

    pub(super) fn wakes_at(&self) -> u64 {
        match self.state {
            State::Down { retry_at } => retry_at,
            State::Up { polling: false, poll_at, .. } => poll_at,
            State::Connecting | State::Up { .. } => u64::MAX,
        }
    }

    pub(super) fn began(&mut self) {
        self.state = State::Up { read: false, polling: false, poll_at: 0, timeouts: 0 };
    }

    pub(super) fn answered(&mut self) {
        if let State::Up { timeouts, .. } = &mut self.state {
            *timeouts = 0;
        }
    }
}
