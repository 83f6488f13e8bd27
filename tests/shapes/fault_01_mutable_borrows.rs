// edition 2024
// What a body may do with a variable that holds a mutable borrow: move it on, return it, look at it meanwhile.
use std::{
    fmt::Debug,
    io::{self, Write},
    mem,
    pin::Pin,
};

#[::breaker_runtime::circuit_breaker]
fn fill(mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        out[0] = 7;
        out = &mut out[1..];
    }
    Ok(())
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(()))]
fn fill_or(mut out: &mut [u8]) -> io::Result<()> {
    while let [first, rest @ ..] = out {
        *first = 8;
        out = rest;
    }
    Ok(())
}

#[::breaker_runtime::circuit_breaker(fallback = other_fill)]
fn fill_by_path(mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        out[0] = 9;
        out = &mut out[1..];
    }
    Err(io::ErrorKind::Other.into())
}

// It gets what the caller passed, and not what the body moved it to.
fn other_fill(out: &mut [u8]) -> io::Result<()> {
    assert_eq!(out, [9, 9]);
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
fn written<'w, W: Write>(w: &'w mut W, bytes: &[u8]) -> io::Result<&'w mut W> {
    w.write_all(bytes)?;
    Ok(w)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(Vec::leak(vec![0])), fallback_on = rejected)]
fn split(mut dst: &mut [u8]) -> io::Result<&mut [u8]> {
    step(&mut dst)?;
    println!("{dst:?}");
    Ok(dst)
}

#[::breaker_runtime::circuit_breaker]
fn parse<'h>(mut dst: &'h mut [u8]) -> io::Result<&'h [u8]> {
    step(&mut dst)?;
    Ok(dst)
}

fn step(dst: &mut &mut [u8]) -> io::Result<()> {
    let (_, rest) = mem::take(dst).split_at_mut(1);
    *dst = rest;
    Ok(())
}

#[derive(Debug, Default)]
struct Store {
    x: u32,
    items: Vec<u32>,
}

fn trace(value: impl Debug) {
    assert!(!format!("{value:?}").is_empty());
}

impl Store {
    #[::breaker_runtime::circuit_breaker]
    fn first(&mut self) -> io::Result<&mut u32> {
        trace(&self.x);
        println!("{self:?}");
        Ok(&mut self.x)
    }

    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| None)]
    fn last(&mut self) -> Option<&mut u32> {
        println!("{self:?}");
        self.items.last_mut()
    }

    #[::breaker_runtime::circuit_breaker]
    fn chained(&mut self, x: u32) -> io::Result<&mut Self> {
        self.x = x;
        trace(&*self);
        Ok(self)
    }

    #[::breaker_runtime::circuit_breaker]
    fn both(&mut self) -> io::Result<(&mut u32, &mut [u32])> {
        trace(self.items.len());
        let Self { x, items } = self;
        Ok((x, items))
    }

    #[::breaker_runtime::circuit_breaker]
    fn entry(self: &mut Self, at: usize) -> io::Result<&mut u32> {
        if at >= self.items.len() {
            self.items.resize(at + 1, 0);
        }
        trace(&self);
        self.items.get_mut(at).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    #[::breaker_runtime::circuit_breaker]
    fn pinned(self: Pin<&mut Self>) -> io::Result<&mut u32> {
        trace(&self);
        Ok(&mut Pin::into_inner(self).x)
    }

    #[::breaker_runtime::circuit_breaker]
    fn lines<'a>(&'a mut self, out: &'a mut Vec<u32>) -> io::Result<impl Iterator<Item = &'a mut u32>> {
        trace((&self, &out));
        Ok(self.items.iter_mut().chain(out.iter_mut()))
    }

    #[::breaker_runtime::circuit_breaker(fallback = |error| { drop(error); Err(io::ErrorKind::Other.into()) })]
    fn with_closure(&mut self) -> io::Result<&mut u32> {
        println!("{self:?}");
        Ok(&mut self.x)
    }
}

#[derive(Debug)]
enum Kind {
    A(Vec<u8>),
    B,
}

impl Kind {
    #[::breaker_runtime::circuit_breaker]
    fn become_a(&mut self, next: Kind) -> io::Result<&mut Vec<u8>> {
        trace(&self);
        *self = next;
        if let Kind::A(inner) = self {
            return Ok(inner);
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}

// A borrow inside a value.
#[derive(Debug)]
struct Cursor<'a> {
    buffer: &'a mut [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    #[::breaker_runtime::circuit_breaker]
    fn into_rest(self) -> io::Result<&'a mut [u8]> {
        println!("{self:?}");
        Ok(&mut self.buffer[self.at..])
    }

    #[::breaker_runtime::circuit_breaker]
    fn skipped(mut self, n: usize) -> io::Result<Self> {
        trace(&self);
        self.buffer = &mut self.buffer[n..];
        self.at = 0;
        Ok(self)
    }

