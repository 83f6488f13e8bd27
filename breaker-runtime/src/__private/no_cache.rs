//! What `cache(…)` is without the feature: a message.

/// Stands where the attribute wants a cache.
#[doc(hidden)]
#[macro_export]
macro_rules! __breaker_cache {
    ($($code:tt)*) => {
        ::core::compile_error!("`cache` needs the feature `cache` of `breaker-runtime`")
    };
}
