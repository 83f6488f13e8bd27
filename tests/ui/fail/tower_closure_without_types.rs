//! A closure for the verdict of a layer needs the type of its argument.

use breaker_runtime::{CircuitBreaker, Verdict, integration::tower::CircuitBreakerLayer};
use tower::{Layer, Service, service_fn};

fn main() {
    let breaker = CircuitBreaker::new("users", breaker_runtime::Config::default());
    let layer = CircuitBreakerLayer::new(breaker).verdict(|result| match result {
        Ok(answer) if answer.is_empty() => Verdict::Failure,
        _ => Verdict::Success,
    });
    let client = service_fn(|_: u32| async { Ok::<String, std::io::Error>(String::new()) });
    let _answer = layer.layer(client).call(7);
}
