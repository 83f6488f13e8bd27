use crate::fleet::{
    change::What,
    engine::{Changed, EngineError, Message, Polled},
    mode::Mode,
    node::{
        event::{Action, Asked, Event, Key, Local, LocalState, Notice, Waits},
        state::{Node, Options},
    },
    row::{Lease, Override, Row},
};

const WAIT: u64 = 10_000;
/// Far from zero, as the fleet's clock is.
const START: u64 = 1 << 40;
/// The engine's clock is another one.
const AHEAD: u64 = 5_000_000;

fn local(state: LocalState, left: Option<u64>) -> Local {
    let waits = Waits { first: WAIT, multiplier: 2.0, max: 60_000 };
    Local { state, left, rejected: 0, answered: 0, busy: false, recovered: false, waits }
}

fn closed() -> Local {
    local(LocalState::Closed, None)
}

fn open() -> Local {
    local(LocalState::Open, Some(WAIT))
}

/// A node with one breaker, connected, that has read everything.
struct Driven {
    node: Node,
    now: u64,
}

impl Driven {
    fn new() -> Self {
        let options = Options { node: "me".into(), quorum: 2, poll: 5_000, grace: 2_000, ramp: 0, seed: 7 };
        let mut driven = Self { node: Node::new(options, START), now: START };
        driven.node.handle(Event::Joined(key(), closed()), START);
        driven.handle(Event::Connected);
        driven.handle(Event::Polled(Ok(Polled::new(START + AHEAD, "id".into(), 0, 3))));
        driven
    }

    fn handle(&mut self, event: Event) -> Vec<Action> {
        self.node.handle(event, self.now)
    }

    fn pass(&mut self, millis: u64) -> Vec<Action> {
        let end = self.now + millis;
        let mut all = Vec::new();
        while self.node.wakes_at() <= end {
            self.now = self.node.wakes_at().max(self.now);
            for action in self.handle(Event::Tick) {
                // An engine that has no news.
                if let Action::Poll(_) = action {
                    let polled = Polled::new(self.now + AHEAD, "id".into(), 0, 3);
                    all.extend(self.node.handle(Event::Polled(Ok(polled)), self.now));
                } else {
                    all.push(action);
                }
            }
        }
        self.now = end;
        all
    }

    fn hear(&mut self, row: &Row) -> Vec<Action> {
        let mut row = row.clone();
        // Rows are written here by the node's clock.
        for time in [&mut row.since, &mut row.until] {
            *time += AHEAD;
        }
        row.lease.iter_mut().for_each(|lease| lease.until += AHEAD);
        row.over.until.iter_mut().for_each(|until| *until += AHEAD);
        self.handle(Event::Heard(Message { now: self.now + AHEAD, name: "a".into(), row }))
    }

    fn answer(&mut self, asked: Asked, granted: bool, row: Row) -> Vec<Action> {
        let changed = Changed::new(self.now, granted, row);
        self.handle(Event::Changed(key(), asked, Ok(changed)))
    }
}

fn key() -> Key {
    Key::from("a")
}

/// What it asked the engine for.
fn asked(actions: &[Action]) -> Vec<&What> {
    let mut whats = Vec::new();
    for action in actions {
        if let Action::Change(_, _, change) = action {
            whats.push(&change.what);
        }
    }
    whats
}

fn open_row(driven: &Driven, epoch: u64, left: u64) -> Row {
    Row { epoch, open: true, since: driven.now, until: driven.now + left, openings: 1, ..Row::default() }
}

fn leased(row: &Row, holder: &str, until: u64) -> Row {
    let lease = Some(Lease { holder: holder.into(), until, wanted: false });
    Row { epoch: row.epoch + 1, lease, ..row.clone() }
}

/// The node has rejected calls, and holds the lease of epoch 2.
fn holding() -> (Driven, Row) {
    let mut driven = Driven::new();
    let row = open_row(&driven, 1, WAIT);
    driven.hear(&row);
    driven.handle(Event::Local(key(), Local { rejected: 5, left: Some(20_000), ..open() }));
    driven.pass(WAIT + 1_000);
    let row = leased(&row, "me", driven.now + 6_000);
    let actions = driven.hear(&row);
    assert!(actions.contains(&Action::HalfOpen(key())), "{actions:?}");
    driven.handle(Event::Local(key(), Local { rejected: 5, ..local(LocalState::HalfOpen, None) }));
    (driven, row)
}

