//! A web service with four dependencies, each behind a circuit breaker, and everything that one needs to run it.
//!
//! ```sh
//! cargo run --example service                        # then open http://127.0.0.1:3000, stop it with Ctrl-C
//! cargo run --example service -- --port 0 --quiet    # any free port, and no calls but yours
//! cargo run --example service -- --label circuit     # the label of the circuits in /metrics
//! cargo run --example service -- --port 0 --fleet redis://127.0.0.1:6379    # one circuit with the others that are told so
//! ```
//!
//! | route | what |
//! |---|---|
//! | `GET /` | break an upstream, and watch the circuits |
//! | `GET /circuits` | each circuit live, and by hand: `integration::page`, one line of the router |
//! | `GET /users/{id}`, `/products/{id}`, `/orders/{id}`, `/suppliers/{id}` | what the service does |
//! | `GET /health` | JSON; 200 as long as it can answer, whatever the circuits do |
//! | `GET /metrics` | for Prometheus, with the alerts and the dashboard of `docs/operations` |
//! | `POST /upstreams/{name}/up`, `…/down`, `…/slow` | the faults to try it with |

use std::{env, error::Error, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use breaker_runtime::{
    fleet::{Fleet, FleetError},
    integration::page,
};
use tokio::{net::TcpListener, time::sleep};

mod clients;
mod health;
mod metrics;
mod upstream;

use clients::{Answer, SUPPLIERS, order, product, stock, user};
use upstream::{Fault, Upstream};

/// What the handlers share.
struct Service {
    upstreams: [Upstream; 4],
}

impl Service {
    fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|upstream| upstream.name == name)
    }

    async fn get(&self, what: &str, id: u32) -> Option<Answer> {
        let [users, products, orders, suppliers] = &self.upstreams;
        match what {
            "users" => Some(user(users, id).await),
            "products" => Some(product(products, id).await),
            "orders" => Some(order(orders, id).await),
            "suppliers" => Some(stock(suppliers, id).await),
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
        for what in ["users", "products", "orders", "suppliers"] {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.get(what, id).await });
        }
        sleep(Duration::from_millis(150)).await;
    }
}

/// From now on the circuits are those of all processes of the shop. It does not wait for Redis, which may be down.
fn join(url: &str, node: Option<&str>) -> Result<Fleet, FleetError> {
    let fleet = Fleet::builder(url).namespace("shop").share_keys("suppliers");
    match node {
        Some(node) => fleet.node(node).start(),
        None => fleet.start(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let given = |option| arguments.iter().skip_while(|argument| *argument != option).nth(1).map(String::as_str);
    let port = given("--port").unwrap_or("3000");

    metrics::register(given("--label").unwrap_or("service"))?;
    clients::make_circuits();
    // Kept until the end: the last one that is dropped takes this process out of the fleet.
    let _fleet = given("--fleet").map(|url| join(url, given("--node"))).transpose()?;
    let all = |_| true;
    let upstreams = [
        Upstream::start("users", all).await?,
        Upstream::start("products", all).await?,
        Upstream::start("orders", all).await?,
        // Of the suppliers it is only ever two.
        Upstream::start("suppliers", |id| id % SUPPLIERS < 2).await?,
    ];
    let service = Arc::new(Service { upstreams });
    if !arguments.iter().any(|argument| argument == "--quiet") {
        tokio::spawn(keep_busy(Arc::clone(&service)));
    }

    let router = Router::new()
        .route("/", get(async || Html(include_str!("index.html"))))
        .merge(page::circuits().with_control())
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::metrics))
        .route("/upstreams/{name}/{fault}", post(inject))
        .route("/{what}/{id}", get(serve))
        .with_state(service);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{} (stop with Ctrl-C)", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
