//! The page that shows each circuit live, by server-sent events.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use axum::{
    extract::State,
    response::{
        Html, Sse,
        sse::{Event, KeepAlive},
    },
};
use breaker_runtime::{Transition, registry};
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};

use crate::{Service, clients::circuits};

const KEPT: usize = 12;
const REFRESH: Duration = Duration::from_millis(500);

/// The last transitions, the newest first, and a wake-up for whoever shows them.
pub(crate) struct Log {
    last: Arc<Mutex<VecDeque<Value>>>,
    changed: watch::Receiver<()>,
}

impl Log {
    pub(crate) fn start() -> Self {
        let (wake, changed) = watch::channel(());
        let last: Arc<Mutex<VecDeque<Value>>> = Arc::default();
        let log = Arc::clone(&last);
        registry().on_transition(move |transition| {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_front(shown(transition));
            log.truncate(KEPT);
            wake.send_replace(());
        });
        Self { last, changed }
    }
}

fn shown(Transition { name, from, to, reason, at, .. }: &Transition) -> Value {
    let seconds = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    json!({ "name": name, "from": from, "to": to, "reason": reason.as_str(), "at": seconds })
}

/// What the page shows at this moment.
fn view(service: &Service) -> Value {
    let circuits: Vec<_> = circuits()
        .map(|(breaker, _)| {
            let fault = service.upstream(breaker.name()).map(|upstream| upstream.fault());
            json!({ "seen": breaker.snapshot(), "upstream": fault })
        })
        .into();
    let log = service.log.last.lock().unwrap_or_else(PoisonError::into_inner);
    json!({ "circuits": circuits, "log": *log })
}

pub(crate) async fn html() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

/// Tells at once of a transition, and of the figures twice a second.
pub(crate) async fn events(State(service): State<Arc<Service>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changed = service.log.changed.clone();
    let views = stream::unfold((service, changed), async |(service, mut changed)| {
        let event = Event::default().data(view(&service).to_string());
        let _ = timeout(REFRESH, changed.changed()).await;
        Some((Ok(event), (service, changed)))
    });
    Sse::new(views).keep_alive(KeepAlive::default())
}
