//! The engine on Redis: one connection, on which it asks and is told.

pub(crate) use self::engine::RedisEngine;

pub(crate) mod address;
pub(crate) mod decode;
mod engine;
mod sentinel;
mod session;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
#[cfg(feature = "redis-tls")]
mod tls;
