//! What is asked of the fleet's thread.

use crate::fleet::{change::What, error::FleetError, reply::Answer, view::FleetView};

/// On its way to the fleet's thread.
pub(crate) enum Order {
    Change { name: String, what: Box<What>, answer: Answer<()> },
    View(Answer<FleetView>),
}

impl Order {
    pub(crate) fn fail(self, error: FleetError) {
        match self {
            Self::Change { answer, .. } => answer.give(Err(error)),
            Self::View(answer) => answer.give(Err(error)),
        }
    }
}
