//! What an engine may send: bytes of a connection, through the decoder, into a node.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breaker_runtime::fleet::fuzz::connection(bytes));
