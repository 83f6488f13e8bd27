// 147 | edition 2024 | generic default methods of traits, async ones too, where Self: Sized
#![allow(async_fn_in_trait)]
trait Store<K: std::fmt::Display> {
    fn name(&self) -> String;
    #[::breaker_runtime::circuit_breaker(key = self.name(), ignore_if = |_| true)]
    async fn load<T: From<u8> + Send>(&self, key: K) -> Result<T, std::io::Error> where K: Clone { std::future::ready(()).await; let _ = key.clone(); Ok(T::from(1)) }
    #[::breaker_runtime::circuit_breaker(key = key)]
    fn take(self, key: K) -> std::io::Result<(Self, K)> where Self: Sized { Ok((self, key)) }
    #[::breaker_runtime::circuit_breaker(key = key, fallback = |_| Ok(0))]
    fn by_ref(&mut self, key: &K) -> std::io::Result<usize> { Ok(key.to_string().len()) }
}
struct S;
impl<K: std::fmt::Display> Store<K> for S { fn name(&self) -> String { "s".into() } }
fn main() {
    drop(Store::<u8>::load::<u16>(&S, 1));
    let (mut s, k) = S.take("key").unwrap();
    assert_eq!(s.by_ref(&k).unwrap(), 3);
    let object: &mut dyn Dynamic = &mut S;
    assert_eq!(object.get(4).unwrap(), 4);
}
trait Dynamic {
    #[::breaker_runtime::circuit_breaker(key = n)]
    fn get(&mut self, n: u8) -> std::io::Result<u8> { Ok(n) }
}
impl Dynamic for S {}
