//! What a fleet knows of one circuit, and how it is written.

use std::{fmt, str::FromStr, time::Duration};

use crate::fleet::{
    mode::Mode,
    text::{MAX_NODE, MAX_REASON, NONE, escape, unescape},
};

/// The most votes that a row holds, and the largest quorum.
pub(crate) const MAX_VOTES: usize = 100;
/// The largest number in a row: scripts of Redis count in doubles.
pub(crate) const MAX_NUMBER: u64 = (1 << 53) - 1;
/// The longest row, in bytes.
pub(crate) const MAX_ROW: usize = 3 * (MAX_VOTES * (MAX_NODE + 8) + 2 * MAX_REASON + 2 * MAX_NODE) + 400;

/// The right of one node to probe for the whole fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// As it is written.
    pub(crate) holder: String,
    /// When it ends unless it is renewed.
    pub(crate) until: u64,
    /// Whether another node asked meanwhile.
    pub(crate) wanted: bool,
}

/// What an operator set for the whole fleet, or the tombstone of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Override {
    /// Grows with each that is set or lifted; 0 says that there never was one.
    pub(crate) epoch: u64,
    /// `None` is a tombstone: it was lifted.
    pub(crate) mode: Option<Mode>,
    pub(crate) by: String,
    pub(crate) because: String,
    pub(crate) since: u64,
    /// When it ends by itself; `None` if only a reset ends it.
    pub(crate) until: Option<u64>,
}

impl Override {
    pub(crate) fn mode_at(&self, now: u64) -> Option<Mode> {
        self.mode.filter(|_| self.until.is_none_or(|until| now < until))
    }
}

/// What a fleet knows of one circuit. An [`Engine`](crate::fleet::Engine) keeps one for each name.
///
/// It is one line of text ([`Display`](fmt::Display) and [`FromStr`]), in which times are milliseconds by the engine's
/// clock. What it means, and how it changes, is this crate's: see [`Change::apply`](crate::fleet::Change::apply).
///
/// ```
/// use breaker_runtime::fleet::Row;
///
/// let row = Row::default();
/// assert_eq!(row.to_string().parse::<Row>()?, row);
/// assert!("what an attacker wrote".parse::<Row>().is_err());
/// # Ok::<(), breaker_runtime::fleet::MalformedRow>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The number of the namespace's last change that changed this row.
    pub(crate) seq: u64,
    /// Grows with each change of the state; the fence against late writes.
    pub(crate) epoch: u64,
    pub(crate) open: bool,
    /// When the state was entered.
    pub(crate) since: u64,
    /// Until when an open circuit is not probed.
    pub(crate) until: u64,
    /// Openings since it was last closed.
    pub(crate) openings: u64,
    pub(crate) lease: Option<Lease>,
    pub(crate) over: Override,
    /// Who opened it alone, as it is written, and until when.
    pub(crate) votes: Vec<(String, u64)>,
}

impl Row {
    /// The number of the last change of this row; [`Engine::poll`](crate::fleet::Engine::poll) gives the rows whose number
    /// is larger than the one that the node saw.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Sets the number of the last change: the engine counts them for each namespace.
    #[must_use]
    pub fn with_seq(mut self, seq: u64) -> Self {
        self.seq = seq;
        self
    }

    pub(crate) fn lease_at(&self, now: u64) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| now < lease.until)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.open { "open" } else { "closed" };
        write!(f, "{} {} {state} {} {} {} ", self.seq, self.epoch, self.since, self.until, self.openings)?;
        match &self.lease {
            Some(Lease { holder, until, wanted }) => write!(f, "{holder} {until} {} ", u8::from(*wanted))?,
            None => f.write_str("- 0 0 ")?,
        }
        let Override { epoch, mode, by, because, since, until } = &self.over;
        let mode = mode.map_or(NONE, Mode::as_str);
        write!(f, "{epoch} {mode} {} {} {since} {} ", escape(by), escape(because), until.unwrap_or(0))?;
        if self.votes.is_empty() {
            return f.write_str(NONE);
        }
        for (index, (node, until)) in self.votes.iter().enumerate() {
            write!(f, "{}{node}:{until}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Text that is no [`Row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MalformedRow;

impl fmt::Display for MalformedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a row of a fleet")
    }
}

impl std::error::Error for MalformedRow {}

impl FromStr for Row {
    type Err = MalformedRow;

    /// Reads what [`Display`](fmt::Display) wrote. The text may come from anybody: it is bounded and checked. Words after
    /// the last one that is known are those of a later version, and are passed over.
    fn from_str(text: &str) -> Result<Self, MalformedRow> {
        if text.len() > MAX_ROW {
            return Err(MalformedRow);
        }
        read(text).ok_or(MalformedRow)
    }
}

