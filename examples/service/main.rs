//! A web service with three dependencies, each behind a circuit breaker, and everything that one needs to run it.
//!
//! ```sh
//! cargo run --example service                        # then open http://127.0.0.1:3000, stop it with Ctrl-C
//! cargo run --example service -- --port 0 --quiet    # any free port, and no calls but yours
//! ```
//!
//! | route | what |
//! |---|---|
//! | `GET /` | each circuit live: break an upstream, and watch |
//! | `GET /users/{id}`, `/products/{id}`, `/orders/{id}` | what the service does |
//! | `GET /health` | JSON; 503 while a circuit that it cannot do without refuses calls |
//! | `GET /metrics` | for Prometheus, with the alerts and the dashboard of `docs/operations` |
//! | `POST /circuits/{name}/force-open`, `…/reset` | by hand, in an incident |
//! | `POST /upstreams/{name}/up`, `…/down`, `…/slow` | the faults to try it with |

use std::{env, error::Error, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use breaker_runtime::registry;
use tokio::{net::TcpListener, time::sleep};

mod clients;
mod health;
mod metrics;
mod page;
mod upstream;

use clients::{Answer, order, product, user};
use upstream::{Fault, Upstream};

/// What the handlers share.
struct Service {
    upstreams: [Upstream; 3],
    log: page::Log,
}

impl Service {
    fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|upstream| upstream.name == name)
    }

    async fn get(&self, what: &str, id: u32) -> Option<Answer> {
        let [users, products, orders] = &self.upstreams;
        match what {
            "users" => Some(user(users, id).await),
            "products" => Some(product(products, id).await),
            "orders" => Some(order(orders, id).await),
            _ => None,
        }
    }
}

async fn serve(State(service): State<Arc<Service>>, Path((what, id)): Path<(String, u32)>) -> Response {
    match service.get(&what, id).await {
        Some(Ok(answer)) => answer.into_response(),
        Some(Err(error)) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn command(Path((name, command)): Path<(String, String)>) -> StatusCode {
    match (registry().get(&name), command.as_str()) {
        (Some(breaker), "force-open") => breaker.force_open(),
        (Some(breaker), "reset") => breaker.reset(),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

async fn inject(State(service): State<Arc<Service>>, Path((name, fault)): Path<(String, String)>) -> StatusCode {
    match (service.upstream(&name), Fault::named(&fault)) {
        (Some(upstream), Some(fault)) => {
            upstream.set(fault);
            StatusCode::NO_CONTENT
        }
        _ => StatusCode::NOT_FOUND,
    }
}

/// Somebody uses the service all day.
async fn keep_busy(service: Arc<Service>) {
    for id in (1..=20).cycle() {
        for what in ["users", "products", "orders"] {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.get(what, id).await });
        }
        sleep(Duration::from_millis(150)).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let port = arguments.iter().skip_while(|argument| *argument != "--port").nth(1).map_or("3000", String::as_str);

    metrics::register()?;
    // Before the first call, so that the circuits are seen from the start.
    clients::circuits();
    let upstreams =
        [Upstream::start("users").await?, Upstream::start("products").await?, Upstream::start("orders").await?];
    let service = Arc::new(Service { upstreams, log: page::Log::start() });
    if !arguments.iter().any(|argument| argument == "--quiet") {
        tokio::spawn(keep_busy(Arc::clone(&service)));
    }

    let router = Router::new()
        .route("/", get(page::html))
        .route("/events", get(page::events))
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::metrics))
        .route("/circuits/{name}/{command}", post(command))
        .route("/upstreams/{name}/{fault}", post(inject))
        .route("/{what}/{id}", get(serve))
        .with_state(service);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{} (stop with Ctrl-C)", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
