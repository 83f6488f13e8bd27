//! A page that shows every circuit live, for a service with `axum`: one line in its router.
//!
//! ```
//! use axum::{Router, routing::get};
//! use breaker_runtime::integration::page;
//!
//! let app: Router = Router::new().route("/", get(|| async { "hello" })).merge(page::circuits());
//! # let _ = app;
//! ```
//!
//! | route | what |
//! |---|---|
//! | `GET /circuits` | the page; JSON for whoever accepts that and no HTML |
//! | `GET /circuits/events` | the same JSON as server-sent events, at each change of state and every second |
//! | `POST /circuits/control` | `{"name": "users", "command": "force_open"}` or `"reset"`; only [`with_control`](Circuits::with_control) |
//! | `POST /circuits/fleet` | the same for all nodes of a [fleet](crate::fleet), with `"fleet": "shop"`, and if you like `by`, `because` and `lasting` (seconds); likewise |
//!
//! It shows since when a circuit is open and why, when probes will go out, slow calls, and whether users are served: how many
//! rejected and failed calls a fallback or the cache answered, and how many ended in an error. The keys of a family stand on
//! one card. When the service does not answer, the page says so and everything on it turns grey.
//!
//! If the process is in a fleet (the feature `redis`), the page says whether it hears of the others, and of each circuit who has
//! opened it, who probes, and what an operator has set for all: who, why, and until when.
//!
//! It needs nothing from elsewhere, works by keyboard and with a screen reader, on a phone, and in light and dark. It shows
//! every breaker of the [`registry`](crate::registry()), registered ones too. Names and keys are on it, so it is for operators: put it on the port
//! that `/metrics` is on, or behind your login.

use axum::{
    Json, Router,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};

mod changes;
mod control;
mod events;
#[cfg(feature = "redis")]
mod fleet;
mod view;

/// The routes of the page. It turns into a [`Router`], and so goes into `merge`.
///
/// ```
/// use axum::Router;
/// use breaker_runtime::integration::page;
///
/// let admin: Router = Router::new().merge(page::circuits().at("/admin/circuits").with_control());
/// # let _ = admin;
/// ```
#[derive(Clone, Debug)]
#[must_use = "merge it into a router"]
pub struct Circuits {
    path: String,
    control: bool,
}

/// The page at `/circuits`, to look at only.
///
/// ```
/// use axum::Router;
/// use breaker_runtime::integration::page;
///
/// let app: Router = Router::new().merge(page::circuits());
/// # let _ = app;
/// ```
pub fn circuits() -> Circuits {
    Circuits { path: "/circuits".to_owned(), control: false }
}

impl Circuits {
    /// Also buttons that force a circuit open and reset it, here or on all nodes of a fleet, and the routes that they use.
    ///
    /// Whoever reaches it can turn your users away: put it behind your login, with a layer on the router.
    ///
    /// ```
    /// use axum::{Router, extract::Request, http::StatusCode, middleware::{Next, from_fn}, response::Response};
    /// use breaker_runtime::integration::page;
    ///
    /// async fn only_operators(request: Request, next: Next) -> Result<Response, StatusCode> {
    ///     match request.headers().get("x-operator") {
    ///         Some(_) => Ok(next.run(request).await), // ask your own login here
    ///         None => Err(StatusCode::UNAUTHORIZED),
    ///     }
    /// }
    ///
    /// let circuits = Router::from(page::circuits().with_control()).layer(from_fn(only_operators));
    /// let app: Router = Router::new().merge(circuits);
    /// # let _ = app;
    /// ```
    pub fn with_control(mut self) -> Self {
        self.control = true;
        self
    }

    /// Another path than `/circuits`. It begins with `/`; what is written without one gets it, and one at the end is left out.
    ///
    /// ```
    /// use axum::Router;
    /// use breaker_runtime::integration::page;
    ///
    /// let app: Router = Router::new().merge(page::circuits().at("/internal/breakers"));
    /// # let _ = app;
    /// ```
    pub fn at(mut self, path: impl AsRef<str>) -> Self {
        // A `{` would begin a parameter of the route.
        let path: String = path.as_ref().chars().filter(|c| !matches!(c, '{' | '}' | '*' | '?' | '#')).collect();
        self.path = format!("/{}", path.trim_matches('/'));
        self
    }
}

impl<S: Clone + Send + Sync + 'static> From<Circuits> for Router<S> {
    fn from(Circuits { path, control }: Circuits) -> Self {
        let below = |name: &str| format!("{}/{name}", path.trim_end_matches('/'));
        let mut router = Router::new().route(&path, get(page)).route(&below("events"), get(events::events));
        if control {
            router = router.route(&below("control"), post(control::control) as MethodRouter<bool>);
            #[cfg(feature = "redis")]
            {
                router = router.route(&below("fleet"), post(fleet::control));
            }
        }
        router.with_state(control)
    }
}

/// The page is one file: nothing is loaded from elsewhere, and nothing may be.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

async fn page(Shared(control): Shared<bool>, headers: HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("application/json") && !accepts.contains("text/html") {
        return (StatusCode::OK, Json(view::View::now(control))).into_response();
    }
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, include_str!("page/page.html")).into_response()
}
