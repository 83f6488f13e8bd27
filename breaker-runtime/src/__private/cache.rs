//! A guarded call whose last good value answers when it is rejected, or fails.

use std::{fmt, time::Duration};

use once_cell::sync::OnceCell;

use crate::{
    breaker::CircuitBreaker, error::CallError, guarded_call::GuardedCall, rejection::Rejection, totals::Total,
};

use self::values::{Key, Values};
use super::{failed::Failed, judge::Judge, judged::Judged, rejected::rejection_error};

mod values;

/// How many values a cache keeps, if `capacity` does not say it.
pub const CACHE_CAPACITY: usize = 1000;

/// Stands where the attribute wants a cache.
#[doc(hidden)]
#[macro_export]
macro_rules! __breaker_cache {
    ($($code:tt)*) => { $($code)* };
}

/// A static in the annotated function: the values that it returned.
pub struct CacheSite {
    values: OnceCell<Values>,
    ttl: fn() -> Duration,
    capacity: fn() -> usize,
}

impl CacheSite {
    /// An empty cache.
    #[must_use]
    pub const fn new(ttl: fn() -> Duration, capacity: fn() -> usize) -> Self {
        Self { values: OnceCell::new(), ttl, capacity }
    }

    fn values(&'static self) -> &'static Values {
        let values = self.place();
        values.get().unwrap_or_else(|| {
            // The user's expressions, before the one-time initialisation: they may call the annotated function.
            let (ttl, capacity) = ((self.ttl)(), (self.capacity)());
            values.get_or_init(|| Values::new(ttl, capacity))
        })
    }

    /// Where the values are kept: a test's own place, if it is isolated.
    fn place(&'static self) -> &'static OnceCell<Values> {
        #[cfg(feature = "testing")]
        if let Some(own) = crate::registry::isolated::stand_in(self) {
            return own;
        }
        &self.values
    }
}

impl fmt::Debug for CacheSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheSite").finish_non_exhaustive()
    }
}

/// A return value that can be kept.
#[diagnostic::on_unimplemented(
    message = "`cache` keeps the `Ok` value of a `Result`, and this function returns `{Self}`",
    label = "is no `Result`",
    note = "return a `Result`, or remove `cache`"
)]
pub trait Cacheable: Sized {
    /// The key of this type's values.
    fn key(text: String) -> CacheKey;

    /// Keeps the value of an answer, or takes away what was kept if the answer has none.
    fn put(&self, site: &'static CacheSite, key: CacheKey, breaker: &CircuitBreaker);

    /// The value as a success.
    fn get(site: &'static CacheSite, key: &CacheKey, breaker: &CircuitBreaker) -> Option<Self>;
}

/// A key with the type of its value.
#[derive(Clone)]
pub struct CacheKey(Key);

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheKey").finish_non_exhaustive()
    }
}

/// A value that can be kept, to answer later.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached: it is not `Clone + Send + Sync + 'static`",
    label = "cannot be cached",
    note = "`cache` keeps a clone of the `Ok` value, and hands clones of that to any thread: derive `Clone`, return an `Arc`, \
            or write `Clone + Send + Sync + 'static` at a type parameter"
)]
pub trait Storable: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Storable for T {}

impl<T: Storable, E> Cacheable for Result<T, E> {
    fn key(text: String) -> CacheKey {
        CacheKey(Key::of::<T>(text))
    }

    fn put(&self, site: &'static CacheSite, key: CacheKey, breaker: &CircuitBreaker) {
        match self {
            Ok(value) => site.values().put(key.0, value.clone(), breaker.machine().moment()),
            // Not found, say: an outage must not serve what is not there any more.
            Err(_) => site.values().remove(&key.0),
        }
    }

    fn get(site: &'static CacheSite, key: &CacheKey, breaker: &CircuitBreaker) -> Option<Self> {
        site.values().get(&key.0, || breaker.machine().moment()).map(Ok)
    }
}

