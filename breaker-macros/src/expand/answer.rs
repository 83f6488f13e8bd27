//! The code that counts what a fallback answers.

use proc_macro2::TokenStream;

use crate::expand::Expansion;

impl Expansion {
    /// ```text
    /// // Input:  cached(id)
    /// // Output: let fallback = fallback(breaker); let answer: R = { cached(id) }; fallback.settle(answer, &judge)
    /// ```
    ///
    /// The guard stands before the answer, since a closure may leave the function by `?`.
    pub(super) fn counted(&self, answer: &TokenStream) -> TokenStream {
        let Self { runtime, breaker, output, .. } = self;
        let judge = self.judge();
        generated! {
            let fallback = #runtime::__private::fallback(#breaker);
            let answer: #output = { #answer };
            fallback.settle(answer, #judge)
        }
    }
}