fn read(text: &str) -> Option<Row> {
    let mut words = text.split(' ');
    let mut word = || words.next();
    let seq = number(word()?)?;
    let epoch = number(word()?)?;
    let open = match word()? {
        "open" => true,
        "closed" => false,
        _ => return None,
    };
    let [since, until, openings] = [number(word()?)?, number(word()?)?, number(word()?)?];
    let holder = match word()? {
        NONE => None,
        node => Some(written(node)?),
    };
    let lease_until = number(word()?)?;
    let wanted = flag(word()?)?;
    let lease = holder.map(|holder| Lease { holder, until: lease_until, wanted });
    let over = Override {
        epoch: number(word()?)?,
        mode: match word()? {
            NONE => None,
            mode => Some(Mode::of(mode)?),
        },
        by: unescape(word()?, MAX_REASON)?,
        because: unescape(word()?, MAX_REASON)?,
        since: number(word()?)?,
        until: Some(number(word()?)?).filter(|until| *until != 0),
    };
    let votes = votes(word()?)?;
    // Only an open circuit is probed.
    (open || lease.is_none()).then_some(Row { seq, epoch, open, since, until, openings, lease, over, votes })
}

fn votes(word: &str) -> Option<Vec<(String, u64)>> {
    if word == NONE {
        return Some(Vec::new());
    }
    let mut votes = Vec::new();
    for vote in word.split(',') {
        let (node, until) = vote.split_once(':')?;
        if votes.len() == MAX_VOTES {
            return None;
        }
        votes.push((written(node)?, number(until)?));
    }
    Some(votes)
}

/// A node's name, which stays as it is written.
fn written(node: &str) -> Option<String> {
    unescape(node, MAX_NODE).filter(|name| !name.is_empty()).map(|_| node.to_owned())
}

fn number(word: &str) -> Option<u64> {
    // `parse` alone would take a sign.
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if digits { word.parse().ok().filter(|number| *number <= MAX_NUMBER) } else { None }
}

fn flag(word: &str) -> Option<bool> {
    match word {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

/// Milliseconds, as they travel: rounded up, so that nobody is early.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).min(MAX_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Row {
        Row {
            seq: 7,
            epoch: MAX_NUMBER,
            open: true,
            since: 1,
            until: 2,
            openings: 3,
            lease: Some(Lease { holder: "a%20b".into(), until: 9, wanted: true }),
            over: Override {
                epoch: 4,
                mode: Some(Mode::Disabled),
                by: "ann".into(),
                because: "a long\nstory".into(),
                since: 8,
                until: Some(11),
            },
            votes: vec![("x%2Cy".into(), 1), ("z%3A1".into(), 2)],
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_written() {
        for row in [Row::default(), full()] {
            assert_eq!(row.to_string().parse(), Ok(row));
        }
    }

    #[test]
    fn the_longest_row_may_be_read() {
        let node = escape(&"\u{1}".repeat(MAX_NODE));
        let reason = "\u{1}".repeat(MAX_REASON);
        let mut row = full();
        row.lease = Some(Lease { holder: node.clone(), until: MAX_NUMBER, wanted: true });
        row.over.by.clone_from(&reason);
        row.over.because = reason;
        row.votes = vec![(node, MAX_NUMBER); MAX_VOTES];
        assert_eq!(row.to_string().parse(), Ok(row));
    }

    #[test]
    fn words_of_a_later_version_are_passed_over() {
        assert_eq!(format!("{} later words", full()).parse(), Ok(full()));
    }

    #[test]
    fn what_is_no_row_is_an_error() {
        let good = full().to_string();
        let words: Vec<&str> = good.split(' ').collect();
        for index in 0..words.len() {
            for bad in ["", "é", "-1", "+1", "9007199254740992", "99999999999999999999", "%"] {
                // Any word may be a name or a reason.
                if matches!(index, 6 | 11 | 12) && bad.starts_with(['9', '-']) {
                    continue;
                }
                let mut words = words.clone();
                words[index] = bad;
                assert_eq!(words.join(" ").parse::<Row>(), Err(MalformedRow), "word {index} is {bad:?}");
            }
            assert!(words[..index].join(" ").parse::<Row>().is_err());
        }
        assert!("x".repeat(MAX_ROW + 1).parse::<Row>().is_err());
        // A closed circuit that somebody probes.
        assert!(good.replace("open", "closed").parse::<Row>().is_err());
    }
}
