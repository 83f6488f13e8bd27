//! What may stand under the layer, and how it is set up.

use std::{
    cell::Cell,
    future::{Ready, ready},
    rc::Rc,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use ::http::{Request, Response};
use breaker_runtime::{
    CallError, CircuitBreaker, CircuitBreakerFamily, Config, Verdict,
    integration::{http, tower::CircuitBreakerLayer},
    registry,
};
use http_body_util::Empty;
use tokio_test::{assert_ready_err, assert_ready_ok, task};
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_test::mock::Spawn;

use crate::support::{breaker, guard, small};

/// No error, not even one that can be shown, and it stays on its thread.
struct Opaque<'a>(#[expect(dead_code, reason = "it is what keeps it on its thread")] &'a Rc<Cell<u32>>);

#[derive(Clone)]
struct Bare<'a>(&'a Rc<Cell<u32>>);

impl<'a> Service<&'a str> for Bare<'a> {
    type Response = &'a str;
    type Error = Opaque<'a>;
    type Future = Ready<Result<&'a str, Opaque<'a>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Opaque<'a>>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: &'a str) -> Self::Future {
        self.0.set(self.0.get() + 1);
        ready(if request.is_empty() { Err(Opaque(self.0)) } else { Ok(request) })
    }
}

#[test]
fn a_service_and_clone_are_all_that_is_asked_for() {
    let (breaker, _) = breaker(small());
    let calls = Rc::new(Cell::new(0));
    let mut service = guard(&breaker, Bare(&calls));
    let mut context = Context::from_waker(std::task::Waker::noop());
    let request = String::from("hello");
    assert!(service.poll_ready(&mut context).is_ready());
    assert!(matches!(task::spawn(service.call(request.as_str())).poll(), Poll::Ready(Ok("hello"))));
    assert!(matches!(task::spawn(service.call("")).poll(), Poll::Ready(Err(CallError::Failed(Opaque(_))))));
    assert_eq!(calls.get(), 2);
}

#[test]
fn what_can_be_sent_stays_so() {
    fn is<T: Send + Sync + Unpin + Clone + 'static>(_: &T) {}
    fn future<T: Send + Sync + Unpin + 'static>(_: &T) {}
    let (breaker, _) = breaker(small());
    let family = Arc::new(CircuitBreakerFamily::new("bounds", Config::default()));
    let echo = service_fn(|request: u32| ready(Ok::<u32, std::io::Error>(request)));
    let mut one = CircuitBreakerLayer::new(&breaker).layer(echo);
    let mut keyed = CircuitBreakerLayer::keyed(&family, |request: &u32| *request).boxed().layer(echo);
    is(&one);
    is(&keyed);
    future(&one.call(1));
    future(&keyed.call(1));
}

#[test]
fn a_breaker_may_be_shared_static_lazy_or_given_away() {
    static LAZY: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("lazy", Config::default()));
    static LAZY_FAMILY: LazyLock<CircuitBreakerFamily> =
        LazyLock::new(|| CircuitBreakerFamily::new("lazy", Config::default()));
    let registered = registry().get_or_create("of-a-layer", Config::default());
    let shared = Arc::new(CircuitBreaker::new("shared", Config::default()));
    let echo = service_fn(|request: u32| ready(Ok::<u32, &str>(request)));
    for layer in [
        CircuitBreakerLayer::new(registered),
        CircuitBreakerLayer::new(&LAZY),
        CircuitBreakerLayer::new(Arc::clone(&shared)),
        CircuitBreakerLayer::new(&shared),
        CircuitBreakerLayer::new(CircuitBreaker::new("given", Config::default())),
    ] {
        let mut service = Spawn::new(layer.layer(echo));
        assert_ready_ok!(service.poll_ready::<u32>());
        assert_eq!(assert_ready_ok!(task::spawn(service.call(7)).poll()), 7);
    }
    let mut service = Spawn::new(CircuitBreakerLayer::keyed(&LAZY_FAMILY, |request: &u32| *request).layer(echo));
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_ready_ok!(task::spawn(service.call(7)).poll());
    assert_eq!([registered, &LAZY].map(|breaker| breaker.snapshot().successes), [1, 1]);
    assert_eq!((shared.snapshot().successes, LAZY_FAMILY.totals().successes), (2, 1));
}

#[test]
fn the_methods_of_the_layer_come_in_any_order() {
    type Answer = Response<Empty<&'static [u8]>>;
    fn get(_: Request<()>) -> Ready<std::io::Result<Answer>> {
        ready(Ok(Response::builder().status(503).body(Empty::new()).unwrap()))
    }
    fn run<S>(service: S) -> u16
    where
        S: Service<Request<()>>,
        S::Response: Head,
        S::Error: std::fmt::Debug,
    {
        let mut service = Spawn::new(service);
        assert_ready_ok!(service.poll_ready());
        assert_ready_ok!(task::spawn(service.call(Request::new(()))).poll()).head()
    }
    trait Head {
        fn head(&self) -> u16;
    }
    impl<B> Head for Response<B> {
        fn head(&self) -> u16 {
            self.status().as_u16()
        }
    }
    let (breaker, _) = breaker(small().failure_threshold(100));
    let hosts = Arc::new(CircuitBreakerFamily::new("hosts", Config::default()));
    let layer = || CircuitBreakerLayer::new(&breaker);
    assert_eq!(run(layer().boxed().whole_body().verdict(http::verdict).layer(service_fn(get))), 503);
    assert_eq!(run(layer().whole_body().boxed().retry_after(http::retry_after).layer(service_fn(get))), 503);
    assert_eq!(run(layer().verdict(http::verdict).retry_after(http::retry_after).layer(service_fn(get))), 503);
    let keyed = CircuitBreakerLayer::keyed(hosts, http::authority).verdict(http::verdict).boxed();
    assert_eq!(run(ServiceBuilder::new().layer(keyed).service_fn(get)), 503);
    assert_eq!((breaker.snapshot().failures, breaker.snapshot().successes), (2, 1));
}

#[test]
fn a_layer_can_be_named_and_kept() {
    type Asked = Result<u32, String>;
    struct Client<S> {
        layer: CircuitBreakerLayer<breaker_runtime::integration::tower::One, fn(&Asked) -> Verdict>,
        inner: S,
    }
    fn judge(answer: &Asked) -> Verdict {
        if answer.is_ok() { Verdict::Success } else { Verdict::Failure }
    }
    let (breaker, _) = breaker(small());
    let client = Client {
        layer: CircuitBreakerLayer::new(&breaker).verdict(judge),
        inner: service_fn(|_: u32| ready(Err::<u32, _>("down".to_owned()))),
    };
    let mut service = Spawn::new(client.layer.layer(client.inner));
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_eq!(assert_ready_err!(task::spawn(service.call(1)).poll()), CallError::Failed("down".to_owned()));
    assert_eq!(breaker.snapshot().failures, 1);
}
