//! Nodes, an engine, a network and a dependency, under one queue of events.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use crate::fleet::{
    change::{Change, What},
    engine::{EngineError, Message, Poll},
    mode::Mode,
    namespace::Namespace,
    node::{Action, Asked, Event, Key, Node, Options},
    row::Row,
};

use super::breaker::{Breaker, Permit};

pub(super) const NAME: &str = "payments";
const TIMEOUT: u64 = 150;
const CONNECT_TIMEOUT: u64 = 500;
/// Both clocks begin far from zero, and far from each other.
pub(super) const START: u64 = 1 << 40;
const ENGINE_AHEAD: u64 = 77_000_000;

/// What the network and the engine do to the nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// Of each message published, each command and each answer: the share that is lost.
    pub(super) loss: f64,
    /// The share of messages published that come twice.
    pub(super) duplication: f64,
    /// The longest way from a node to the engine, or back.
    pub(super) delay: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) nodes: usize,
    pub(super) quorum: u64,
    pub(super) seed: u64,
    pub(super) shared: bool,
    /// Successes that a recovery needs.
    pub(super) probes: u32,
    pub(super) ramp: u64,
    /// The time between two calls of a node.
    pub(super) pace: u64,
    pub(super) faults: Faults,
}

#[derive(Clone, Debug)]
pub(super) enum Happening {
    Tick(usize),
    Call(usize),
    Ended(usize, u64, Permit, bool),
    Arrived { node: usize, session: u64, id: u64, command: Command },
    Answered { node: usize, session: u64, id: u64, event: Box<Event> },
    TimedOut { node: usize, session: u64, id: u64 },
    Published { node: usize, session: u64, message: Box<Message> },
    Connected { node: usize, session: u64 },
    // Faults, from the outside.
    Outage(bool),
    Freeze(u64),
    Cut,
    Remember,
    Forget,
    Empty { cut: bool },
    Kill(usize),
    Start(usize),
    Partition(usize, u64),
    Operate(Option<Mode>),
}

#[derive(Clone, Debug)]
pub(super) enum Command {
    Poll(Poll),
    Change(Key, Asked, Box<Change>),
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) failed: u64,
    pub(super) succeeded: u64,
    pub(super) rejected: u64,
    pub(super) probes: u64,
    pub(super) polls: u64,
    pub(super) changes: u64,
    pub(super) asks: u64,
    pub(super) published: u64,
    pub(super) peak_10ms: u64,
    pub(super) most_probers: usize,
    pub(super) most_holders: usize,
}

struct Replica {
    node: Option<Node>,
    breaker: Breaker,
    /// Grows with each process of this place.
    process: u64,
    session: u64,
    commands: VecDeque<Command>,
    in_flight: Option<u64>,
    wakes_at: u64,
    cut_off_until: u64,
    known_epoch: u64,
}

pub(super) struct World {
    pub(super) now: u64,
    pub(super) counts: Counts,
    scenario: Scenario,
    random: fastrand::Rng,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: std::collections::HashMap<u64, Happening>,
    next: u64,
    replicas: Vec<Replica>,
    engine: Namespace,
    remembered: Option<Namespace>,
    frozen_until: u64,
    down: bool,
    /// What the last override that the engine took makes of the circuits.
    pub(super) forced: Option<Mode>,
    bucket: (u64, u64),
    next_id: u64,
}

impl World {
    pub(super) fn new(scenario: Scenario) -> Self {
        let random = fastrand::Rng::with_seed(scenario.seed);
        let nodes = scenario.nodes;
        let mut world = Self {
            now: START,
            counts: Counts::default(),
            scenario,
            random,
            queue: BinaryHeap::new(),
            happenings: std::collections::HashMap::new(),
            next: 0,
            replicas: Vec::new(),
            engine: Namespace::default(),
            remembered: None,
            frozen_until: 0,
            down: false,
            forced: None,
            bucket: (0, 0),
            next_id: 0,
        };
        for index in 0..nodes {
            world.replicas.push(Replica {
                node: None,
                breaker: Breaker::new(world.scenario.probes),
                process: 0,
                session: 0,
                commands: VecDeque::new(),
                in_flight: None,
                wakes_at: u64::MAX,
                cut_off_until: 0,
                known_epoch: 0,
            });
            // Not all at once, as in a deploy.
            let at = START + world.random.u64(0..2_000);
            world.at(at, Happening::Start(index));
        }
        world
    }

    pub(super) fn at(&mut self, at: u64, happening: Happening) {
        self.next += 1;
        self.queue.push(Reverse((at.max(self.now), self.next)));
        self.happenings.insert(self.next, happening);
    }

