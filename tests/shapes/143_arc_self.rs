// 143 | edition 2021 | self: Arc<Self>, moved into the body, keyed by a field of it
use std::sync::Arc;
struct S { host: String }
impl S {
    #[::breaker_runtime::circuit_breaker(key = self.host, fallback = |_| Ok(0), fallback_on = rejected)]
    fn take(self: Arc<Self>) -> std::io::Result<usize> { let s = self; Ok(s.host.len()) }
    #[::breaker_runtime::circuit_breaker(key = self.host)]
    async fn later(self: Arc<Self>) -> std::io::Result<usize> { let s = self; std::future::ready(()).await; Ok(s.host.len()) }
    #[::breaker_runtime::circuit_breaker(key = self.host)]
    fn boxed(self: Arc<Self>) -> impl std::future::Future<Output = std::io::Result<usize>> + Send { async move { Ok(self.host.len()) } }
}
fn main() { let s = Arc::new(S { host: "ab".into() }); fn send<T: Send>(_: T) {} send(s.clone().later()); send(s.clone().boxed()); assert_eq!(s.take().unwrap(), 2); }
