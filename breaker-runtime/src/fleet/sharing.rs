//! Which breakers of a process take part in a fleet.

use std::collections::BTreeSet;

/// Which breakers take part.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    /// Those of these names; `None` is all with an explicit name.
    pub(crate) names: Option<BTreeSet<String>>,
    /// The families whose keys do.
    pub(crate) families: BTreeSet<String>,
}
