//! Events of the `tracing` crate. What they are stands in `integration::tracing`.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use ::tracing::{Span, debug, error, info, level_filters::LevelFilter, warn};

use crate::{conflict::Conflict, error::CircuitOpen, state::State, transition::Transition};

/// The field that [`record_outcomes`] fills: `circuit_breaker.outcome`.
///
/// ```
/// use breaker_runtime::integration::tracing::OUTCOME;
/// use tracing::{field::Empty, info_span};
///
/// let span = info_span!("fetch_user", { OUTCOME } = Empty);
/// # let _ = span;
/// assert_eq!(OUTCOME, "circuit_breaker.outcome");
/// ```
pub const OUTCOME: &str = "circuit_breaker.outcome";

const TARGET: &str = "breaker_runtime";

static RECORDS_OUTCOMES: AtomicBool = AtomicBool::new(false);

/// From now on guarded calls tell the span that they end in what they came to, in its field [`OUTCOME`]: `success`,
/// `failure`, `ignored`, `cancelled` or `rejected`. A span without such a field is left alone.
///
/// Call it at the start of the program: it holds for breakers that are made, or get other settings, after it. Their
/// calls pay for looking up the current span; those of the others pay nothing.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, integration::tracing::record_outcomes};
/// use tracing::{field::Empty, info_span};
///
/// record_outcomes(); // before the breaker is made
/// let breaker = CircuitBreaker::new("users", Config::default());
///
/// let span = info_span!("fetch_user", circuit_breaker.outcome = Empty).entered();
/// drop(breaker.try_acquire()); // the span gets circuit_breaker.outcome = "cancelled"
/// span.exit();
/// ```
pub fn record_outcomes() {
    RECORDS_OUTCOMES.store(true, Relaxed);
}

/// Whether anybody listens for transitions (WARN or more).
pub(crate) fn hears_transitions() -> bool {
    LevelFilter::current() >= LevelFilter::WARN
}

/// One event, at a level that is known only now: the level of an event's place is fixed.
macro_rules! transition_event {
    ($level:ident, $transition:expr, $message:literal) => {{
        let Transition { name, from, to, reason, snapshot, .. } = $transition;
        $level!(
            target: TARGET,
            breaker = name.as_str(),
            from = from.as_str(),
            to = to.as_str(),
            reason = reason.as_str(),
            consecutive_failures = snapshot.consecutive_failures,
            window_calls = snapshot.window_calls,
            window_failures = snapshot.window_failures,
            window_slow = snapshot.window_slow,
            failure_rate = snapshot.failure_rate,
            slow_call_rate = snapshot.slow_call_rate,
            times_opened = snapshot.times_opened,
            $message
        );
    }};
}

pub(crate) fn transition(transition: &Transition) {
    match transition.to {
        State::Open | State::ForcedOpen => transition_event!(warn, transition, "circuit breaker opened"),
        _ => transition_event!(info, transition, "circuit breaker changed its state"),
    }
}

pub(crate) fn conflict(conflict: &Conflict) {
    error!(
        target: TARGET,
        breaker = conflict.name().as_str(),
        conflict = %conflict,
        "settings of a circuit breaker did not take effect"
    );
}

/// Whether anybody listens for rejected calls (DEBUG).
#[inline]
pub(crate) fn hears_rejections() -> bool {
    LevelFilter::current() >= LevelFilter::DEBUG
}

#[cold]
pub(crate) fn rejected(rejected: &CircuitOpen) {
    debug!(
        target: TARGET,
        breaker = rejected.name.as_str(),
        state = rejected.state.as_str(),
        retry_after = rejected.retry_after.map(::tracing::field::debug),
        "call rejected by a circuit breaker"
    );
}

#[cfg(feature = "macros")]
pub(crate) fn rejected_by_itself(name: &str) {
    warn!(
        target: TARGET,
        breaker = name,
        "a call inside a probe was rejected by the probe's own circuit breaker: tasks and threads that the function starts do \
         not ride on it; give what they call a name of its own"
    );
}

pub(crate) fn records_outcomes() -> bool {
    RECORDS_OUTCOMES.load(Relaxed)
}

pub(crate) fn outcome(outcome: &'static str) {
    Span::current().record(OUTCOME, outcome);
}

/// What a fleet tells of itself.
#[cfg(feature = "redis")]
pub(crate) fn fleet(namespace: &str, notice: &crate::fleet::Notice) {
    use crate::fleet::{Notice, shown};

    match notice {
        Notice::Connected { live } => info!(target: TARGET, fleet = namespace, live, "fleet connected"),
        Notice::Degraded { why } => {
            warn!(target: TARGET, fleet = namespace, why, "fleet degraded: every circuit breaker is by itself");
        }
        Notice::Opened(key) => warn!(target: TARGET, fleet = namespace, breaker = shown(key), "fleet opened"),
        Notice::Closed(key) => info!(target: TARGET, fleet = namespace, breaker = shown(key), "fleet closed"),
        Notice::Probing { key, node } => {
            info!(target: TARGET, fleet = namespace, breaker = shown(key), node = shown(node), "fleet probes");
        }
        Notice::Overridden { key, mode, by, because } => {
            let mode = mode.map_or("none", crate::fleet::Mode::as_str);
            warn!(target: TARGET, fleet = namespace, breaker = shown(key), mode, by, because, "fleet override");
        }
        Notice::Outlier(key) => {
            warn!(
                target: TARGET,
                fleet = namespace,
                breaker = shown(key),
                "this node opened its circuit breaker, and too few others did"
            );
        }
        Notice::Malformed { total } => {
            warn!(target: TARGET, fleet = namespace, total, "the fleet's engine sent what makes no sense");
        }
        Notice::Declined { why } => warn!(target: TARGET, fleet = namespace, why, "the fleet's engine declined"),
        Notice::NotShared { name } => {
            warn!(target: TARGET, fleet = namespace, breaker = name, "too long a name to be shared");
        }
    }
}
