//! A shadowed prelude, names of the macro's own, and functions that `macro_rules!` makes, with every kind of option.
#![forbid(unsafe_code, unused)]
#![no_implicit_prelude]

macro_rules! guarded {
    ($name:ident, $rate:literal, $window:expr, $ttl:literal, $key:expr, $instead:path, $word:ident) => {
        #[::breaker_runtime::circuit_breaker(
            failure_rate = $rate, window = $window, min_calls = 1, on_cancel = $word,
            key = $key, cache(key = $key, ttl = $ttl), fallback = $instead, clone(breaker),
        )]
        async fn $name(host: &str, breaker: ::std::string::String) -> ::std::io::Result<usize> {
            let (slot, keyed, permit) = (1, 2, 3);
            ::std::result::Result::Ok(host.len() + breaker.len() + slot + keyed + permit)
        }
    };
}

fn instead(_: &str, _: ::std::string::String) -> ::std::io::Result<usize> {
    ::std::result::Result::Ok(0)
}

guarded!(count, 0.5, 10, "1m", "everything", instead, ignore);
guarded!(time, 1, ::std::time::Duration::from_secs(1), "1m", 'k', instead, failure);

mod shadowed {
    #![expect(non_camel_case_types, reason = "shadows")]
    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct str;
    pub(crate) mod core {}
    pub(crate) mod std {}

    #[::breaker_runtime::circuit_breaker(key = cached_as, cache(key = slot, ttl = "1s"), clone(cached_as), fallback = |_| {
        let _ = cached_as;
        ::std::io::Result::Ok(0)
    })]
    pub(crate) fn get(cached_as: ::std::string::String, slot: u8) -> ::std::io::Result<u8> {
        let _ = (Result, Option, Ok, Err, Some, None, str);
        ::std::mem::drop(cached_as);
        ::std::result::Result::Ok(slot)
    }
}

fn main() {
    ::std::mem::drop((count("a", ::std::string::String::new()), time("a", ::std::string::String::new())));
    ::std::assert_eq!(shadowed::get(::std::convert::From::from("a"), 3).unwrap(), 3);
}
