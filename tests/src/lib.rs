//! Tests of `breaker-runtime`, kept apart so that their heavy dependencies stay out of it.

/// The README's snippets are doc-tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The guide's snippets are doc-tests, one of them of `testing::isolated`.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../breaker-runtime/docs/guide.md")]
pub struct Guide;
