//! One binary for all behaviour tests, a module a subject.

mod conformance;
mod control;
mod counting;
mod defects;
mod half_open;
mod invariant;
mod listeners;
mod registry;
mod support;
mod time;
