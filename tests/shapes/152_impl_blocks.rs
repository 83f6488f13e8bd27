// 152 | edition 2018 | the attribute on an `impl` block, whatever else stands on it and in it
use breaker_runtime::{Config, ConfigBuilder};
use std::{fmt::Debug, io};

fn rules() -> ConfigBuilder { Config::builder().failure_threshold(3) }

struct S<'a, T> { value: &'a T, many: u8 }

/// Documented.
#[allow(dead_code)]
#[::breaker_runtime::circuit_breaker(config = rules, jitter = 0.1)]
#[rustfmt::skip]
impl<'a, T> S<'a, T>
where
    T: Debug + Clone,
{
    #![allow(clippy::needless_lifetimes)]
    const MANY: u8 = 3;
    /// A method.
    #[inline]
    #[::breaker_runtime::circuit_breaker]
    pub(crate) fn get(&self) -> io::Result<&'a T> { #[allow(unused)] let attributes_in_bodies = [1]; Ok(self.value) }
    #[must_use = "it is"]
    #[::breaker_runtime::circuit_breaker(failure_threshold = 2, fallback = |_| Ok(Self::MANY))]
    pub fn many(&self) -> io::Result<u8> { Ok(self.many * 1) }
    #[cfg(any())]
    #[::breaker_runtime::circuit_breaker]
    fn absent(&self) -> NoSuchType { absent }
    fn plain<'b>(&'b self) -> &'b u8 { &self.many }
}

trait Get { const ONE: u8; type Value; fn get(&self) -> io::Result<Self::Value>; unsafe fn raw(&self) -> io::Result<u8>; }

#[::breaker_runtime::circuit_breaker(failure_threshold = 2,)]
impl Get for u8 {
    const ONE: u8 = 1;
    type Value = u8;
    #[::breaker_runtime::circuit_breaker(jitter = 0.2,)]
    fn get(&self) -> io::Result<Self::Value> { Ok(*self) }
    #[::breaker_runtime::circuit_breaker()]
    unsafe fn raw(&self) -> io::Result<u8> { Ok(*self + Self::ONE) }
}

macro_rules! methods { ($($name:ident = $value:expr),*) => {
    struct Made;
    #[::breaker_runtime::circuit_breaker(half_open_max_calls = 1 + 1)]
    impl Made { $(
        #[::breaker_runtime::circuit_breaker]
        fn $name(&self) -> io::Result<u8> { Ok(2 * $value) }
    )* }
} }
methods!(one = 1 + 1, two = 2);

fn main() {
    let s = S { value: &"text", many: 7 };
    assert_eq!((*s.get().unwrap(), s.many().unwrap(), *s.plain()), ("text", 7, 7));
    assert_eq!((Get::get(&3).unwrap(), unsafe { 3.raw() }.unwrap()), (3, 4));
    assert_eq!((Made.one().unwrap(), Made.two().unwrap()), (4, 4));
}
