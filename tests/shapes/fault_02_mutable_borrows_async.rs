// edition 2021
// As under a sync function, what a body may do with a mutable borrow; with a fallback that wants some of them.
use std::{
    fmt::Debug,
    future::Future,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

#[derive(Debug, Default)]
struct Store {
    x: u32,
    items: Vec<u32>,
}

fn trace(value: impl Debug) {
    assert!(!format!("{value:?}").is_empty());
}

impl Store {
    #[::breaker_runtime::circuit_breaker(fallback = |_| Err(io::ErrorKind::Other.into()))]
    async fn first(&mut self) -> io::Result<&mut u32> {
        trace(&self.x);
        println!("{self:?}");
        Ok(&mut self.x)
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Ok(Box::leak(Box::new(1))), fallback_on = rejected)]
    async fn rejected_only(&mut self) -> io::Result<&mut u32> {
        println!("{self:?}");
        Ok(&mut self.x)
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| { self.x += 1; Ok(self.x) })]
    async fn lent(&mut self, mut out: &mut [u8]) -> io::Result<u32> {
        println!("{self:?}");
        self.x = 40;
        while !out.is_empty() {
            out[0] = 1;
            out = &mut out[1..];
            std::future::ready(()).await;
        }
        Err(io::ErrorKind::Other.into())
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Ok(0))]
    async fn not_wanted(&mut self, items: &mut Vec<u32>) -> io::Result<u32> {
        let this = self;
        let items = items;
        std::future::ready(()).await;
        this.items.append(items);
        Ok(this.items.len() as u32)
    }

    #[::breaker_runtime::circuit_breaker(fallback = Self::other)]
    async fn by_path(&mut self, mut out: &mut [u8]) -> io::Result<u32> {
        out[0] = 5;
        out = &mut out[1..];
        println!("{self:?} {out:?}");
        Err(io::ErrorKind::Other.into())
    }

    async fn other(&mut self, out: &mut [u8]) -> io::Result<u32> {
        Ok(u32::from(out[0]))
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Ok(out.len()))]
    async fn one_of_two<'a>(&'a mut self, out: &mut Vec<u32>) -> io::Result<usize> {
        let this: &'a mut Self = self;
        println!("{this:?}");
        out.push(1);
        Err(io::ErrorKind::Other.into())
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Ok(0))]
    fn boxed(&mut self) -> Pin<Box<dyn Future<Output = io::Result<u32>> + Send + '_>> {
        println!("{self:?}");
        Box::pin(async move {
            self.x += 1;
            Ok(self.x)
        })
    }
}

#[::breaker_runtime::circuit_breaker]
async fn fill(mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        out[0] = 7;
        out = &mut out[1..];
    }
    Ok(())
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(&mut []))]
async fn returned<'a>(mut out: &'a mut [u8]) -> io::Result<&'a mut [u8]> {
    println!("{out:?}");
    out = &mut out[1..];
    Ok(out)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn main() -> io::Result<()> {
    let mut store = Store::default();
    *block_on(store.first())? += 1;
    *block_on(store.rejected_only())? += 1;
    assert_eq!(block_on(store.boxed())?, 3);
    let mut bytes = [0; 3];
    assert_eq!(block_on(store.lent(&mut bytes))?, 41);
    assert_eq!(bytes, [1; 3]);
    assert_eq!(block_on(store.not_wanted(&mut vec![1, 2]))?, 2);
    assert_eq!(block_on(store.by_path(&mut bytes))?, 5);
    assert_eq!(block_on(store.one_of_two(&mut Vec::new()))?, 1);
    block_on(fill(&mut bytes))?;
    assert_eq!(block_on(returned(&mut bytes))?, [7; 2]);
    Ok(())
}
