//! A resilient HTTP client, in layers: `cargo run --example http_client`.
//!
//! ```text
//! retry                the outermost: each attempt is a call of its own to the circuit
//!   circuit breaker    one for each host, with the last good body of a URL as its fallback
//!     timeout          the innermost: an attempt without an answer in time is a failure
//! ```
//!
//! The other way round, with the retries inside, a circuit would see one failure where a host was asked three times, and
//! the retries would go on against a host that is known to be down. Here a retry sees that the circuit is open: a user
//! who waits gets the error at once, a batch job sleeps until the circuit admits a probe.
//!
//! What an answer says about the host is `http::verdict`: a 404 shows that it lives. A host that asks to be left alone, by
//! `Retry-After`, is left alone at once, and for that long.
//!
//! It ends by itself, and fails if a request was sent that should not have been.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER, response::Parts},
    routing::get,
};
use backon::{ExponentialBuilder, Retryable};
use breaker_runtime::{CircuitOpen, Verdict, circuit_breaker, integration::http};
use reqwest::{Client, Url};
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};

const TIMEOUT: Duration = Duration::from_millis(200);

/// One attempt: the circuit of the host around a request with a time limit.
#[circuit_breaker(
    name = "http",
    key = url.authority(),
    failure_threshold = 3,
    recovery_timeout = "400ms",
    half_open_max_calls = 1,
    verdict = judge,
    retry_after = wanted,
    cache(key = url, ttl = "1m", capacity = 100),
    handle = hosts
)]
async fn attempt(client: &Client, url: &Url) -> Result<String, FetchError> {
    let response = client.get(url.clone()).timeout(TIMEOUT).send().await?;
    if response.status().is_success() {
        return Ok(response.text().await?); // a body that breaks off is a failure too
    }
    let (head, _body) = ::http::Response::from(response).into_parts();
    Err(FetchError::Status(Box::new(head)))
}

fn judge(result: &Result<String, FetchError>) -> Verdict {
    match result {
        Ok(_) => Verdict::Success,
        Err(error) => error.verdict(),
    }
}

/// How long the host wants to be left alone.
fn wanted(result: &Result<String, FetchError>) -> Option<Duration> {
    match result {
        Err(FetchError::Status(head)) => http::retry_after(&**head),
        _ => None,
    }
}

/// Attempts until there is an answer, or no sense in another attempt.
async fn fetch(client: &Client, url: &Url, patience: Patience) -> Result<String, FetchError> {
    let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(20)).with_max_times(4);
    (|| attempt(client, url))
        .retry(pauses)
        .when(|error| error.verdict() != Verdict::Success)
        .adjust(|error, pause| match (error, patience) {
            (FetchError::Open(_), Patience::None) => None,
            // Before that every attempt would be rejected. `None` if time alone will not open it: then stop.
            (FetchError::Open(open), Patience::UntilRecovery) => pause.and(open.retry_after),
            _ => pause,
        })
        .await
}

/// What a retry does while the circuit is open.
#[derive(Clone, Copy)]
enum Patience {
    /// A user waits: stop at once.
    None,
    /// Nobody waits: sleep until a probe is admitted.
    UntilRecovery,
}

#[derive(Debug)]
enum FetchError {
    Open(CircuitOpen),
    Status(Box<Parts>),
    Transport(reqwest::Error),
}

impl FetchError {
    /// A 404 is a good answer of a healthy host: it is no failure, and no better the next time.
    fn verdict(&self) -> Verdict {
        match self {
            Self::Open(_) => Verdict::Ignored,
            Self::Status(head) => http::verdict(&**head),
            Self::Transport(error) => http::verdict(error),
        }
    }
}

