//! The key of a keyed breaker or of a cache, found by method lookup: text as it is, else what it is shown as.

use std::{fmt, ops::Deref};

use crate::family;

/// A key that stands in generated code.
#[derive(Debug)]
pub struct Key<'a, T: ?Sized>(Shown<'a, T>);

/// A key that is not text.
#[derive(Debug)]
pub struct Shown<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Key<'a, T> {
    /// The key that this value is.
    #[inline]
    #[must_use]
    pub fn of(value: &'a T) -> Self {
        Self(Shown(value))
    }
}

impl<'a, T: ?Sized> Deref for Key<'a, T> {
    type Target = Shown<'a, T>;

    #[inline]
    fn deref(&self) -> &Shown<'a, T> {
        &self.0
    }
}

impl<'a, T: AsRef<str> + ?Sized> Key<'a, T> {
    /// The text that it is.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.0.0.as_ref()
    }
}

impl<T: ?Sized> Shown<'_, T> {
    /// The text that it is shown as.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &dyn fmt::Display
    where
        T: Showable,
    {
        self
    }
}

/// Anything that can be written as text.
#[diagnostic::on_unimplemented(
    message = "a key is `AsRef<str>` or `Display`, and `{Self}` is neither",
    label = "cannot be a key",
    note = "write an expression over the arguments that is text or a number: `key = request.host()`, or of several \
            `key = format!(\"{{a}}/{{b}}\")`"
)]
pub trait Showable {
    /// Writes it.
    ///
    /// # Errors
    /// As `Display`.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

#[diagnostic::do_not_recommend]
impl<T: fmt::Display + ?Sized> Showable for T {
    #[inline]
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl<T: Showable + ?Sized> fmt::Display for Shown<'_, T> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

/// What a key's text may be: text itself, for which nothing is formatted, or what is shown as text.
pub trait KeyText {
    /// Hands the text on.
    fn with<T>(self, take: impl FnOnce(&str) -> T) -> T;
}

impl KeyText for &str {
    #[inline]
    fn with<T>(self, take: impl FnOnce(&str) -> T) -> T {
        take(self)
    }
}

impl KeyText for &dyn fmt::Display {
    #[inline]
    fn with<T>(self, take: impl FnOnce(&str) -> T) -> T {
        take(family::Key::of(self).as_str())
    }
}

/// A key that outlives the arguments.
#[inline]
pub fn owned(text: impl ToString) -> String {
    text.to_string()
}
