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
    /// // Output: fallback(breaker).settle::<R>({ cached(id) }, &judge)
    /// // Input:  fallback = |error| panic!("{error}")
    /// // Output: fallback(breaker).settle::<R>(match None::<R> { Some(value) => value, None => { panic!("{error}") } }, &judge)
    /// ```
    ///
    /// The guard is made before the answer, since a closure may leave the function by `?`. It may also never end; but as
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
            #runtime::__private::#counted(#breaker).settle::<#output>(#answer, #judge)
        }
    }
}
