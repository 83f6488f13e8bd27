//! The contract of a tower service, kept by the layer in every place of a stack. No test sleeps: services are polled by
//! hand, and time is moved.

mod bounds;
mod clones;
mod futures;
mod half_open;
mod judgement;
mod keys;
mod panics;
mod readiness;
mod stack;
mod support;
mod whole_body;
