//! How a row changes: the one description that every engine follows.

use crate::fleet::{
    mode::Mode,
    row::{Lease, MAX_NUMBER, MAX_VOTES, Override, Row},
};

/// What a node asks an engine to change, in one atomic step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The circuit, by its name as it is written: an opaque key of an [`Engine`](crate::fleet::Engine).
    pub name: String,
    /// The node that asks, by its name as it is written.
    pub node: String,
    /// The nodes that must have opened before the fleet does, if so many live.
    pub quorum: u64,
    /// How long a heartbeat says that a node lives, and how old a namespace must be before the living are counted, in
    /// milliseconds: two poll periods.
    pub live_for: u64,
    /// The identity of the namespace, should this change begin it.
    pub nonce: String,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// The node opened its circuit, for so long.
    Vote { left: u64 },
    /// The node would probe.
    Ask { lease: u64 },
    /// The holder probes still.
    Renew { epoch: u64, lease: u64 },
    /// The holder's probes succeeded.
    Closed { epoch: u64 },
    /// The holder's probes failed: nobody probes for this long.
    Failed { epoch: u64, wait: u64 },
    /// The holder had nothing to probe with: another may.
    Yield { epoch: u64 },
    /// An operator set it for all, for so long; `None` is until it is reset.
    Override { mode: Mode, by: String, because: String, lasting: Option<u64> },
    /// An operator lifts it, and closes the circuit.
    Reset { by: String },
    /// What the engine has lost: the row as it was when its clock stood at `as_of`.
    Restore { row: Row, as_of: u64 },
}

/// The namespace around a row, at the moment of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Surroundings {
    /// The engine's clock, in milliseconds.
    pub now: u64,
    /// When the namespace began to have living nodes, in milliseconds.
    pub born: u64,
    /// The nodes whose last heartbeat is at most [`Change::live_for`] old.
    pub live: u64,
}

impl Surroundings {
    /// A namespace that has had living nodes since `born`, at the moment `now`, with so many of them.
    #[must_use]
    pub fn new(now: u64, born: u64, live: u64) -> Self {
        Self { now, born, live }
    }
}

/// What a [`Change`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// The node got what it asked for.
    pub granted: bool,
    /// The row is another one: it is stored, with the namespace's next sequence number.
    pub changed: bool,
    /// The fleet's state is another one: the row is published to all nodes.
    pub published: bool,
}

impl Effect {
    const STALE: Self = Self { granted: false, changed: false, published: false };
    const KEPT: Self = Self { granted: true, changed: true, published: false };
    const PUBLISHED: Self = Self { granted: true, changed: true, published: true };
}

impl Change {
    /// Applies the change to a row. An engine calls it where nothing else can change the row meanwhile, such as in a
    /// transaction; the Redis engine has the same in a script, and a test compares the two.
    ///
    /// ```
    /// # use breaker_runtime::fleet::{Change, Effect, Row, Surroundings};
    /// fn transact(stored: &mut Row, change: &Change, now: u64, born: u64, live: u64) -> Effect {
    ///     change.apply(stored, Surroundings::new(now, born, live))
    /// }
    /// # let _ = transact;
    /// ```
    pub fn apply(&self, row: &mut Row, at: Surroundings) -> Effect {
        let now = at.now;
        match &self.what {
            What::Vote { left } => self.vote(row, *left, at),
            What::Ask { lease } => self.ask(row, *lease, now),
            What::Renew { epoch, lease } => self.as_holder(row, *epoch, |row| {
                if let Some(held) = &mut row.lease {
                    held.until = later(now, *lease);
                }
                // The rest stand down for as long.
                Effect::PUBLISHED
            }),
            What::Closed { epoch } => self.as_holder(row, *epoch, |row| close(row, now)),
            What::Failed { epoch, wait } => self.as_holder(row, *epoch, |row| {
                row.openings = (row.openings + 1).min(MAX_NUMBER);
                row.until = later(now, *wait);
                reopen(row, now)
            }),
            What::Yield { epoch } => self.as_holder(row, *epoch, |row| reopen(row, now)),
            What::Override { mode, by, because, lasting } => {
                row.over = Override {
                    epoch: next(row.over.epoch),
                    mode: Some(*mode),
                    by: by.clone(),
                    because: because.clone(),
                    since: now,
                    until: lasting.map(|lasting| later(now, lasting).max(1)),
                };
                Effect::PUBLISHED
            }
            What::Reset { by } => {
                row.over = Override { epoch: next(row.over.epoch), by: by.clone(), since: now, ..Override::default() };
                if row.open {
                    close(row, now);
                } else {
                    row.votes.clear();
                }
                Effect::PUBLISHED
            }
            What::Restore { row: known, as_of } => restore(row, known, *as_of, now),
        }
    }

