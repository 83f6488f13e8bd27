//! The code that counts what a fallback answers.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::{
    expand::{Expansion, spans::repeated},
    options::value::Fallback,
};

impl Expansion {
    /// ```text
    /// // Input:  fallback = cached
    /// // Output: let fallback = fallback(breaker); let answer: R = { cached(id) }; fallback.settle(answer, &judge)
    /// // Input:  fallback = |error| panic!("{error}")
    /// // Output: let fallback = fallback(breaker);
    /// //         let answer: R = match None::<R> { Some(value) => value, None => { panic!("{error}") } };
    /// //         fallback.settle(answer, &judge)
    /// ```
    ///
    /// The guard stands before the answer, since a closure may leave the function by `?`. It may also never end; but as
    /// far as lints know the first arm does, so that none says that the last line is not reached.
    pub(super) fn counted(&self, fallback: &Fallback, answer: &TokenStream) -> TokenStream {
        let Self { runtime, breaker, output, .. } = self;
        let (judge, none, output) = (self.judge(), self.none(), repeated(output.to_token_stream()));
        let answer = match fallback {
            Fallback::Path(_) => generated!({ #answer }),
            Fallback::Closure(_) => generated! {
                match #none {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => { #answer }
                }
            },
        };
        let counted = self.named_at("fallback", "fallback");
        generated! {
            let fallback = #runtime::__private::#counted(#breaker);
            let answer: #output = #answer;
            fallback.settle(answer, #judge)
        }
    }
}
