//! An HTTP server with a page for each way to misbehave.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

#[derive(Clone)]
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<AtomicU32>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), requests: Arc::default() };
        let router = Router::new().route("/{page}", get(page)).with_state(server.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        server
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(SeqCst)
    }

    pub(crate) fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }
}

type Answer = (StatusCode, HeaderMap, String);

async fn page(Path(page): Path<String>, State(server): State<Server>) -> Answer {
    server.requests.fetch_add(1, SeqCst);
    let mut headers = HeaderMap::new();
    let status = match page.as_str() {
        "hang" => pending().await,
        "busy-for-seconds" => {
            headers.insert(header::RETRY_AFTER, "90".parse().unwrap());
            StatusCode::SERVICE_UNAVAILABLE
        }
        "busy-until" => {
            // A clock that is years behind: what counts is its own.
            headers.insert(header::DATE, "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap());
            headers.insert(header::RETRY_AFTER, "Wed, 21 Oct 2015 07:30:00 GMT".parse().unwrap());
            StatusCode::SERVICE_UNAVAILABLE
        }
        "too-many" => {
            headers.insert(header::RETRY_AFTER, "45".parse().unwrap());
            StatusCode::TOO_MANY_REQUESTS
        }
        status => status.parse().unwrap(),
    };
    (status, headers, "a page".to_owned())
}

/// The address of nobody.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// A server that sends these bytes to whoever asks, and then breaks the connection off.
pub(crate) async fn breaks_off_after(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let _request = connection.read(&mut [0; 1024]).await;
            let _sent = connection.write_all(bytes.as_bytes()).await;
        }
    });
    url
}
