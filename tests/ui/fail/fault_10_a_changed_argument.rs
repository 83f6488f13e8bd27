use breaker_runtime::circuit_breaker;

use std::io;
#[circuit_breaker(fallback = alt)]
fn drained(mut items: Vec<u8>) -> io::Result<usize> { items.drain(..2); Err(io::ErrorKind::Other.into()) }

fn alt(items: Vec<u8>) -> io::Result<usize> { Ok(items.len()) }

#[circuit_breaker(fallback = |_| Ok(items.len()))]
fn drained_before_a_closure(mut items: Vec<u8>) -> io::Result<usize> { items.drain(..2); Err(io::ErrorKind::Other.into()) }

fn main() {}
