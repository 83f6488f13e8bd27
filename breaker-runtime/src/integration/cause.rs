//! An error as a `dyn Error`, whatever the type that it comes in.

use std::error::Error;

/// What lends a `dyn Error`. `Via` is inferred: there is one for each kind, since one impl for all of them would overlap.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that can be looked into",
    label = "neither a `std::error::Error` nor a box of one",
    note = "known are errors that implement `std::error::Error`, boxed errors and `anyhow::Error`",
    note = "for another one write a `fn` of your own for the verdict"
)]
pub trait Cause<Via> {
    fn cause(&self) -> &(dyn Error + 'static);
}

/// It is an [`Error`].
#[derive(Debug)]
pub struct ViaError;

/// It shows one, and goes to other threads with it: `Box<dyn Error + Send + Sync>`, `anyhow::Error`.
#[derive(Debug)]
pub struct ViaBox;

/// It is a boxed one that stays on its thread.
#[derive(Debug)]
pub struct ViaLocalBox;

impl<E: Error + 'static> Cause<ViaError> for E {
    fn cause(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl<E: AsRef<dyn Error + Send + Sync>> Cause<ViaBox> for E {
    fn cause(&self) -> &(dyn Error + 'static) {
        self.as_ref()
    }
}

impl Cause<ViaLocalBox> for Box<dyn Error> {
    fn cause(&self) -> &(dyn Error + 'static) {
        &**self
    }
}
