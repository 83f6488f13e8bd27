//! One binary for all behaviour tests, a module a subject.

mod attribute;
mod attribute_defects;
mod auto_traits;
mod cached;
mod config;
mod conformance;
mod control;
mod counting;
mod defects;
mod family;
mod flapping;
mod half_open;
mod health;
mod invariant;
mod keyed;
mod listeners;
mod model;
mod neighbours;
mod options;
mod registry;
mod returned;
mod serialized;
mod settings;
mod support;
mod threads;
mod time;
