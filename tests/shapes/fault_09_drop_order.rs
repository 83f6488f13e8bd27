// edition 2021
// Arguments, and what no name is given to, are dropped when and where they are in the plain function.
use std::{
    cell::RefCell,
    future::Future,
    io,
    pin::pin,
    task::{Context, Poll, Waker},
};

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

struct D(&'static str);

impl Drop for D {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

struct Held<'a>(D, &'a mut u8);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.1 += 1;
    }
}

#[::breaker_runtime::circuit_breaker]
async fn hole((a, _): (D, D), _: D, b: D) -> io::Result<()> {
    let _local = D("local");
    std::future::ready(()).await;
    let _ = (&a, &b);
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
async fn holes([a, .., b]: [D; 4], (_, (c, _)): (D, (D, D)), (ref d, _): (D, D), e @ D(_): D) -> io::Result<()> {
    let _local = D("local");
    let _ = (&a, &b, &c, &d, &e);
    Ok(())
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(()))]
async fn with_a_fallback(_a: D, (b, _): (D, D), mut c: D, _: D) -> io::Result<()> {
    c.0 = "changed";
    let _ = (&b, &c);
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
fn sync_hole((a, _): (D, D), _: D, b: D) -> io::Result<()> {
    let _local = D("local");
    let _ = (&a, &b);
    Ok(())
}

// What is moved into the body takes the others with it.
#[::breaker_runtime::circuit_breaker]
fn changed(a: D, mut b: D, _c: D, (d, _): (D, D), _: D) -> io::Result<()> {
    b.0 = "changed";
    let _ = (&a, &b, &d);
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
fn borrowing<'a>(a: D, held: Held<'a>, _b: D, text: String, n: u8) -> io::Result<usize> {
    let _ = (&a, &held);
    Ok(text.len() + usize::from(n))
}

impl Held<'_> {
    #[::breaker_runtime::circuit_breaker]
    fn changed(mut self, a: D, _: D) -> io::Result<usize> {
        self.0.0 = "self";
        Ok(a.0.len() + self.0.0.len())
    }
}

#[::breaker_runtime::circuit_breaker]
fn tail_temporaries(mut a: std::sync::Mutex<String>, b: D) -> io::Result<usize> {
    *a.get_mut().unwrap() = "abc".to_owned();
    let _ = &b;
    Ok(a.lock().unwrap().len())
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

#[track_caller]
fn order<T>(run: impl FnOnce() -> io::Result<T>, expected: &[&str]) {
    let _ = run().unwrap();
    assert_eq!(DROPPED.take(), expected);
}

fn main() {
    order(|| block_on(hole((D("a"), D("hole")), D("unnamed"), D("b"))), &["local", "b", "unnamed", "a", "hole"]);
    let array = [D("a"), D("1"), D("2"), D("b")];
    order(
        || block_on(holes(array, (D("3"), (D("c"), D("4"))), (D("d"), D("5")), D("e"))),
        &["local", "e", "d", "5", "c", "3", "4", "b", "a", "1", "2"],
    );
    order(
        || block_on(with_a_fallback(D("a"), (D("b"), D("hole")), D("c"), D("unnamed"))),
        &["unnamed", "changed", "b", "hole", "a"],
    );
    order(|| sync_hole((D("a"), D("hole")), D("unnamed"), D("b")), &["local", "b", "unnamed", "a", "hole"]);
    order(
        || changed(D("a"), D("b"), D("c"), (D("d"), D("hole")), D("unnamed")),
        &["unnamed", "d", "hole", "c", "changed", "a"],
    );
    let mut n = 0;
    order(|| borrowing(D("a"), Held(D("held"), &mut n), D("b"), String::new(), 1), &["b", "held", "a"]);
    order(|| Held(D("held"), &mut n).changed(D("a"), D("unnamed")), &["unnamed", "a", "self"]);
    order(|| tail_temporaries(String::new().into(), D("b")), &["b"]);
    assert_eq!(n, 2);
}
