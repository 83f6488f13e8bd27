// edition 2024
// A closure that is returned learns its types from the return type.
use std::{cmp::Ordering, io};

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
fn less<T: PartialOrd>() -> impl FnMut(&T, &T) -> bool {
    |a, b| a < b
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
fn key_to_cmp<T, K, F>(mut key: F) -> impl FnMut(&T, &T) -> Ordering
where
    F: FnMut(&T) -> K,
    K: Ord,
{
    move |a, b| key(a).cmp(&key(b))
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| unreachable!(), fallback_on = rejected)]
fn rejected_only<T, K: Ord>(mut key: impl FnMut(&T) -> K) -> impl FnMut(&T, &T) -> Ordering {
    move |a, b| key(a).cmp(&key(b))
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
fn of_references(n: usize) -> impl Fn(&str, &mut Vec<u8>, (&u8, &[u8])) -> bool + Send {
    move |text, list, (one, many)| {
        list.push(*one);
        text.len() + list.len() + many.len() == n
    }
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
fn of_one(n: usize) -> impl Fn(&str) -> &str {
    move |text| &text[n..]
}

fn fixed<F: Fn(&str) -> &str>(f: F) -> F {
    f
}

#[::breaker_runtime::circuit_breaker]
fn in_a_result(n: usize) -> io::Result<impl Fn(&str) -> &str> {
    if n == 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(fixed(move |text| &text[n..]))
}

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| panic!())]
async fn later(n: usize) -> io::Result<impl Fn(&str) -> &str> {
    if n == 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(fixed(move |text| &text[n..]))
}

struct Sorted<K>(K);

impl<K: Clone + Fn(&str) -> usize> Sorted<K> {
    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
    fn by(&self) -> impl FnMut(&&str, &&str) -> Ordering {
        |a, b| (self.0)(a).cmp(&(self.0)(b))
    }
}

fn main() -> io::Result<()> {
    let _ = less::<u8>();
    let mut words = ["ccc", "a", "bb"];
    let mut cmp = key_to_cmp(|word: &&str| word.len());
    words.sort_by(|a, b| cmp(a, b));
    assert_eq!(words, ["a", "bb", "ccc"]);
    words.sort_by(rejected_only(|word: &&str| std::cmp::Reverse(word.len())));
    assert_eq!(words, ["ccc", "bb", "a"]);
    let sorted = Sorted(|text: &str| text.len());
    words.sort_by(sorted.by());
    assert_eq!(words, ["a", "bb", "ccc"]);
    assert!(of_references(4)("ab", &mut vec![], (&1, &[2])));
    assert_eq!(of_one(1)("ab"), "b");
    assert_eq!(in_a_result(1)?("ab"), "b");
    drop(later(1));
    Ok(())
}