/// Where the value of one call is kept. Its methods do what the functions of the same name do, and the cache's part.
// Only what makes it asks that `R` is cacheable: so a type that is not is one mistake, on the return type.
#[derive(Debug)]
pub struct Slot<'a, R> {
    site: &'static CacheSite,
    breaker: &'a CircuitBreaker,
    key: CacheKey,
    put: fn(&R, &'static CacheSite, CacheKey, &CircuitBreaker),
    get: fn(&'static CacheSite, &CacheKey, &CircuitBreaker) -> Option<R>,
}

/// The slot of a call.
pub fn slot<'a, R: Cacheable>(site: &'static CacheSite, breaker: &'a CircuitBreaker, key: String) -> Slot<'a, R> {
    Slot { site, breaker, key: R::key(key), put: R::put, get: R::get }
}

impl<R> Slot<'_, R> {
    /// The kept value, if it is young enough. It is counted.
    #[must_use]
    pub fn cached(&self) -> Option<R> {
        let value = (self.get)(self.site, &self.key, self.breaker)?;
        self.breaker.machine().count(Total::Cached);
        Some(value)
    }

    /// The dependency answered: its value is kept, or what was kept is no longer true.
    fn answered(self, value: &R) {
        (self.put)(value, self.site, self.key, self.breaker);
    }

    /// As [`call`](super::call).
    pub fn call<'a>(
        self,
        breaker: &'a CircuitBreaker,
        body: impl FnOnce() -> R,
        judge: impl Judge<R>,
        rejected: impl FnOnce(Rejection<'a>) -> R,
    ) -> R {
        match breaker.admit() {
            Ok(call) => self.run(call, body, judge),
            Err(rejection) => self.cached().unwrap_or_else(|| rejected(rejection)),
        }
    }

    /// As [`run`](super::run).
    pub fn run(self, call: GuardedCall<'_>, body: impl FnOnce() -> R, judge: impl Judge<R>) -> R {
        let (call, value) = call.run_body(body);
        self.settle(call, value, judge)
    }

    /// As [`call_or_fail`](super::call_or_fail).
    ///
    /// # Errors
    /// The rejected or failed call's, if nothing is kept.
    pub fn call_or_fail<E>(
        self,
        breaker: &CircuitBreaker,
        body: impl FnOnce() -> R,
        judge: impl Judge<R>,
        into_failed: impl FnOnce(R) -> Failed<R, E>,
    ) -> Result<R, CallError<E>> {
        match breaker.admit() {
            Ok(call) => {
                let (call, value) = call.run_body(body);
                self.settle_or_fail(call, value, judge, into_failed)
            }
            Err(rejection) => self.cached().map_or_else(|| Err(rejection_error(rejection)), Ok),
        }
    }

    /// As [`call_settled`](super::call_settled). A kept value takes the place of one that is left out.
    pub fn call_settled(self, breaker: &CircuitBreaker, body: impl FnOnce() -> R, judge: impl Judge<R>) -> Option<R> {
        match breaker.admit() {
            Ok(call) => {
                let (call, value) = call.run_body(body);
                self.settled(call, value, judge)
            }
            Err(_) => self.cached(),
        }
    }

    /// As [`settled`](super::settled). A kept value takes the place of a failed one.
    pub fn settled(self, call: GuardedCall<'_>, value: R, judge: impl Judge<R>) -> Option<R> {
        match judge.settle(call, &value) {
            Judged::Success | Judged::Ignored => {
                self.answered(&value);
                Some(value)
            }
            Judged::Failure | Judged::FailureFor(_) | Judged::Rejected(_) => self.cached(),
        }
    }

    /// As [`settle`](super::settle).
    pub fn settle(self, call: GuardedCall<'_>, value: R, judge: impl Judge<R>) -> R {
        match judge.settle(call, &value) {
            Judged::Success | Judged::Ignored => {
                self.answered(&value);
                value
            }
            Judged::Failure | Judged::FailureFor(_) | Judged::Rejected(_) => self.cached().unwrap_or(value),
        }
    }

    /// As [`settle_or_fail`](super::settle_or_fail).
    ///
    /// # Errors
    /// The failed call's, if nothing is kept.
    pub fn settle_or_fail<E>(
        self,
        call: GuardedCall<'_>,
        value: R,
        judge: impl Judge<R>,
        into_failed: impl FnOnce(R) -> Failed<R, E>,
    ) -> Result<R, CallError<E>> {
        match judge.settle(call, &value) {
            Judged::Success | Judged::Ignored => {
                self.answered(&value);
                Ok(value)
            }
            Judged::Failure | Judged::FailureFor(_) => {
                self.cached().map_or_else(|| into_failed(value).into_result(), Ok)
            }
            Judged::Rejected(open) => self.cached().map_or_else(|| Err(CallError::Open(open.clone())), Ok),
        }
    }
}
