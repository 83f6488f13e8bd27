//! The sliding window that rates are judged by.

use crate::{clock::to_nanos, config::Window};

pub(crate) use self::tally::Tally;
use self::{count_window::CountWindow, time_window::TimeWindow};

mod count_window;
mod tally;
mod time_window;

/// The recorded calls of one stay in a state.
#[derive(Debug)]
pub(crate) enum Records {
    /// Nothing is judged by a rate.
    Off,
    Calls(CountWindow),
    /// Apart: it is large, and most breakers have none.
    Time(Box<TimeWindow>),
}

impl Records {
    pub(crate) fn new(window: Option<Window>) -> Self {
        match window {
            None => Self::Off,
            Some(Window::Calls(calls)) => Self::Calls(CountWindow::new(calls)),
            Some(Window::Time(time)) => Self::Time(Box::new(TimeWindow::new(to_nanos(time)))),
        }
    }

    /// Takes successes that were counted elsewhere, before the time moves on.
    pub(crate) fn successes(&mut self, calls: u64) {
        if calls == 0 {
            return;
        }
        match self {
            Self::Off => {}
            Self::Calls(window) => window.successes(calls),
            Self::Time(window) => window.successes(calls),
        }
    }

    pub(crate) fn record(&mut self, failed: bool, slow: bool) {
        match self {
            Self::Off => {}
            Self::Calls(window) => window.record(failed, slow),
            Self::Time(window) => window.record(failed, slow),
        }
    }

    /// Moves the window on to `now`, and tells until when it stands there.
    pub(crate) fn advance(&mut self, now: u64) -> u64 {
        match self {
            Self::Off | Self::Calls(_) => u64::MAX,
            Self::Time(window) => window.advance(now),
        }
    }

    pub(crate) fn clear(&mut self) {
        match self {
            Self::Off => {}
            Self::Calls(window) => window.clear(),
            Self::Time(window) => window.clear(),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        match self {
            Self::Off => Tally::default(),
            Self::Calls(window) => window.tally(),
            Self::Time(window) => window.tally(),
        }
    }
}
