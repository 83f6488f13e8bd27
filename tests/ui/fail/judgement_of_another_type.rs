use std::{future::Future, io, time::Duration};

use breaker_runtime::{CircuitOpen, Verdict, circuit_breaker};

#[circuit_breaker(verdict = |_| true)]
fn verdict_of_bool() -> io::Result<u8> { Ok(1) }

fn of_another(_: &Option<u8>) -> Verdict { Verdict::Success }
#[circuit_breaker(verdict = of_another)]
fn verdict_of_another() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(verdict = "status")]
fn verdict_of_text() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(retry_after = |_| Duration::from_secs(1))]
fn wait_without_some() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(retry_after = "1s")]
fn wait_of_text() -> io::Result<u8> { Ok(1) }

fn text(open: CircuitOpen) -> String { open.to_string() }
#[circuit_breaker(open_error = text)]
fn error_of_another() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(open_error = |open| open.to_string())]
async fn error_of_a_closure() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(open_error = |_| 0, verdict = |_| Verdict::Success)]
fn error_of_no_result() -> Option<u8> { Some(1) }

fn answered() -> impl Future<Output = u8> { async { 1 } }
type Later = std::pin::Pin<Box<dyn Future<Output = u8>>>;
#[circuit_breaker(verdict = |_| Verdict::Success, fallback = |_| Box::pin(answered()) as Later)]
fn verdict_of_a_future() -> Later { Box::pin(answered()) }

fn main() {}
