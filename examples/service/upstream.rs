//! A server on a loopback port that can be told to misbehave, and the client that asks it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use tokio::{net::TcpListener, time::sleep};

use crate::clients::Answer;

#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Up,
    Down,
    Slow,
}

impl Fault {
    const ALL: [(&'static str, Self); 3] = [("up", Self::Up), ("down", Self::Down), ("slow", Self::Slow)];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, fault)| fault)
    }
}

pub(crate) struct Upstream {
    pub(crate) name: &'static str,
    fault: Arc<AtomicU8>,
    client: reqwest::Client,
    url: String,
}

impl Upstream {
    /// The faults hit the ids for which `hits` is true.
    pub(crate) async fn start(name: &'static str, hits: fn(u32) -> bool) -> io::Result<Self> {
        let fault = Arc::new(AtomicU8::new(Fault::Up as u8));
        let told = Arc::clone(&fault);
        let handler = move |Path(id): Path<u32>| async move {
            // Nobody answers at once.
            sleep(Duration::from_millis(5)).await;
            let fault = Fault::ALL[usize::from(told.load(SeqCst))].1;
            match if hits(id) { fault } else { Fault::Up } {
                Fault::Up => {}
                Fault::Down => return Err(StatusCode::INTERNAL_SERVER_ERROR),
                Fault::Slow => sleep(Duration::from_millis(500)).await,
            }
            Ok(format!("{name} {id}"))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async { axum::serve(listener, Router::new().route("/{id}", get(handler))).await });
        Ok(Self { name, fault, client: reqwest::Client::new(), url })
    }

    pub(crate) fn set(&self, fault: Fault) {
        self.fault.store(fault as u8, SeqCst);
    }

    /// Asks it. The time limit stands inside the circuit, so that no answer is a failure.
    pub(crate) async fn ask(&self, id: u32) -> Answer {
        let request = self.client.get(format!("{}/{id}", self.url)).timeout(Duration::from_secs(1));
        Ok(request.send().await?.error_for_status()?.text().await?)
    }
}
