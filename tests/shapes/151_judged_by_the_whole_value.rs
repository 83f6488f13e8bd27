// 151 | edition 2021 | `verdict`, `retry_after`, `open_error`; fallbacks that are judged, of every kind
use breaker_runtime::{CircuitOpen, Verdict};
use std::{future::Future, io, pin::pin, task::{Context, Poll, Waker}, time::Duration};

type Answer<T> = Result<T, String>;
fn verdict<T, E>(result: &Result<T, E>) -> Verdict { if result.is_ok() { Verdict::Success } else { Verdict::Failure } }
fn wait<T>(_: &T) -> Option<Duration> { None }
fn rejected(open: CircuitOpen) -> String { open.to_string() }
fn up() -> bool { std::hint::black_box(true) }

struct S<'a>(&'a str);
impl<'a> S<'a> {
    #[::breaker_runtime::circuit_breaker(verdict = verdict, retry_after = wait, open_error = rejected)]
    fn lent(&self) -> Answer<&'a str> { if up() { Ok(self.0) } else { Err("down".into()) } }
    #[::breaker_runtime::circuit_breaker(verdict = |answer| match answer { Ok(_) => Verdict::Success, Err(_) => Verdict::Failure }, open_error = |open| format!("{open}"))]
    async fn lent_later(&mut self, _: (u8, u8)) -> Answer<&mut &'a str> { Ok(&mut self.0) }
    #[::breaker_runtime::circuit_breaker(verdict = verdict, fallback = Self::other)]
    fn with_a_path(&self, text: &'a str) -> Answer<&'a str> { if up() { Err(text.into()) } else { Ok(self.0) } }
    fn other(&self, text: &'a str) -> Answer<&'a str> { Ok(text) }
}

#[::breaker_runtime::circuit_breaker(open_error = |open| Box::new(open) as Box<dyn std::error::Error>)]
fn boxed() -> Result<Box<dyn Fn() -> u8>, Box<dyn std::error::Error>> { Ok(Box::new(|| 1)) }
#[::breaker_runtime::circuit_breaker(verdict = verdict, fallback = |_| Ok(Box::new(|| 2)))]
fn unsized_fallback() -> io::Result<Box<dyn Fn() -> u8>> { if up() { Err(io::ErrorKind::Other.into()) } else { Ok(Box::new(|| 1)) } }
#[::breaker_runtime::circuit_breaker(verdict = verdict, fallback = |_| Ok(vec![2]))]
fn hidden(items: &[u8]) -> io::Result<impl IntoIterator<Item = u8>> { if up() { Err(io::ErrorKind::Other.into()) } else { Ok(items.to_vec()) } }
#[::breaker_runtime::circuit_breaker(verdict = |()| Verdict::Success, fallback = |_| ())]
fn unit() { let _ = up(); }
#[::breaker_runtime::circuit_breaker(verdict = verdict, fallback = |_| Err(text.parse::<u8>().unwrap_err().into()))]
async fn question(text: &str) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> { Ok(text.parse::<u8>()?) }
#[::breaker_runtime::circuit_breaker(verdict = verdict, fallback = |_| Ok(T::default()))]
fn generic<T: Default>(value: T) -> Result<T, io::Error> { if up() { Ok(value) } else { Err(io::ErrorKind::Other.into()) } }
#[::breaker_runtime::circuit_breaker(verdict = |value| if *value > limit { Verdict::Failure } else { Verdict::Success }, fallback = |_| limit)]
fn limited(value: u8, limit: u8) -> u8 { value.min(std::hint::black_box(limit)) }

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) { Poll::Ready(value) => value, Poll::Pending => panic!("pending") }
}

fn main() {
    let mut s = S("s");
    assert_eq!(s.lent().unwrap(), "s");
    assert_eq!(*now(s.lent_later((1, 2))).unwrap(), "s");
    assert!(s.with_a_path("text").is_ok() || s.other("text").is_ok());
    assert_eq!(boxed().unwrap()(), 1);
    let _ = unsized_fallback().map(|answer| answer());
    let _ = hidden(&[1]).map(|items| items.into_iter().count());
    unit();
    assert!(now(question("x")).is_err() && now(question("7")).is_ok());
    assert_eq!((generic(7).unwrap(), limited(9, 7)), (7, 7));
}
