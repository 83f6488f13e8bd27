//! The `#[circuit_breaker]` attribute of `breaker-runtime`, which re-exports it; use it from there.

/// `quote!` whose names the user's code cannot meet: locals are hygienic, and the runtime is named absolutely.
macro_rules! generated {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}

mod expand;
mod fallback;
mod function;
mod judge;
mod options;
mod returned;
mod setting;
mod site;
mod suggest;
mod value;

/// Guards a function with a circuit breaker.
///
/// ```ignore
/// #[circuit_breaker(name = "user-service", failure_threshold = 3, fallback = cached_user)]
/// async fn fetch_user(id: u64) -> Result<User, ApiError> { /* … */ }
/// ```
///
/// It goes on any sync or async function or method, and on one that returns `impl Future`, `Pin<Box<dyn Future>>` or
/// `BoxFuture`. The signature stays as it is. While the circuit is open the
/// function is not called: the fallback answers, or the call returns `Err(E::from(CircuitOpen { .. }))`.
///
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `name` | string literal | `module_path!()::fn` | identity: functions that name the same breaker share it |
/// | `failure_threshold` | integer ≥ 1 | 5 | consecutive failures that open the circuit |
/// | `recovery_timeout` | duration | `"60s"` | time open before probes are admitted |
/// | `half_open_max_calls` | integer ≥ 1 | 3 | probes admitted per half-open episode |
/// | `success_threshold` | integer ≥ 1 | 3 | successes that close; at most `half_open_max_calls` |
/// | `probe_timeout` | duration | `recovery_timeout` | with all permits out and no probe admitted for this long, a fresh episode starts |
/// | `failure_if` | path or closure, `Fn(&R) -> bool` | `Err` | what is a failure, by the whole return value |
/// | `ignore_if` | path or closure, `Fn(&E) -> bool` | none | errors that say nothing about the dependency; asked first |
/// | `fallback` | path, or closure of one argument | none | answers a refused call, or one that failed |
/// | `fallback_on` | `rejected`, `any` | `any` | run the fallback only when refused, or also after a failure |
/// | `clone` | `clone(arg, …)` | none | arguments to clone for the fallback, because the body consumes them |
/// | `handle` | `ident`, or `Self::ident` in an impl | none | an accessor `fn ident() -> &'static CircuitBreaker` |
/// | `breaker` | path to a `static` | none | guard with that breaker; no breaker option beside it |
/// | `crate` | path | `::breaker_runtime` | where the runtime is |
///
/// A duration is `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"1m30s"`, or an expression of type `Duration`; a number is a
/// literal, checked at compile time, or any other constant expression.
///
/// # Fallback
/// A path is called with the function's own arguments (a method's with the receiver first: `Self::cached`). Under an
/// async function it may be sync or async. A closure gets a `CallError`, and the arguments are in scope; under an async
/// function it may `.await`. After a failure the fallback gets what the body left of the arguments: where the body
/// consumed one, rustc says E0382 at the fallback, and `clone(arg)` or `fallback_on = rejected` is the way out.
///
/// A function that is not `async` but returns a future gives its arguments to that future at once; the circuit is asked
/// at the first poll. So its fallback is a closure.
///
/// An ignored error is returned as it is. So is an `Ok` that `failure_if` calls a failure, where the fallback is a
/// closure: there is no error to hand to it.
#[proc_macro_attribute]
pub fn circuit_breaker(options: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::circuit_breaker(options.into(), item.into()).into()
}
