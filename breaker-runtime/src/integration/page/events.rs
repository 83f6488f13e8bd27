//! The view as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State as Shared,
    response::sse::{Event, Sse},
};
use futures_util::{Stream, stream};
use tokio::time::timeout;

use super::{changes::subscribe, view::View};

/// At the latest after so long, since totals change without a change of state.
const REFRESH: Duration = Duration::from_secs(1);

/// Sends a view at once, then at each change of state and every second. Many changes at one moment are one event.
pub(super) async fn events(Shared(control): Shared<bool>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let views = stream::unfold((subscribe(), true), move |(mut changed, first)| async move {
        if !first {
            let _ = timeout(REFRESH, changed.changed()).await;
        }
        let event = Event::default().json_data(View::now(control));
        // A view has no map with keys that are no text, which is all that could fail.
        Some((Ok(event.unwrap_or_default()), (changed, false)))
    });
    Sse::new(views)
}
