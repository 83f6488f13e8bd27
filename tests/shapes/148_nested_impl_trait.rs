// 148 | edition 2021 | impl Trait in nested positions of arguments and returns
use std::collections::HashMap;
#[::breaker_runtime::circuit_breaker(key = map.len())]
fn f(map: HashMap<u8, Vec<impl AsRef<str>>>, then: Option<impl FnOnce(usize) -> usize>) -> std::io::Result<(Option<impl Iterator<Item = usize>>, Box<impl std::fmt::Debug>)> {
    let lens: Vec<usize> = map.into_values().flatten().map(|s| s.as_ref().len()).collect();
    Ok((then.map(|then| lens.into_iter().map({ let n = then(1); move |l| l + n })), Box::new([1])))
}
fn main() { let (lens, debug) = f(HashMap::from([(1, vec!["a", "bc"])]), Some(|n| n)).unwrap(); assert_eq!(lens.unwrap().sum::<usize>(), 5); assert_eq!(format!("{debug:?}"), "[1]"); }
