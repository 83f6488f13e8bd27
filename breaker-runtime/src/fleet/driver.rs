//! The fleet's thread: does what the node says, and tells it what came of it.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use parking_lot::RwLock;

use crate::{
    fleet::{
        breakers::Breakers,
        change::What,
        engine::{Engine, EngineError, Heard, Message, News},
        error::FleetError,
        inbox::Inbox,
        node::{Action, Event, Key, Node, Notice},
        order::Order,
        published::Published,
        reply::Answer,
        time::{now, wall},
        view::FleetView,
    },
    trace,
};

/// How often to look for breakers that were made meanwhile.
const LOOK: u64 = 250;

pub(crate) struct Driver {
    node: Node,
    engine: Box<dyn Engine>,
    breakers: Breakers,
    inbox: Arc<Inbox>,
    published: Arc<RwLock<Published>>,
    namespace: String,
    /// What happened and was not handled yet.
    events: VecDeque<Event>,
    /// The number of the engine's session: what an older one hears is void.
    session: u64,
    look_at: u64,
}

impl Driver {
    pub(crate) fn new(
        node: Node,
        engine: Box<dyn Engine>,
        breakers: Breakers,
        inbox: Arc<Inbox>,
        published: Arc<RwLock<Published>>,
        namespace: String,
    ) -> Self {
        Self { node, engine, breakers, inbox, published, namespace, events: VecDeque::new(), session: 0, look_at: 0 }
    }

    pub(crate) fn run(mut self) {
        self.inbox.is_read_by(thread::current());
        while !self.inbox.is_stopped() {
            self.take_news();
            self.handle_all();
            self.take_orders();
            self.published.write().update(&self.node, wall());
            let wakes_at = self.node.wakes_at().min(self.look_at);
            // Whoever wakes it between the look and here has left a token: it does not sleep then.
            thread::park_timeout(Duration::from_millis(wakes_at.saturating_sub(now())));
        }
        self.end();
    }

    fn take_news(&mut self) {
        if self.look_at <= now() || self.inbox.has_unknown() {
            self.look_at = now() + LOOK;
            let found = self.breakers.look();
            for name in found.too_long {
                trace::fleet(&self.namespace, &Notice::NotShared { name: name.to_string() });
            }
            self.events.extend(found.left.into_iter().map(Event::Left));
            self.events.extend(found.joined.into_iter().map(|(key, local)| Event::Joined(key, local)));
        }
        while let Some((session, heard)) = self.inbox.next_heard() {
            if session == self.session {
                self.events.push_back(match heard {
                    Heard::Message(message) => Event::Heard(*message),
                    Heard::Malformed => Event::Malformed,
                    Heard::Lost => Event::Lost,
                });
            }
        }
        for key in self.inbox.changed() {
            self.look(&key);
        }
        self.events.push_back(Event::Tick);
    }

    fn look(&mut self, key: &Key) {
        if let Some(local) = self.breakers.local(key) {
            self.events.push_back(Event::Local(Key::clone(key), local));
        }
    }

    fn handle_all(&mut self) {
        while let Some(event) = self.events.pop_front() {
            let actions = self.node.handle(event, now());
            let mut looks = Vec::new();
            for action in actions {
                if let Action::Look(key) = action {
                    // After the rest of what is to be done, or it would see what is about to change.
                    looks.push(key);
                } else {
                    self.act(action);
                }
            }
            looks.iter().for_each(|key| self.look(key));
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::TripFor(key, left) => self.breakers.trip_for(&key, left),
            Action::HalfOpen(key) => self.breakers.half_open(&key),
            Action::Close(key) => self.breakers.close(&key),
            Action::Force(key, mode) => self.breakers.force(&key, mode),
            Action::Look(key) => self.look(&key),
            Action::Connect => self.connect(),
            Action::Disconnect => {
                self.session += 1;
                let _ = self.ask(|engine| {
                    engine.disconnect();
                    Ok(())
                });
            }
            Action::Poll(poll) => {
                let polled = self.ask(|engine| engine.poll(&poll));
                self.events.push_back(Event::Polled(polled));
            }
            Action::Change(key, asked, change) => {
                let changed = self.ask(|engine| engine.change(&change));
                self.events.push_back(Event::Changed(key, asked, changed));
            }
            Action::Notice(notice) => trace::fleet(&self.namespace, &notice),
        }
    }

    fn connect(&mut self) {
        self.session += 1;
        let (inbox, session) = (Arc::clone(&self.inbox), self.session);
        let news = News::new(move |heard| inbox.hear(session, heard));
        let connected = self.ask(|engine| engine.connect(news));
        self.events.push_back(match connected {
            Ok(()) => Event::Connected,
            Err(error) => {
                // That it is over is said here, and not once more by whoever read from it.
                self.session += 1;
                Event::ConnectFailed(error)
            }
        });
    }

    /// An engine may be a user's own: its panic is no end of the fleet.
    fn ask<T>(&mut self, ask: impl FnOnce(&mut dyn Engine) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let engine = &mut *self.engine;
        catch_unwind(AssertUnwindSafe(|| ask(engine)))
            .unwrap_or_else(|_| Err(EngineError::Disconnected("the engine panicked".to_owned())))
    }

    fn take_orders(&mut self) {
        for order in self.inbox.orders() {
            if !self.node.is_connected() {
                order.fail(FleetError::Unreachable);
                continue;
            }
            match order {
                Order::View(answer) => {
                    let poll = self.node.poll(0, true);
                    let status = self.published.read().status();
                    let polled = self.ask(|engine| engine.poll(&poll));
                    let malformed = self.node.malformed();
                    let view = polled
                        .map(|polled| FleetView::of(&polled, status, malformed, |name| self.node.is_outlier(name)));
                    answer.give(view.map_err(FleetError::from));
                }
                Order::Change { name, what, answer } => self.operate(name, *what, answer),
            }
        }
    }

    fn operate(&mut self, name: String, what: What, answer: Answer<()>) {
        let key = Key::from(name.as_str());
        let change = self.node.change_of(&key, what);
        match self.ask(|engine| engine.change(&change)) {
            Ok(changed) => {
                // Here it holds before the operator is told so.
                self.events.push_back(Event::Heard(Message { now: changed.now, name, row: changed.row }));
                self.handle_all();
                answer.give(Ok(()));
            }
            Err(error) => answer.give(Err(error.into())),
        }
    }

    fn end(&mut self) {
        for action in self.node.end() {
            self.act(action);
        }
        let node = self.node.name().to_owned();
        let _ = self.ask(|engine| engine.leave(&node));
        self.act(Action::Disconnect);
        self.breakers.let_go();
        self.published.write().end(wall());
        self.inbox.orders().into_iter().for_each(|order| order.fail(FleetError::Ended));
    }
}
