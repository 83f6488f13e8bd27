// 150 | edition 2024 | `breaker = <expression>` under every receiver, and where nothing of the function's is borrowed
use breaker_runtime::{CircuitBreaker, CircuitBreakerFamily, Config};
use std::{future::Future, io, pin::{Pin, pin}, rc::Rc, sync::{Arc, LazyLock}, task::{Context, Poll, Waker}};

static STATIC: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("static", Config::default()));

struct S<T> { plain: CircuitBreaker, shared: Arc<CircuitBreaker>, family: CircuitBreakerFamily, value: T }

impl<T: Default + Clone> S<T> {
    fn new(value: T) -> Self {
        let plain = CircuitBreaker::new("plain", Config::default());
        let shared = Arc::new(CircuitBreaker::new("shared", Config::default()));
        Self { plain, shared, family: CircuitBreakerFamily::new("family", Config::default()), value }
    }
    fn breaker(&self) -> &CircuitBreaker { &self.plain }
    fn handle(&self) -> Arc<CircuitBreaker> { Arc::clone(&self.shared) }

    #[::breaker_runtime::circuit_breaker(breaker = self.plain)]
    fn shared_ref(&self) -> io::Result<&T> { Ok(&self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.plain)]
    fn typed(self: &Self) -> io::Result<&T> { Ok(&self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.breaker())]
    fn getter(&self) -> io::Result<&T> { Ok(&self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.handle())]
    fn arc_made_here(&self) -> io::Result<T> { Ok(self.value.clone()) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn exclusive_ref(&mut self) -> io::Result<&mut T> { self.value = T::default(); Ok(&mut self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn replaced(&mut self) -> io::Result<T> { let old = std::mem::replace(self, Self::new(T::default())); old.consumed() }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn consumed(self) -> io::Result<T> { let Self { value, .. } = self; Ok(value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn mut_self(mut self) -> io::Result<Self> { self.value = T::default(); Ok(self) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn boxed(self: Box<Self>) -> io::Result<T> { Ok(self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn counted(self: Rc<Self>) -> io::Result<Rc<Self>> { Ok(self) }
    #[::breaker_runtime::circuit_breaker(breaker = self.plain)]
    fn arc_ref(self: &Arc<Self>) -> io::Result<Arc<Self>> { Ok(Arc::clone(self)) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn pinned(self: Pin<&mut Self>) -> io::Result<u8> where T: Unpin { self.get_mut().value = T::default(); Ok(1) }
    #[::breaker_runtime::circuit_breaker(breaker = self.plain)]
    async fn later(&self) -> io::Result<&T> { Ok(&self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared, fallback = |_| Ok(T::default()))]
    async fn exclusive_later(&mut self) -> io::Result<T> { self.value = T::default(); Ok(self.value.clone()) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    async fn consumed_later(self) -> io::Result<T> { Ok(self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn returned(&self) -> impl Future<Output = io::Result<T>> + use<'_, T> { async { Ok(self.value.clone()) } }
    #[::breaker_runtime::circuit_breaker(breaker = self.shared)]
    fn returned_box(&self) -> Pin<Box<dyn Future<Output = io::Result<T>> + '_>> { Box::pin(async { Ok(self.value.clone()) }) }
    #[::breaker_runtime::circuit_breaker(breaker = STATIC)]
    fn of_a_static(&mut self, _: (u8, u8)) -> io::Result<&mut T> { Ok(&mut self.value) }
    #[::breaker_runtime::circuit_breaker(breaker = self.family, key = key)]
    fn keyed(&mut self, key: &str) -> io::Result<usize> { self.value = T::default(); Ok(key.len()) }
}

#[::breaker_runtime::circuit_breaker(breaker = breaker)]
fn argument(breaker: &CircuitBreaker) -> io::Result<u8> { let _ = breaker.name(); Ok(1) }
#[::breaker_runtime::circuit_breaker(breaker = s.shared)]
async fn of_a_pattern((s, _unused): (S<u8>, u8), _: u8) -> io::Result<u8> { Ok(s.value) }

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) { Poll::Ready(value) => value, Poll::Pending => panic!("pending") }
}

fn main() {
    let mut s = S::new(7_u8);
    assert_eq!((*s.typed().unwrap(), *s.shared_ref().unwrap(), *s.getter().unwrap(), s.arc_made_here().unwrap()), (7, 7, 7, 7));
    assert_eq!((*now(s.later()).unwrap(), now(s.returned()).unwrap(), now(s.returned_box()).unwrap()), (7, 7, 7));
    assert_eq!((*s.of_a_static((1, 2)).unwrap(), s.keyed("key").unwrap()), (7, 3));
    assert_eq!((*s.exclusive_ref().unwrap(), now(s.exclusive_later()).unwrap(), s.replaced().unwrap()), (0, 0, 0));
    assert_eq!((Pin::new(&mut s).pinned().unwrap(), s.consumed().unwrap()), (1, 0));
    assert_eq!(Box::new(S::new(3_u8)).boxed().unwrap(), 3);
    assert_eq!((S::new(3_u8).mut_self().unwrap().value, now(S::new(3_u8).consumed_later()).unwrap()), (0, 3));
    assert_eq!(Rc::new(S::new(3_u8)).counted().unwrap().value, 3);
    assert_eq!(Arc::new(S::new(3_u8)).arc_ref().unwrap().value, 3);
    assert_eq!((argument(&STATIC).unwrap(), now(of_a_pattern((S::new(3), 1), 2)).unwrap()), (1, 3));
}
