//! Tells of transitions as they happen.

use once_cell::sync::Lazy;
use tokio::sync::watch;

use crate::registry::registry;

/// Wakes whoever shows the circuits. One listener for all pages, from the first look on.
static CHANGED: Lazy<watch::Sender<()>> = Lazy::new(|| {
    let (wake, _) = watch::channel(());
    let waker = wake.clone();
    registry().on_transition(move |_| {
        waker.send_replace(());
    });
    wake
});

/// Tells of each change from now on.
pub(super) fn subscribe() -> watch::Receiver<()> {
    CHANGED.subscribe()
}