#[test]
fn a_local_opening_is_a_vote_for_as_long_as_it_lasts() {
    let mut driven = Driven::new();
    let actions = driven.handle(Event::Local(key(), open()));
    assert_eq!(asked(&actions), [&What::Vote { left: WAIT }]);
    // Without an answer it is said again, with what is left.
    driven.handle(Event::Changed(key(), Asked::Vote, Err(EngineError::TimedOut)));
    assert_eq!(asked(&driven.pass(400)), [&What::Vote { left: WAIT - 300 }]);
    let actions = driven.answer(Asked::Vote, true, Row::default());
    assert!(actions.contains(&Action::Notice(Notice::Outlier(key()))), "too few others did: {actions:?}");
    assert!(driven.node.seen().all(|(_, seen)| seen.outlier));
}

#[test]
fn an_opening_of_the_fleet_opens_here_and_is_no_vote() {
    let mut driven = Driven::new();
    let row = open_row(&driven, 1, WAIT);
    let actions = driven.hear(&row);
    // The wait, one poll at its latest, and the grace.
    assert!(actions.contains(&Action::TripFor(key(), WAIT + 7_500 + 2_000)), "{actions:?}");
    let actions = driven.handle(Event::Local(key(), local(LocalState::Open, Some(19_500))));
    assert!(asked(&actions).is_empty());
}

#[test]
fn each_answer_moves_the_local_deadline_on_and_silence_does_not() {
    let mut driven = Driven::new();
    let row = open_row(&driven, 1, WAIT);
    driven.hear(&row);
    driven.handle(Event::Local(key(), local(LocalState::Open, Some(19_500))));
    // Nobody calls, and nobody probes.
    let trips = |actions: &[Action]| actions.iter().filter(|action| matches!(action, Action::TripFor(..))).count();
    assert!(trips(&driven.pass(60_000)) >= 5);
    driven.handle(Event::Lost);
    assert_eq!(trips(&driven.node.handle(Event::Tick, driven.now + 60_000)), 0);
}

#[test]
fn only_who_has_rejected_calls_asks_and_not_before_the_wait_is_over() {
    let mut driven = Driven::new();
    let row = open_row(&driven, 1, WAIT);
    driven.hear(&row);
    driven.handle(Event::Local(key(), local(LocalState::Open, Some(19_500))));
    let actions = driven.pass(WAIT + 5_000);
    assert!(asked(&actions).is_empty() && actions.contains(&Action::Look(key())), "{actions:?}");
    driven.handle(Event::Local(key(), Local { rejected: 1, ..local(LocalState::Open, Some(19_500)) }));
    let actions = driven.pass(1_300);
    assert_eq!(asked(&actions), [&What::Ask { lease: 6_000 }]);
}

#[test]
fn who_hears_that_another_probes_stands_down() {
    let mut driven = Driven::new();
    let row = open_row(&driven, 1, WAIT);
    driven.hear(&row);
    driven.handle(Event::Local(key(), Local { rejected: 1, ..local(LocalState::Open, Some(19_500)) }));
    driven.pass(WAIT);
    let row = leased(&row, "other", driven.now + 6_000);
    driven.hear(&row);
    assert!(asked(&driven.pass(5_900)).is_empty());
    // The other has died: its lease is over.
    assert_eq!(asked(&driven.pass(2_000)), [&What::Ask { lease: 6_000 }]);
}

#[test]
fn a_holder_renews_and_says_how_it_ended() {
    let (mut driven, row) = holding();
    let actions = driven.pass(2_100);
    assert_eq!(asked(&actions), [&What::Renew { epoch: row.epoch, lease: 6_000 }]);
    let recovered = Local { recovered: true, ..closed() };
    let actions = driven.handle(Event::Local(key(), recovered));
    assert_eq!(asked(&actions), [&What::Closed { epoch: row.epoch }]);
    // Until there is an answer.
    assert_eq!(asked(&driven.pass(400)), [&What::Closed { epoch: row.epoch }]);
}

#[test]
fn a_probe_that_fails_makes_the_wait_longer() {
    let (mut driven, row) = holding();
    let actions = driven.handle(Event::Local(key(), open()));
    assert_eq!(asked(&actions), [&What::Failed { epoch: row.epoch, wait: 2 * WAIT }]);
}

#[test]
fn an_idle_holder_yields_when_another_asks_and_a_busy_one_does_not() {
    for busy in [true, false] {
        let (mut driven, mut row) = holding();
        driven.handle(Event::Local(key(), Local { busy, ..local(LocalState::HalfOpen, None) }));
        driven.pass(2_100);
        row.lease.as_mut().unwrap().wanted = true;
        row.lease.as_mut().unwrap().until = driven.now + 6_000;
        let actions = driven.answer(Asked::Renewal, true, row.clone());
        let yields = asked(&actions).contains(&&What::Yield { epoch: row.epoch });
        assert_eq!(yields, !busy, "{actions:?}");
    }
}

