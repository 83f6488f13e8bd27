//! An engine in this process.

use std::{fmt, sync::Arc};

use parking_lot::Mutex;

use crate::fleet::{
    change::Change,
    engine::{Changed, Engine, EngineError, Heard, News, Poll, Polled},
    namespace::Namespace,
    time::now,
};

/// An engine in this process, for tests: clones share one namespace.
///
/// ```
/// use breaker_runtime::fleet::{Fleet, MemoryEngine};
///
/// let engine = MemoryEngine::new();
/// let one = Fleet::with_engine(engine.clone()).namespace("shop").node("one").start()?;
/// let two = Fleet::with_engine(engine).namespace("shop").node("two").start()?;
/// # drop((one, two));
/// # Ok::<(), breaker_runtime::fleet::FleetError>(())
/// ```
pub struct MemoryEngine {
    shared: Arc<Mutex<Shared>>,
    session: Option<u64>,
}

#[derive(Default)]
struct Shared {
    namespace: Namespace,
    sessions: Vec<(u64, News)>,
    last_session: u64,
    down: bool,
}

impl MemoryEngine {
    /// An engine with an empty namespace.
    #[must_use]
    pub fn new() -> Self {
        Self { shared: Arc::default(), session: None }
    }

    /// Makes it unreachable for all its clones, or reachable again. What it keeps stays.
    ///
    /// ```
    /// use breaker_runtime::fleet::MemoryEngine;
    ///
    /// let engine = MemoryEngine::new();
    /// engine.set_down(true); // from now on its fleets are degraded, and every node is by itself
    /// ```
    pub fn set_down(&self, down: bool) {
        let lost = {
            let mut shared = self.shared.lock();
            shared.down = down;
            if down { std::mem::take(&mut shared.sessions) } else { Vec::new() }
        };
        lost.iter().for_each(|(_, news)| news.lost());
    }

    /// Forgets everything, as a store does that is started empty.
    ///
    /// ```
    /// use breaker_runtime::fleet::MemoryEngine;
    ///
    /// MemoryEngine::new().clear(); // the nodes write back what they know
    /// ```
    pub fn clear(&self) {
        self.shared.lock().namespace = Namespace::default();
    }

    fn shared<T>(&self, act: impl FnOnce(&mut Shared) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let mut shared = self.shared.lock();
        let lives = |session: &u64| shared.sessions.iter().any(|(id, _)| id == session);
        if shared.down || !self.session.as_ref().is_some_and(lives) {
            return Err(EngineError::Disconnected("the engine is down".to_owned()));
        }
        act(&mut shared)
    }
}

impl Default for MemoryEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for MemoryEngine {
    /// Another way to the same namespace, with a session of its own.
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), session: None }
    }
}

impl fmt::Debug for MemoryEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryEngine").finish_non_exhaustive()
    }
}

impl Engine for MemoryEngine {
    fn connect(&mut self, news: News) -> Result<(), EngineError> {
        self.disconnect();
        let mut shared = self.shared.lock();
        if shared.down {
            return Err(EngineError::Disconnected("the engine is down".to_owned()));
        }
        shared.last_session += 1;
        let session = shared.last_session;
        shared.sessions.push((session, news));
        self.session = Some(session);
        Ok(())
    }

    fn poll(&mut self, poll: &Poll) -> Result<Polled, EngineError> {
        self.shared(|shared| Ok(shared.namespace.poll(poll, now())))
    }

    fn change(&mut self, change: &Change) -> Result<Changed, EngineError> {
        let (changed, told) = self.shared(|shared| {
            let (changed, message) = shared.namespace.change(change, now())?;
            Ok((changed, message.map(|message| (message, shared.sessions.clone()))))
        })?;
        // Outside the lock: it wakes other fleets' threads.
        if let Some((message, sessions)) = told {
            sessions.iter().for_each(|(_, news)| news.hear(Heard::Message(Box::new(message.clone()))));
        }
        Ok(changed)
    }

    fn leave(&mut self, node: &str) -> Result<(), EngineError> {
        self.shared(|shared| {
            shared.namespace.leave(node);
            Ok(())
        })
    }

    fn disconnect(&mut self) {
        if let Some(session) = self.session.take() {
            self.shared.lock().sessions.retain(|(id, _)| *id != session);
        }
    }
}

impl Drop for MemoryEngine {
    fn drop(&mut self) {
        self.disconnect();
    }
}
