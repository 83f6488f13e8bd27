//! The `#[circuit_breaker]` attribute of `breaker-runtime`, which re-exports it; use it from there.

/// `quote!` whose names the user's code cannot meet: locals are hygienic, and the runtime is named absolutely.
macro_rules! generated {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}

mod expand;
mod function;
mod options;

/// The options of `#[circuit_breaker]`, which goes above a function, or above an `impl` block to give defaults to its
/// methods:
///
/// ```ignore
/// #[circuit_breaker(name = "user-service", failure_threshold = 3, fallback = cached_user)]
/// async fn fetch_user(id: u64) -> Result<User, ApiError> { /* … */ }
/// ```
///
/// ## What opens the circuit
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `failure_threshold` | integer ≥ 1 | 5 | consecutive failures that open; off if a `failure_rate` is given alone |
/// | `failure_rate` | over 0.0, at most 1.0 | off | share of failures in the window that opens |
/// | `window` | integer, or duration | 100 | how far the rates look back: the last so many calls, or the last so long |
/// | `min_calls` | integer ≥ 1 | 10, or the window if it is smaller | calls in the window before a rate is judged |
/// | `slow_call_duration` | duration | off | a call that takes longer is slow |
/// | `slow_call_rate` | over 0.0, at most 1.0 | 1.0 | share of slow calls in the window that opens |
/// | `verdict` | path or closure, `Fn(&R) -> Verdict` | `Err` is a failure | success, failure or ignored, by the whole return value |
/// | `failure_if` | path or closure, `Fn(&R) -> bool` | `Err` | what is a failure, by the whole return value |
/// | `ignore_if` | path or closure, `Fn(&E) -> bool` | none | errors that say nothing about the dependency (a bad argument, a local limit); asked first |
/// | `retry_after` | path or closure, `Fn(&R) -> Option<Duration>` | none | asked about a failure: `Some(wait)` opens at once, for the longer of it and the back-off's wait, at most `max_recovery_timeout` |
/// | `on_cancel` | `ignore`, `failure` | `ignore` | what a future counts as that is dropped before its end |
///
/// ## How it recovers
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `recovery_timeout` | duration | `"60s"` | time open before probes are admitted |
/// | `backoff_multiplier` | number ≥ 1.0 | 1.0 | each further opening without a recovery multiplies the wait |
/// | `max_recovery_timeout` | duration | 10 × `recovery_timeout` | the longest wait |
/// | `jitter` | 0.0 to 1.0 | 0.0 | the wait is shortened by up to this share, drawn once per opening |
/// | `half_open_max_calls` | integer ≥ 1 | 3, or `success_threshold` if that is more and nothing grows | probes admitted per half-open episode |
/// | `half_open_growth` | 0 to 65535 | 0 | each probe that succeeds admits this many more: 1 keeps the number in flight, 2 doubles it (3, 6, 12 …) |
/// | `success_threshold` | integer ≥ 1 | 3, or `half_open_max_calls` if that is less | successes that close; at most `half_open_max_calls` unless that grows |
/// | `probe_timeout` | duration | `slow_call_duration` if given, else `"30s"` or `recovery_timeout`, whichever is longer | a half-open episode whose probes brought no answer for this long has failed: open again, and the back-off counts it |
///
/// ## Who answers instead
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `fallback` | path, or closure of one argument | none | answers a rejected call, or one that failed |
/// | `open_error` | path or closure, `Fn(CircuitOpen) -> E` | `From<CircuitOpen>` | the error of a rejected call; with a `cache`, if nothing is kept |
/// | `fallback_on` | `rejected`, `any` | `any` | run the fallback only when rejected, or also after a failure |
/// | `cache` | `cache(key = expr, ttl = "300s", capacity = 1000)` | none | the last good value of the same key answers first; `capacity` is 1000 by default |
/// | `clone` | `clone(arg, …)` | none | arguments to clone for the fallback, because the body consumes them |
///
/// ## Which breaker it is
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `name` | string literal, `concat!(…)`, or path to a `const` of type `&'static str` | `module_path!()::fn` | identity: functions that name the same breaker share it |
/// | `config` | path to a `fn() -> ConfigBuilder` | none | settings to start from; the options beside it override them |
/// | `key` | expression over the arguments | none | one breaker for each key, `name[key]`; the key is `AsRef<str>` or `Display` |
/// | `max_keys` | integer ≥ 1 | 1024 | how many keys are kept at most |
/// | `breaker` | expression: a static, `self.breaker`, `self.pool.breaker()` | none | guard with that breaker, or with a `key` that family |
/// | `handle` | `ident`, or `Self::ident` in an impl | none | an accessor `fn ident() -> &'static CircuitBreaker`, with a `key` `CircuitBreakerFamily` |
/// | `crate` | path | `::breaker_runtime` | where the runtime is |
///
/// A key is evaluated once per call, before the body, and borrows the arguments only meanwhile. That of a `cache` is text
/// or `Display` too.
///
/// ## Values
/// A duration is `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"1m30s"` (the units are `ns`, `us`, `ms`, `s`, `m`, `h` and `d`), or
/// an expression of type `Duration`. A count is an integer, a share and a factor are a number with a point (`1` is taken
/// for `1.0`). Literals are checked at compile time, and so are paths to constants; one that begins with `Self` is written
/// with the type's name. Any other expression is evaluated, and checked, when the breaker is made, at the first call. If
/// one is out of range, the breaker has the default settings, all of them, and the mistake is among
/// `registry().conflicts()`. The expressions and `config` run before the breaker is made, and may be run by several threads
/// at once, of which one makes it.
///
/// ## A breaker of your own
/// `breaker` is a `CircuitBreaker`, or an `Arc`, a reference or a `LazyLock` of one; with a `key` it is a family of them. It
/// is evaluated once a call, before the body. Under `&self`, and where no receiver is, it is borrowed. Where the body may
/// change or consume what it is a part of (`&mut self`, `self`, an argument by value), and where a future is returned, it is
/// a static, an `Arc<CircuitBreaker>` or a `&'static CircuitBreaker`, and is cloned. With a `key` it is borrowed for the
/// look-up alone, so any form will do.
///
/// ## What excludes what
/// | option | not beside | because |
/// |---|---|---|
/// | `breaker` | `name`, `config`, `max_keys`, `handle`, every setting | the breaker has its own |
/// | `verdict` | `failure_if`, `ignore_if` | it says it all, by the whole value |
/// | `open_error` | `fallback` | that answers a rejected call |
///
/// Settings are the options from `failure_threshold` to `slow_call_rate`, those of the recovery, and `on_cancel`.
///
/// ## On an `impl` block
/// The options are defaults for the methods in it that carry `#[circuit_breaker]` themselves; other methods are left alone.
/// A method's own option wins, and removes the defaults that it excludes. A `name` means one circuit for all of them. No
/// defaults are `handle`, `key`, `max_keys`, `cache`, `clone`, and a `fallback` by path.
///
/// ## Fallback
/// A path is called with the function's own arguments (a method's with the receiver first: `Self::cached`). Under an
/// async function it may be sync or async. A closure gets a `CallError`, and the arguments are in scope; under an async
/// function it may `.await`. After a failure the fallback gets what the body left of the arguments, as the caller passed
/// them: where the body consumed one, or has it as `mut`, rustc says E0382 at the fallback. `clone(arg)` or
/// `fallback_on = rejected` is the way out; the latter, or a closure without the argument, is it where the returned value
/// borrows an argument mutably (a message of this attribute's, or E0499, E0501, E0502, E0505).
///
/// A function that is not `async` but returns a future gives its arguments to that future at once; the circuit is asked
/// at the first poll. So its fallback is a closure.
///
/// What a fallback answers opens nothing. It is totalled as `fallback_failures`, unless it ends in a value that the
/// function's own judgement calls a success: a closure that leaves the function by `?` or `return` is not judged.
///
/// With a `cache`, a success keeps a clone of its `Ok` value. A call that is rejected, or fails, returns the value of its
/// key if that is younger than `ttl`; else the fallback runs. This takes the feature `cache` of `breaker-runtime`.
///
/// An ignored error is returned as it is. So is an `Ok` that `failure_if` or `verdict` calls a failure, where the fallback is a
/// closure: there is no error to hand to it. A path is asked, and so is the `cache`.
#[proc_macro_attribute]
pub fn circuit_breaker(options: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::circuit_breaker(options.into(), item.into()).into()
}
