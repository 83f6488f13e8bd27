//! Tests of `breaker-runtime`, kept apart so that their heavy dependencies stay out of it.
