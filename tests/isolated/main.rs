//! Tests with a registry of their own each, and of how that works.

mod bounds;
mod modes;
mod patterns;
mod scopes;
mod steered;
mod together;
