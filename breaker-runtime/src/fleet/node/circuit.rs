//! What a node knows of one circuit, and what it has to do with it.

use crate::fleet::{
    node::event::{Local, LocalState},
    row::Row,
};

/// How far in the future a wait of the fleet may end: a row may come from anybody.
const MAX_LEFT: u64 = 24 * 60 * 60 * 1000;
/// A wait that has been over for so long, without a probe, is no news of an outage: nobody was there, or nobody called. A
/// closed local circuit is as good a witness as any.
const STALE: u64 = 30_000;
/// How long a lease may be.
const MAX_LEASE: u64 = 60 * 1000;

#[derive(Debug, Default)]
pub(crate) struct Circuit {
    /// The newest that it heard of, with times by the node's clock.
    pub(crate) row: Row,
    /// The local breaker, if there is one.
    pub(crate) member: Option<Member>,
    /// When to write back what the engine has lost.
    pub(crate) restore_at: Option<u64>,
}

/// The local breaker.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) local: Local,
    /// Until when it is open; `None` is for ever.
    pub(crate) until: Option<u64>,
    /// Calls rejected before it opened.
    pub(crate) rejected_before: u64,
    /// When to tell the engine that it opened.
    pub(crate) vote_at: Option<u64>,
    /// Whether the engine knows that it opened.
    pub(crate) voted: bool,
    /// When to close with the fleet.
    pub(crate) close_at: Option<u64>,
    /// When its own probes closed it.
    pub(crate) recovered_at: Option<u64>,
    /// Whether the fleet has forced it.
    pub(crate) forced: bool,
    pub(crate) role: Role,
}

/// What it has to do with the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing; when to look whether calls were rejected.
    Idle { look_at: u64 },
    /// It will ask. `closing`: not to probe, but to say that it is closed here.
    Waiting { ask_at: u64, closing: bool },
    /// It has asked.
    Asked { closing: bool },
    /// It has the lease, and the local circuit is half-open.
    Holding { epoch: u64, renew_at: u64, idle_since: u64, answered: u64 },
    /// It says how the episode ended, until there is an answer.
    Settling { epoch: u64, end: End, again_at: u64 },
}

/// How an episode ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Failed,
    Yielded,
}

impl Role {
    pub(crate) const IDLE: Self = Self::Idle { look_at: 0 };

    #[cfg(test)]
    pub(crate) fn is_holding(self) -> bool {
        matches!(self, Self::Holding { .. })
    }

    pub(crate) fn held_epoch(self) -> Option<u64> {
        match self {
            Self::Holding { epoch, .. } | Self::Settling { epoch, .. } => Some(epoch),
            Self::Idle { .. } | Self::Waiting { .. } | Self::Asked { .. } => None,
        }
    }
}

/// What a node knows of a circuit, for others to see. Times are by the node's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) row: &'a Row,
    pub(crate) shared: bool,
    pub(crate) outlier: bool,
}

impl Circuit {
    pub(crate) fn join(&mut self, now: u64, local: Local) {
        self.member = Some(Member {
            local,
            until: None,
            rejected_before: local.rejected,
            vote_at: None,
            voted: false,
            close_at: None,
            recovered_at: None,
            forced: false,
            role: Role::IDLE,
        });
        self.set_local(now, local);
    }

    pub(crate) fn set_local(&mut self, now: u64, local: Local) {
        if let Some(member) = &mut self.member {
            member.until = local.left.map(|left| now.saturating_add(left));
            member.local = local;
        }
    }

    /// When a wait of the fleet, and the lease of whoever probes, are over.
    pub(crate) fn due(&self) -> u64 {
        self.row.lease.as_ref().map_or(0, |lease| lease.until).max(self.row.until)
    }

    pub(crate) fn wakes_at(&self, up: bool) -> u64 {
        let never = u64::MAX;
        let restore = self.restore_at.filter(|_| up).unwrap_or(never);
        let Some(member) = &self.member else { return restore };
        let over = self.row.over.until.filter(|_| member.forced).unwrap_or(never);
        let close = member.close_at.unwrap_or(never);
        let mut at = restore.min(over).min(close);
        if up {
            at = at.min(member.vote_at.unwrap_or(never));
            at = at.min(match member.role {
                Role::Idle { look_at } if self.may_ask(member) => look_at.max(self.due()),
                Role::Waiting { ask_at, .. } => ask_at,
                Role::Holding { renew_at, .. } => renew_at,
                Role::Settling { again_at, .. } => again_at,
                Role::Idle { .. } => self.stale_at().unwrap_or(never),
                Role::Asked { .. } => never,
            });
        }
        at
    }

    /// When a local circuit that is closed may say so, although the fleet is open.
    pub(crate) fn stale_at(&self) -> Option<u64> {
        let closed = self.member.as_ref().is_some_and(|member| member.local.state == LocalState::Closed);
        (self.row.open && closed).then(|| self.due().saturating_add(STALE))
    }

    /// Whether a local circuit that is open waits for the fleet's probe.
    pub(crate) fn may_ask(&self, member: &Member) -> bool {
        self.row.open && member.local.state == LocalState::Open && member.close_at.is_none()
    }

    pub(crate) fn seen(&self, connected: bool) -> Seen<'_> {
        let member = self.member.as_ref();
        let open = member.is_some_and(|member| member.local.state == LocalState::Open && member.voted);
        Seen { row: &self.row, shared: member.is_some(), outlier: connected && open && !self.row.open }
    }
}

/// A row with its times by the node's clock, no wait longer than is believed.
pub(crate) fn by_node_clock(row: &Row, engine_now: u64, now: u64) -> Row {
    let moved = |time: u64| time.saturating_add(now).saturating_sub(engine_now);
    let mut row = row.clone();
    row.since = moved(row.since).min(now);
    row.until = moved(row.until).min(now + MAX_LEFT);
    if let Some(lease) = &mut row.lease {
        lease.until = moved(lease.until).min(now + MAX_LEASE);
    }
    row.over.since = moved(row.over.since).min(now);
    // 0 would say that it has no end.
    row.over.until = row.over.until.map(|until| moved(until).max(1));
    row.votes.iter_mut().for_each(|(_, until)| *until = moved(*until));
    row
}