#[test]
fn who_lost_the_lease_opens_again() {
    let (mut driven, row) = holding();
    let row = leased(&row, "other", driven.now + 6_000);
    let actions = driven.hear(&row);
    assert!(matches!(actions[..], [Action::Notice(_), Action::TripFor(..)]), "{actions:?}");
}

#[test]
fn a_row_that_the_engine_lost_is_written_back() {
    let mut driven = Driven::new();
    let row = open_row(&driven, 7, WAIT);
    driven.hear(&row);
    let actions = driven.hear(&Row { epoch: 3, ..Row::default() });
    assert!(asked(&actions).is_empty(), "not at once, or all would");
    let actions = driven.pass(1_000);
    assert!(matches!(asked(&actions)[..], [What::Restore { row, .. }] if row.epoch == 7), "{actions:?}");
    // Another node was quicker.
    driven.hear(&Row { epoch: 3, ..Row::default() });
    driven.hear(&row);
    assert!(asked(&driven.pass(1_100)).is_empty());
}

#[test]
fn the_newest_override_holds_until_its_end() {
    let mut driven = Driven::new();
    let over = |epoch, mode, until| Row {
        over: Override { epoch, mode, until, by: "ann".into(), ..Override::default() },
        ..Row::default()
    };
    let end = driven.now + 3_000;
    let actions = driven.hear(&over(2, Some(Mode::ForcedOpen), Some(end)));
    assert!(actions.contains(&Action::Force(key(), Some(Mode::ForcedOpen))), "{actions:?}");
    driven.handle(Event::Local(key(), local(LocalState::Forced, None)));
    assert!(!driven.hear(&over(1, None, None)).contains(&Action::Force(key(), None)), "an older one");
    // Also without an engine.
    driven.handle(Event::Lost);
    let actions = driven.node.handle(Event::Tick, end);
    assert!(actions.contains(&Action::Force(key(), None)), "{actions:?}");
}

#[test]
fn a_breaker_that_joins_takes_what_is_known() {
    let mut driven = Driven::new();
    driven.handle(Event::Left(key()));
    let row = open_row(&driven, 1, WAIT);
    assert!(!driven.hear(&row).iter().any(|action| matches!(action, Action::TripFor(..))));
    let actions = driven.handle(Event::Joined(key(), closed()));
    assert!(matches!(actions[..], [Action::TripFor(..)]), "{actions:?}");
}

#[test]
fn a_breaker_that_leaves_gives_a_held_lease_back() {
    let mut driven = Driven::new();
    driven.handle(Event::Local(key(), open()));
    let mut row = open_row(&driven, 3, 0);
    row.lease = Some(Lease { holder: "me".into(), until: driven.now + 6_000, wanted: false });
    assert!(driven.hear(&row).contains(&Action::HalfOpen(key())));
    let actions = driven.handle(Event::Left(key()));
    assert!(matches!(asked(&actions)[..], [What::Yield { epoch: 3 }]), "{actions:?}");
    assert!(asked(&driven.handle(Event::Left(key()))).is_empty());
}

#[test]
fn two_commands_without_an_answer_end_the_session() {
    let mut driven = Driven::new();
    assert!(!driven.handle(Event::Polled(Err(EngineError::TimedOut))).contains(&Action::Disconnect));
    assert!(driven.handle(Event::Polled(Err(EngineError::TimedOut))).contains(&Action::Disconnect));
    assert!(!driven.node.is_connected());
    // What happens here meanwhile is said in the next session.
    assert!(asked(&driven.handle(Event::Local(key(), open()))).is_empty());
    driven.handle(Event::Connected);
    let polled = Polled::new(driven.now + AHEAD, "id".into(), 0, 3);
    let actions = driven.handle(Event::Polled(Ok(polled)));
    assert!(matches!(asked(&actions)[..], [What::Vote { .. }]), "{actions:?}");
}

#[test]
fn names_that_an_engine_makes_up_are_bounded() {
    let mut driven = Driven::new();
    let mut polled = Polled::new(START, "other".into(), 9, 3);
    polled.rows = (0..20_000).map(|number| (format!("n{number}"), Row { epoch: 1, ..Row::default() })).collect();
    driven.handle(Event::Polled(Ok(polled)));
    assert_eq!(driven.node.seen().count(), crate::fleet::namespace::MAX_ROWS);
    assert!(driven.node.malformed() > 0);
}
