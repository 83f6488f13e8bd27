//! What layers need beside admission and result: a rejection in two steps, and calls that go on after their time is taken.

use crate::{error::CircuitOpen, state::State, totals::Total, trace};

use super::Machine;

impl Machine {
    /// Rejects a call that a [`rejection`](Self::rejection) was found for before, whatever the state is by now. Returns the
    /// rejection of now, and the one of before if there is none any more.
    pub(crate) fn reject_as_found(&self, found: CircuitOpen) -> CircuitOpen {
        // A call that asked for a permit would have looked.
        if self.word().state() == State::HalfOpen {
            self.look_for_overdue_probes();
        }
        let open = self.rejection().unwrap_or(found);
        self.count(Total::Rejected);
        if trace::hears_rejections() {
            trace::rejected(&open);
        }
        if self.hot.flags().records_outcome() {
            trace::outcome("rejected");
        }
        open
    }

    /// Takes the time of a call that goes on: if it is not slow by now, it will not be.
    #[cfg(feature = "http")]
    pub(crate) fn stop_timing(&self, admission: &mut super::Admission) {
        let slow_at = self.slow_at(admission.started);
        if admission.started != super::UNTIMED && self.time.nanos_near(slow_at) <= slow_at {
            admission.started = super::UNTIMED;
        }
    }
}