    pub(super) fn run_until(&mut self, end: u64) {
        while let Some(Reverse((at, id))) = self.queue.peek().copied() {
            if at > end {
                break;
            }
            self.queue.pop();
            self.now = at;
            if let Some(happening) = self.happenings.remove(&id) {
                self.happen(happening);
                self.check();
            }
        }
        self.now = end;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Tick(index) => {
                if self.replicas[index].wakes_at <= self.now {
                    self.replicas[index].wakes_at = u64::MAX;
                    self.feed(index, Event::Tick);
                }
            }
            Happening::Call(index) => self.call(index),
            Happening::Ended(index, process, permit, success) => self.ended(index, process, permit, success),
            Happening::Arrived { node, session, id, command } => self.arrived(node, session, id, command),
            Happening::Answered { node, session, id, event } => {
                if self.is_current(node, session) && self.replicas[node].in_flight == Some(id) {
                    self.replicas[node].in_flight = None;
                    self.replicas[node].commands.pop_front();
                    self.feed(node, *event);
                    self.send_next(node);
                }
            }
            Happening::TimedOut { node, session, id } => {
                if self.is_current(node, session) && self.replicas[node].in_flight == Some(id) {
                    self.replicas[node].in_flight = None;
                    let command = self.replicas[node].commands.pop_front();
                    self.unanswered(node, command, EngineError::TimedOut);
                    self.send_next(node);
                }
            }
            Happening::Published { node, session, message } => {
                if self.is_current(node, session) && !self.is_cut_off(node) {
                    self.feed(node, Event::Heard(*message));
                }
            }
            Happening::Connected { node, session } => {
                if self.is_current(node, session) {
                    let reached = self.frozen_until <= self.now && !self.is_cut_off(node);
                    self.feed(
                        node,
                        if reached { Event::Connected } else { Event::ConnectFailed(EngineError::TimedOut) },
                    );
                }
            }
            Happening::Outage(down) => self.down = down,
            Happening::Freeze(until) => self.frozen_until = until,
            Happening::Cut => self.cut(),
            Happening::Remember => self.remembered = Some(self.engine.clone()),
            Happening::Forget => {
                if let Some(engine) = self.remembered.take() {
                    self.engine = engine;
                    self.cut();
                }
            }
            Happening::Empty { cut } => {
                self.engine = Namespace::default();
                if cut {
                    self.cut();
                }
            }
            Happening::Kill(index) => self.kill(index),
            Happening::Start(index) => self.start(index),
            Happening::Partition(index, until) => self.replicas[index].cut_off_until = until,
            Happening::Operate(mode) => self.operate(mode),
        }
    }

    fn cut(&mut self) {
        for index in 0..self.replicas.len() {
            self.feed(index, Event::Lost);
        }
    }

    fn start(&mut self, index: usize) {
        if self.replicas[index].node.is_some() {
            return;
        }
        let options = Options {
            node: format!("n{index}"),
            quorum: self.scenario.quorum,
            poll: 5_000,
            grace: 2_000,
            ramp: self.scenario.ramp,
            seed: self.random.u64(..),
        };
        let replica = &mut self.replicas[index];
        replica.process += 1;
        replica.breaker = Breaker::new(self.scenario.probes);
        replica.known_epoch = 0;
        if self.scenario.shared {
            replica.node = Some(Node::new(options, self.now));
            let local = replica.breaker.local(self.now);
            self.feed(index, Event::Joined(NAME.into(), local));
        }
        let at = self.now + self.random.u64(0..self.scenario.pace);
        self.at(at, Happening::Call(index));
    }

    fn kill(&mut self, index: usize) {
        let replica = &mut self.replicas[index];
        replica.node = None;
        replica.process += 1;
        replica.session += 1;
        replica.commands.clear();
        replica.in_flight = None;
        // Nothing of it is left; its calls end nowhere.
        replica.breaker = Breaker::new(self.scenario.probes);
    }

    fn is_alive(&self, index: usize) -> bool {
        !self.scenario.shared || self.replicas[index].node.is_some()
    }

    fn call(&mut self, index: usize) {
        if !self.is_alive(index) {
            return;
        }
        let now = self.now;
        let (took, pace) = (self.random.u64(5..40), self.scenario.pace);
        let replica = &mut self.replicas[index];
        let before = replica.breaker.generation();
        match replica.breaker.admit(now) {
            Some(permit) => {
                self.counts.probes += u64::from(permit.probe);
                let (process, success) = (replica.process, !self.down);
                self.at(now + took, Happening::Ended(index, process, permit, success));
            }
            None => self.counts.rejected += 1,
        }
        self.changed_by_call(index, before);
        // As calls come that know nothing of each other.
        let at = now + 1 + (-(1.0 - self.random.f64()).ln() * pace as f64) as u64;
        self.at(at, Happening::Call(index));
    }

    fn ended(&mut self, index: usize, process: u64, permit: Permit, success: bool) {
        if self.replicas[index].process != process {
            return;
        }
        *(if success { &mut self.counts.succeeded } else { &mut self.counts.failed }) += 1;
        let before = self.replicas[index].breaker.generation();
        self.replicas[index].breaker.settle(permit, success, self.now);
        self.changed_by_call(index, before);
    }

    /// A breaker that changed its state wakes its node.
    fn changed_by_call(&mut self, index: usize, before: u64) {
        if self.replicas[index].breaker.generation() != before {
            let local = self.replicas[index].breaker.local(self.now);
            self.feed(index, Event::Local(NAME.into(), local));
        }
    }

    fn feed(&mut self, index: usize, event: Event) {
        let now = self.now;
        let Some(node) = self.replicas[index].node.as_mut() else { return };
        let actions = node.handle(event, now);
        let wakes_at = node.wakes_at();
        for action in actions {
            self.act(index, action);
        }
        let replica = &mut self.replicas[index];
        if wakes_at < replica.wakes_at {
            replica.wakes_at = wakes_at;
            self.at(wakes_at, Happening::Tick(index));
        }
    }

    fn act(&mut self, index: usize, action: Action) {
        let now = self.now;
        let breaker = &mut self.replicas[index].breaker;
        let before = breaker.generation();
        match action {
            Action::TripFor(_, left) => breaker.trip_for(left, now),
            Action::HalfOpen(_) => breaker.half_open(),
            Action::Close(_) => breaker.close(),
            Action::Force(_, mode) => breaker.force(mode.is_some()),
            Action::Look(_) => {
                let local = breaker.local(now);
                return self.feed(index, Event::Local(NAME.into(), local));
            }
            Action::Connect => {
                self.replicas[index].session += 1;
                self.replicas[index].commands.clear();
                self.replicas[index].in_flight = None;
                let session = self.replicas[index].session;
                let reached = self.frozen_until <= now && !self.is_cut_off(index);
                let delay = if reached { self.way() * 2 } else { CONNECT_TIMEOUT };
                return self.at(now + delay, Happening::Connected { node: index, session });
            }
            Action::Disconnect => {
                self.replicas[index].session += 1;
                self.replicas[index].commands.clear();
                self.replicas[index].in_flight = None;
                return;
            }
            Action::Poll(poll) => return self.send(index, Command::Poll(poll)),
            Action::Change(key, asked, change) => return self.send(index, Command::Change(key, asked, change)),
            Action::Notice(_) => return,
        }
        if self.replicas[index].breaker.generation() != before {
            let local = self.replicas[index].breaker.local(now);
            self.feed(index, Event::Local(NAME.into(), local));
        }
    }

    /// One command at a time, as a blocking engine has it.
    fn send(&mut self, index: usize, command: Command) {
        self.replicas[index].commands.push_back(command);
        self.send_next(index);
    }

    fn send_next(&mut self, index: usize) {
        let replica = &mut self.replicas[index];
        if replica.in_flight.is_some() {
            return;
        }
        let Some(command) = replica.commands.front().cloned() else { return };
        self.next_id += 1;
        let (id, session) = (self.next_id, replica.session);
        replica.in_flight = Some(id);
        match &command {
            Command::Poll(_) => self.counts.polls += 1,
            Command::Change(_, asked, _) => {
                self.counts.changes += 1;
                self.counts.asks += u64::from(*asked == Asked::Lease);
            }
        }
        self.at(self.now + TIMEOUT, Happening::TimedOut { node: index, session, id });
        if !self.is_lost(index) {
            let at = self.now + self.way();
            self.at(at, Happening::Arrived { node: index, session, id, command });
        }
    }

    fn arrived(&mut self, index: usize, session: u64, id: u64, command: Command) {
        if self.frozen_until > self.now {
            // It is read when the engine goes on: a late write.
            let at = self.frozen_until + self.random.u64(0..5);
            return self.at(at, Happening::Arrived { node: index, session, id, command });
        }
        self.count_command();
        let engine_now = self.now + ENGINE_AHEAD;
        let event = match command {
            Command::Poll(poll) => Event::Polled(Ok(self.engine.poll(&poll, engine_now))),
            Command::Change(key, asked, change) => {
                let result = self.engine.change(&change, engine_now);
                Event::Changed(
                    key,
                    asked,
                    result.map(|(changed, message)| {
                        self.publish(message);
                        changed
                    }),
                )
            }
        };
        if !self.is_lost(index) {
            let at = self.now + self.way();
            self.at(at, Happening::Answered { node: index, session, id, event: Box::new(event) });
        }
    }

    fn publish(&mut self, message: Option<Message>) {
        let Some(message) = message else { return };
        self.counts.published += 1;
        for index in 0..self.replicas.len() {
            let session = self.replicas[index].session;
            let copies = 1 + u32::from(self.random.f64() < self.scenario.faults.duplication);
            for _ in 0..copies {
                if self.random.f64() >= self.scenario.faults.loss {
                    let at = self.now + self.way();
                    let message = Box::new(message.clone());
                    self.at(at, Happening::Published { node: index, session, message });
                }
            }
        }
    }

    fn unanswered(&mut self, index: usize, command: Option<Command>, error: EngineError) {
        let event = match command {
            Some(Command::Poll(_)) => Event::Polled(Err(error)),
            Some(Command::Change(key, asked, _)) => Event::Changed(key, asked, Err(error)),
            None => return,
        };
        self.feed(index, event);
    }

    fn operate(&mut self, mode: Option<Mode>) {
        let Some(node) = self.replicas.iter_mut().find_map(|replica| replica.node.as_mut()) else { return };
        let what = match mode {
            Some(mode) => What::Override { mode, by: "ann".into(), because: "INC-4711".into(), lasting: None },
            None => What::Reset { by: "ann".into() },
        };
        let change = node.change_of(&NAME.into(), what);
        if self.frozen_until > self.now {
            // The operator is told that it did not work.
            return;
        }
        if let Ok((_, message)) = self.engine.change(&change, self.now + ENGINE_AHEAD) {
            self.forced = mode;
            self.publish(message);
        }
    }

    fn is_current(&self, index: usize, session: u64) -> bool {
        self.replicas[index].node.is_some() && self.replicas[index].session == session
    }

    fn is_cut_off(&self, index: usize) -> bool {
        self.replicas[index].cut_off_until > self.now
    }

    fn is_lost(&mut self, index: usize) -> bool {
        self.is_cut_off(index) || self.random.f64() < self.scenario.faults.loss
    }

    fn way(&mut self) -> u64 {
        1 + self.random.u64(0..=self.scenario.faults.delay)
    }

    fn count_command(&mut self) {
        let slot = self.now / 10;
        self.bucket = if self.bucket.0 == slot { (slot, self.bucket.1 + 1) } else { (slot, 1) };
        // The first polls of all are those of the start.
        if self.now > START + 10_000 {
            self.counts.peak_10ms = self.counts.peak_10ms.max(self.bucket.1);
        }
    }

    /// What must hold at every moment.
    fn check(&mut self) {
        if !self.scenario.shared || self.scenario.nodes > 60 && self.random.u8(..) > 8 {
            return;
        }
        let (now, mut holders, mut probers) = (self.now, 0, 0);
        for replica in &mut self.replicas {
            let Some(node) = &replica.node else { continue };
            let (role, epoch) = node.role_and_epoch(NAME);
            assert!(epoch >= replica.known_epoch, "an epoch went down, at {}", now - START);
            replica.known_epoch = epoch;
            let half_open = replica.breaker.is_half_open();
            probers += usize::from(half_open);
            holders += usize::from(half_open && role.is_some_and(|role| role.is_holding()));
        }
        self.counts.most_probers = self.counts.most_probers.max(probers);
        self.counts.most_holders = self.counts.most_holders.max(holders);
    }

    pub(super) fn row(&self) -> Row {
        self.engine.row(NAME)
    }

    pub(super) fn alive(&self) -> usize {
        (0..self.replicas.len()).filter(|index| self.is_alive(*index)).count()
    }

    pub(super) fn closed(&self) -> usize {
        (0..self.replicas.len()).filter(|i| self.is_alive(*i) && self.replicas[*i].breaker.is_closed()).count()
    }

    pub(super) fn forced_nodes(&self) -> usize {
        (0..self.replicas.len()).filter(|i| self.is_alive(*i) && self.replicas[*i].breaker.is_forced()).count()
    }

    /// Nodes that live and are not connected.
    pub(super) fn silent(&self) -> usize {
        self.replicas.iter().filter(|r| r.node.as_ref().is_some_and(|node| !node.is_connected())).count()
    }

    /// From now on the network loses nothing.
    pub(super) fn calm_down(&mut self) {
        self.scenario.faults.loss = 0.0;
    }

    pub(super) fn describe(&self) -> String {
        let stuck = self.replicas.iter().enumerate().filter(|(_, replica)| !replica.breaker.is_closed()).take(3);
        let stuck: Vec<_> = stuck
            .map(|(i, r)| format!("{i}: {:?} {:?}", r.breaker, r.node.as_ref().map(|n| n.role_and_epoch(NAME))))
            .collect();
        format!("row {} at {}; {}", self.row(), self.now + ENGINE_AHEAD, stuck.join("; "))
    }
}
