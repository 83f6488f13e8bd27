// edition 2021
// A fallback gets the values that the caller passed, however the body changed its own.
use std::io;

fn other(n: u32, mut text: &str, list: &mut Vec<u32>) -> io::Result<u32> {
    text = text.trim_start_matches('-');
    list.push(0);
    Ok(n * 100 + list.len() as u32 * 10 + text.len() as u32)
}

#[::breaker_runtime::circuit_breaker(fallback = other)]
fn by_path(mut n: u32, mut text: &str, mut list: &mut Vec<u32>) -> io::Result<u32> {
    n += 1;
    text = &text[n as usize..];
    list.push(n);
    list = Box::leak(Box::default());
    Err(io::Error::other(format!("{text}{list:?}")))
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(n * 100 + u32::from(text == "abc") * 3))]
fn by_closure(mut n: u32, mut text: &str) -> io::Result<u32> {
    n += 1;
    text = &text[n as usize..];
    Err(io::Error::other(text))
}

#[::breaker_runtime::circuit_breaker(fallback = drained, clone(items))]
fn cloned(mut items: Vec<u32>) -> io::Result<u32> {
    items.drain(..2);
    Err(io::ErrorKind::Other.into())
}

#[::breaker_runtime::circuit_breaker(fallback = drained, fallback_on = rejected)]
fn if_rejected(mut items: Vec<u32>) -> io::Result<u32> {
    items.drain(..2);
    drained(items)
}

fn drained(items: Vec<u32>) -> io::Result<u32> {
    Ok(items.len() as u32)
}

#[::breaker_runtime::circuit_breaker(fallback = patterned)]
fn in_a_pattern((mut a, b): (u32, u32)) -> io::Result<u32> {
    a += b;
    Err(io::Error::other(a.to_string()))
}

fn patterned((a, b): (u32, u32)) -> io::Result<u32> {
    Ok(a * 10 + b)
}

fn main() -> io::Result<()> {
    // The plain functions fail here.
    let checks = [
        (by_path(1, "--abc", &mut vec![7]), 133),
        (by_closure(1, "abc"), 103),
        (cloned(vec![1, 2, 3]), 3),
        (in_a_pattern((1, 2)), 12),
    ];
    for (answer, expected) in checks {
        assert_eq!(answer?, expected);
    }
    assert_eq!(if_rejected(vec![1, 2, 3])?, 1);
    Ok(())
}
