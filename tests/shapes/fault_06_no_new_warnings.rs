// edition 2021
// Nothing that is on by default is said of what the attribute writes.
use std::{future::Future, io, pin::Pin};

#[::breaker_runtime::circuit_breaker(fallback = |_| { Ok(0) })]
fn braces() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| (Ok(0)))]
fn parens() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| -> io::Result<u8> { Ok(0) })]
fn typed_braces() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| { Ok(0) }, fallback_on = rejected)]
fn braces_if_rejected() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| (Ok(0)), fallback_on = rejected)]
async fn parens_if_rejected() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| { Ok(0) })]
async fn braces_later() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| -> io::Result<u8> { Ok(0) }, fallback_on = rejected)]
async fn typed_braces_later() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| { Ok(0) })]
fn braces_boxed() -> Pin<Box<dyn Future<Output = io::Result<u8>>>> {
    Box::pin(async { Ok(1) })
}

#[::breaker_runtime::circuit_breaker(key = { id }, failure_if = is_down, fallback = |_| Ok(0))]
fn braces_elsewhere(id: u8) -> io::Result<u8> {
    Ok(id)
}

#[::breaker_runtime::circuit_breaker(key = (id), fallback = |_| Ok(0))]
fn parens_elsewhere(id: u8) -> io::Result<u8> {
    Ok(id)
}

fn is_down(value: &io::Result<u8>) -> bool {
    value.is_err()
}

#[::breaker_runtime::circuit_breaker(fallback = |error| panic!("{error}"))]
fn diverging() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |error| panic!("{error}"), fallback_on = rejected)]
fn diverging_if_rejected() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |error| panic!("{error}"))]
async fn diverging_later() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |error| panic!("{error}"), fallback_on = rejected)]
async fn diverging_later_if_rejected() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |error| return Err(io::Error::other(error.to_string())))]
async fn returning_later() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| unimplemented!(), fallback_on = rejected)]
fn diverging_boxed() -> Pin<Box<dyn Future<Output = io::Result<u8>>>> {
    Box::pin(async { Ok(1) })
}

#[::breaker_runtime::circuit_breaker(fallback = |_| std::process::exit(1), failure_if = |()| false, fallback_on = rejected)]
async fn diverging_unit() {}

#[::breaker_runtime::circuit_breaker(fallback = |_| [0; 200], failure_if = |_| false)]
fn large() -> [u8; 200] {
    [1; 200]
}

#[::breaker_runtime::circuit_breaker(fallback = |_| [0; 200], failure_if = |_| false, fallback_on = rejected)]
fn large_if_rejected() -> [u8; 200] {
    [1; 200]
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok([0; 200]))]
async fn large_later() -> io::Result<[u8; 200]> {
    Ok([1; 200])
}

trait Complex {
    type Out;
    fn complex(&self) -> io::Result<Self::Out>;
    fn boxed(&self) -> Pin<Box<dyn Future<Output = io::Result<Self::Out>> + '_>>;
}

type One = Option<u8>;

impl Complex for u8 {
    type Out = Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>;

    #[::breaker_runtime::circuit_breaker]
    fn complex(&self) -> io::Result<Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>> {
        Ok(vec![])
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| -> io::Result<Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>> { Ok(vec![]) }, fallback_on = rejected)]
    fn boxed(
        &self,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>>> + '_>>
    {
        Box::pin(async { Ok(vec![]) })
    }
}

trait Later {
    async fn later(&self) -> io::Result<Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>>;
}

impl Later for u8 {
    #[::breaker_runtime::circuit_breaker(fallback = |_| Ok(vec![]), fallback_on = rejected)]
    async fn later(&self) -> io::Result<Vec<Box<dyn Fn(Vec<One>, Vec<One>) -> Result<Vec<u8>, Vec<Option<u16>>>>>> {
        Ok(vec![])
    }
}

struct Store(u8);

impl Store {
    #[::breaker_runtime::circuit_breaker]
    fn changed(&mut self, out: &mut u8, mut n: u8) -> io::Result<&mut u8> {
        n += 1;
        *out = n;
        Ok(&mut self.0)
    }

    #[::breaker_runtime::circuit_breaker]
    fn consumed(mut self) -> io::Result<u8> {
        self.0 += 1;
        Ok(self.0)
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Err(io::ErrorKind::Other.into()))]
    async fn changed_later(&mut self, out: &mut u8) -> io::Result<&mut u8> {
        *out = 1;
        Ok(&mut self.0)
    }
}

fn main() {
    let _ = (braces(), parens(), typed_braces(), braces_if_rejected(), parens_if_rejected(), braces_later());
    let _ = (typed_braces_later(), braces_boxed(), braces_elsewhere(1), parens_elsewhere(1));
    let _ = (diverging(), diverging_if_rejected(), diverging_later(), diverging_later_if_rejected());
    let _ = (returning_later(), diverging_boxed(), diverging_unit(), large(), large_if_rejected(), large_later());
    let _ = (1.complex(), 1.boxed(), 1.later(), Store(1).consumed());
    let mut store = Store(1);
    let _ = store.changed(&mut 1, 1);
    let _ = store.changed_later(&mut 1);
}