impl From<CircuitOpen> for FetchError {
    fn from(open: CircuitOpen) -> Self {
        Self::Open(open)
    }
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(open) => open.fmt(f),
            Self::Status(head) => head.status.fmt(f),
            Self::Transport(error) if error.is_timeout() => write!(f, "no answer within {TIMEOUT:?}"),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

/// A host on a loopback port that can be told to misbehave.
struct Host {
    url: Url,
    switch: Arc<Switch>,
}

#[derive(Default)]
struct Switch {
    down: AtomicBool,
    silent: AtomicBool,
    /// How many more requests get a 503.
    hiccups: AtomicU32,
    /// It wants to be left alone for a second.
    busy: AtomicBool,
    requests: AtomicU32,
}

async fn answer(
    Path(page): Path<String>,
    State(switch): State<Arc<Switch>>,
) -> Result<String, (StatusCode, HeaderMap)> {
    switch.requests.fetch_add(1, SeqCst);
    if switch.silent.load(SeqCst) {
        sleep(10 * TIMEOUT).await;
    }
    let mut headers = HeaderMap::new();
    if switch.busy.load(SeqCst) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    let hiccup = switch.hiccups.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
    match page.as_str() {
        _ if hiccup || switch.down.load(SeqCst) || !headers.is_empty() => {
            Err((StatusCode::SERVICE_UNAVAILABLE, headers))
        }
        "missing" => Err((StatusCode::NOT_FOUND, headers)),
        page => Ok(format!("the {page} page")),
    }
}

impl Host {
    async fn start() -> io::Result<Self> {
        let switch = Arc::new(Switch::default());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?).parse().map_err(io::Error::other)?;
        let router = Router::new().route("/{page}", get(answer)).with_state(Arc::clone(&switch));
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self { url, switch })
    }

    /// Fetches a page and tells: the answer, how many requests it took, and the state of the host's circuit.
    async fn fetch(&self, client: &Client, page: &str, patience: Patience) -> io::Result<(String, u32, String)> {
        let url = self.url.join(page).map_err(io::Error::other)?;
        let before = self.switch.requests.load(SeqCst);
        let answer = fetch(client, &url, patience).await.unwrap_or_else(|error| match error {
            FetchError::Open(_) => "rejected".to_owned(),
            error => error.to_string(),
        });
        let requests = self.switch.requests.load(SeqCst) - before;
        let state = hosts().get(url.authority()).state();
        println!("  {page:<8} {answer:<28} requests {requests}   circuit {state}");
        Ok((answer, requests, state.to_string()))
    }
}

fn seen(answer: &str, requests: u32, state: &str) -> (String, u32, String) {
    (answer.to_owned(), requests, state.to_owned())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let client = Client::new();
    let (shop, other) = (Host::start().await?, Host::start().await?);

    println!("A hiccup is retried:");
    assert_eq!(shop.fetch(&client, "home", Patience::None).await?, seen("the home page", 1, "closed"));
    shop.switch.hiccups.store(2, SeqCst);
    assert_eq!(shop.fetch(&client, "offers", Patience::None).await?, seen("the offers page", 3, "closed"));

    println!("A 404 is neither retried nor a failure:");
    for _ in 0..5 {
        assert_eq!(shop.fetch(&client, "missing", Patience::None).await?, seen("404 Not Found", 1, "closed"));
    }

    println!("The host goes down. The third attempt opens its circuit, and the retries stop:");
    shop.switch.down.store(true, SeqCst);
    assert_eq!(shop.fetch(&client, "news", Patience::None).await?, seen("rejected", 3, "open"));
    assert_eq!(shop.fetch(&client, "news", Patience::None).await?, seen("rejected", 0, "open"));

    println!("A page that was seen before is answered from the cache, and another host is not affected:");
    assert_eq!(shop.fetch(&client, "home", Patience::None).await?, seen("the home page", 0, "open"));
    assert_eq!(other.fetch(&client, "home", Patience::None).await?, seen("the home page", 1, "closed"));

    println!("The host comes back. Who has time waits for the probe:");
    shop.switch.down.store(false, SeqCst);
    assert_eq!(shop.fetch(&client, "news", Patience::UntilRecovery).await?, seen("the news page", 1, "closed"));

    println!("A host that does not answer is down too:");
    other.switch.silent.store(true, SeqCst);
    assert_eq!(other.fetch(&client, "news", Patience::None).await?, seen("rejected", 3, "open"));

    println!("A host that asks to be left alone is asked once, and again when it says:");
    shop.switch.busy.store(true, SeqCst);
    assert_eq!(shop.fetch(&client, "sale", Patience::None).await?, seen("rejected", 1, "open"));
    assert_eq!(shop.fetch(&client, "sale", Patience::None).await?, seen("rejected", 0, "open"));
    shop.switch.busy.store(false, SeqCst);
    let asked = Instant::now();
    assert_eq!(shop.fetch(&client, "sale", Patience::UntilRecovery).await?, seen("the sale page", 1, "closed"));
    assert!(asked.elapsed() > Duration::from_millis(800), "it waited for {:?}", asked.elapsed());

    let totals = hosts().totals();
    println!("In all: {} successes, {} failures, {} rejected.", totals.successes, totals.failures, totals.rejected);
    assert_eq!((totals.ignored, totals.failures, totals.cached), (0, 9, 1));
    Ok(())
}