    #[::breaker_runtime::circuit_breaker]
    fn take(&mut self, n: usize) -> io::Result<&'a mut [u8]> {
        trace(&self.at);
        let (taken, rest) = mem::take(&mut self.buffer).split_at_mut(n);
        self.buffer = rest;
        Ok(taken)
    }
}

#[::breaker_runtime::circuit_breaker]
fn rest_of<'a>(cursor: Cursor<'a>) -> io::Result<&'a mut [u8]> {
    trace(&cursor);
    Ok(cursor.buffer)
}

#[::breaker_runtime::circuit_breaker]
fn unwrapped<'a>(slot: Option<&'a mut u32>) -> io::Result<&'a mut u32> {
    trace(&slot);
    slot.ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[::breaker_runtime::circuit_breaker]
fn destructured<'a>((left, mut right): (&'a mut [u8], &'a mut [u8])) -> io::Result<(&'a mut [u8], &'a mut [u8])> {
    trace((&left, &right));
    right = &mut right[1..];
    step(&mut right)?;
    Ok((left, right))
}

#[::breaker_runtime::circuit_breaker]
fn longest<'a>(a: &'a mut [u8], b: &'a mut [u8]) -> io::Result<&'a mut [u8]> {
    trace((&a, &b));
    Ok(if a.len() >= b.len() { a } else { b })
}

#[::breaker_runtime::circuit_breaker]
fn walked<'a>(mut node: &'a mut List, steps: usize) -> io::Result<&'a mut List> {
    for _ in 0..steps {
        trace(&node.value);
        node = match &mut node.next {
            Some(next) => next,
            None => return Err(io::ErrorKind::NotFound.into()),
        };
    }
    Ok(node)
}

#[derive(Debug)]
struct List {
    value: u8,
    next: Option<Box<List>>,
}

trait Grow {
    fn grow(&mut self) -> io::Result<&mut Self>;

    #[::breaker_runtime::circuit_breaker]
    fn twice(&mut self) -> io::Result<&mut Self>
    where
        Self: Debug,
    {
        println!("{self:?}");
        self.grow()?;
        println!("{self:?}");
        self.grow()
    }
}

impl Grow for Vec<u8> {
    #[::breaker_runtime::circuit_breaker(fallback = |_| panic!())]
    fn grow(&mut self) -> io::Result<&mut Self> {
        self.push(1);
        trace(&*self);
        Ok(self)
    }
}

#[::breaker_runtime::circuit_breaker(fallback = |_| { out.push(1); Ok(()) })]
fn lent_to_a_closure(out: &mut Vec<u8>, other: &mut Vec<u8>) -> io::Result<()> {
    out.push(2);
    println!("{other:?}");
    other.push(2);
    Err(io::ErrorKind::Other.into())
}

fn main() -> io::Result<()> {
    let mut bytes = [0; 2];
    fill(&mut bytes)?;
    assert_eq!(bytes, [7; 2]);
    fill_or(&mut bytes)?;
    assert_eq!(bytes, [8; 2]);
    fill_by_path(&mut bytes)?;
    let mut buffer = Vec::new();
    written(written(&mut buffer, b"a")?, b"b")?;
    assert_eq!(buffer, b"ab");
    assert_eq!(split(&mut buffer)?, b"b");
    assert_eq!(parse(&mut buffer)?, b"b");
    let mut store = Store::default();
    *store.first()? += 1;
    assert_eq!(*store.with_closure()?, 1);
    *store.entry(1)? = 5;
    assert_eq!(store.last(), Some(&mut 5));
    assert_eq!(store.chained(3)?.chained(4)?.x, 4);
    assert_eq!(store.both()?.1.len(), 2);
    *Pin::new(&mut store).pinned()? += 1;
    assert_eq!(store.x, 5);
    assert_eq!(store.lines(&mut vec![1])?.count(), 3);
    let mut kind = Kind::B;
    kind.become_a(Kind::A(vec![1]))?.push(2);
    assert!(kind.become_a(Kind::B).is_err());
    let mut data = [1, 2, 3, 4];
    let mut cursor = Cursor { buffer: &mut data, at: 1 }.skipped(1)?;
    assert_eq!(cursor.take(1)?, [2]);
    assert_eq!(cursor.into_rest()?, [3, 4]);
    assert_eq!(rest_of(Cursor { buffer: &mut data, at: 0 })?, [1, 2, 3, 4]);
    assert_eq!(*unwrapped(Some(&mut 3))?, 3);
    assert_eq!(destructured((&mut [1], &mut [2, 3, 4]))?.1, [4]);
    assert_eq!(longest(&mut [1], &mut [2, 3])?, [2, 3]);
    let mut list = List { value: 1, next: Some(Box::new(List { value: 2, next: None })) };
    assert_eq!(walked(&mut list, 1)?.value, 2);
    assert!(walked(&mut list, 2).is_err());
    assert_eq!(vec![0].twice()?.len(), 3);
    let (mut out, mut other) = (Vec::new(), Vec::new());
    lent_to_a_closure(&mut out, &mut other)?;
    assert_eq!((out, other), (vec![2, 1], vec![2]));
    Ok(())
}