    fn vote(&self, row: &mut Row, left: u64, at: Surroundings) -> Effect {
        row.votes.retain(|(node, until)| at.now < *until && *node != self.node);
        if row.open {
            // It is open already, and this node will hear of it in the answer.
            return Effect::STALE;
        }
        if row.votes.len() < MAX_VOTES {
            row.votes.push((self.node.clone(), later(at.now, left)));
        }
        // A namespace that has just begun does not know how many live: the first node would open it for all.
        let settled = at.now.saturating_sub(at.born) >= self.live_for;
        let needed = if settled { self.quorum.min(at.live) } else { self.quorum }.max(1);
        if (row.votes.len() as u64) < needed {
            return Effect::KEPT;
        }
        // The longest wait that so many nodes agree on: one bad node cannot make it longer.
        let mut ends: Vec<u64> = row.votes.iter().map(|(_, until)| *until).collect();
        ends.sort_unstable_by(|a, b| b.cmp(a));
        row.until = ends[needed as usize - 1];
        row.openings = 1;
        row.open = true;
        reopen(row, at.now)
    }

    fn ask(&self, row: &mut Row, lease: u64, now: u64) -> Effect {
        if !row.open {
            // The fleet is closed: a node that is open alone may probe alone.
            return Effect { granted: true, ..Effect::STALE };
        }
        if now < row.until {
            return Effect::STALE;
        }
        if let Some(held) = row.lease.as_mut().filter(|held| now < held.until && held.holder != self.node) {
            let first = !held.wanted;
            held.wanted = true;
            return Effect { changed: first, ..Effect::STALE };
        }
        row.lease = Some(Lease { holder: self.node.clone(), until: later(now, lease), wanted: false });
        row.epoch = next(row.epoch);
        Effect::PUBLISHED
    }

    /// Only the holder of this very epoch may: whoever lost the lease is fenced off.
    fn as_holder(&self, row: &mut Row, epoch: u64, change: impl FnOnce(&mut Row) -> Effect) -> Effect {
        let holds = row.epoch == epoch && row.lease.as_ref().is_some_and(|lease| lease.holder == self.node);
        if holds { change(row) } else { Effect::STALE }
    }
}

fn close(row: &mut Row, now: u64) -> Effect {
    row.open = false;
    row.openings = 0;
    row.votes.clear();
    reopen(row, now)
}

/// A new epoch, in which nobody probes yet.
fn reopen(row: &mut Row, now: u64) -> Effect {
    row.lease = None;
    row.since = now;
    row.epoch = next(row.epoch);
    Effect::PUBLISHED
}

/// The two parts have an epoch each, and each that is newer is taken.
fn restore(row: &mut Row, known: &Row, as_of: u64, now: u64) -> Effect {
    let moved = |time: u64| time.saturating_add(now).saturating_sub(as_of).min(MAX_NUMBER);
    let mut effect = Effect { granted: true, ..Effect::STALE };
    if known.epoch > row.epoch {
        row.epoch = known.epoch;
        row.open = known.open;
        row.since = moved(known.since);
        row.until = moved(known.until);
        row.openings = known.openings;
        row.lease = known.lease.clone().map(|lease| Lease { until: moved(lease.until), ..lease });
        effect = Effect::PUBLISHED;
    }
    if known.over.epoch > row.over.epoch {
        row.over = Override {
            since: moved(known.over.since),
            until: known.over.until.map(|until| moved(until).max(1)),
            ..known.over.clone()
        };
        effect = Effect::PUBLISHED;
    }
    effect
}

fn later(now: u64, by: u64) -> u64 {
    now.saturating_add(by).min(MAX_NUMBER)
}

fn next(epoch: u64) -> u64 {
    (epoch + 1).min(MAX_NUMBER)
}

#[cfg(test)]
mod tests;
