// 144 | edition 2024 | closures that capture arguments are returned
#[::breaker_runtime::circuit_breaker(key = text.len())]
fn adder(n: u32, text: &str) -> std::io::Result<impl Fn(u32) -> usize> { Ok(move |m| (n + m) as usize + text.len()) }
#[::breaker_runtime::circuit_breaker(failure_rate = 1)]
fn boxed<'a>(text: &'a mut String) -> std::io::Result<Box<dyn FnMut(&str) -> usize + 'a>> { Ok(Box::new(move |more| { text.push_str(more); text.len() })) }
#[::breaker_runtime::circuit_breaker(name = "iter")]
async fn iterator<'a>(of: &'a [u8], by: u8) -> std::io::Result<impl Iterator<Item = u8> + use<'a>> { Ok(of.iter().map(move |n| n * by)) }
fn main() {
    assert_eq!(adder(1, "ab").unwrap()(2), 5);
    let mut s = String::from("a");
    assert_eq!(boxed(&mut s).unwrap()("bc"), 3);
    let mut f = std::pin::pin!(iterator(&[1, 2], 3));
    let std::task::Poll::Ready(v) = f.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) else { panic!() };
    assert_eq!(v.unwrap().collect::<Vec<_>>(), [3, 6]);
}
