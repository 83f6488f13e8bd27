//! How a value is counted, and what becomes of a failure and of a rejection.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::{
    expand::{
        Expansion,
        spans::{at, hygienic_at},
    },
    options::value::Fallback,
};

impl Expansion {
    /// The closure that says how a value is counted.
    pub(super) fn judge(&self) -> TokenStream {
        let Self { options, runtime, .. } = self;
        let span = hygienic_at(self.function.output_span());
        let value = Ident::new("value", span);
        let kind = quote_spanned!(span=> #runtime::__private::Kind::of(#value));
        let judged = match &options.failure_if {
            None => quote_spanned!(span=> #kind.judge(#value)),
            Some(failure_if) => {
                let known = quote_spanned!(span=> #kind.judgeable());
                generated!({ #known; #runtime::__private::verdict_if(#value, #failure_if) })
            }
        };
        let judged = match &options.ignore_if {
            None => judged,
            Some(ignore_if) => {
                let ignored = self.callee_at_output("ignored");
                generated! {
                    if #ignored(#value, #ignore_if) { #runtime::__private::Judged::Ignored } else { #judged }
                }
            }
        };
        generated! {
            |#value| #runtime::__private::unless_rejected(#kind.error(#value).rejection(), || #judged)
        }
    }

    /// What becomes of a failed value: a path takes the arguments and needs none of it, a closure gets the error.
    pub(super) fn failed(&self, fallback: &Fallback) -> TokenStream {
        let runtime = &self.runtime;
        match fallback {
            Fallback::Path(_) => generated!(::core::result::Result::Err),
            Fallback::Closure(_) => generated!(|value| #runtime::__private::Kind::of(&value).into_failed(value)),
        }
    }

    /// The error of a closure that is asked about rejections only: no value is there to tell its type.
    pub(super) fn rejection_error(&self, fallback: &Fallback) -> TokenStream {
        let Self { runtime, error, .. } = self;
        match fallback {
            Fallback::Path(_) => generated!(let _ = rejection;),
            Fallback::Closure(_) => {
                let output = &self.output;
                generated! {
                    let #error = #runtime::__private::rejection_error_like(
                        rejection,
                        ::core::option::Option::None::<#output>
                            .map(|value| #runtime::__private::Kind::of(&value).into_failed(value)),
                    );
                }
            }
        }
    }

    /// The return value that `rejection` becomes.
    pub(super) fn rejected(&self) -> TokenStream {
        let span = hygienic_at(self.function.output_span());
        let rejected = self.callee_at_output("rejected");
        quote_spanned!(span=> #rejected(rejection))
    }

    /// A function of the runtime's, shown on the return type: there stands what rustc says of it.
    pub(super) fn callee_at_output(&self, name: &str) -> TokenStream {
        let start = hygienic_at(self.function.output_span());
        let last = self.function.sig.output.to_token_stream().into_iter().last();
        let end = last.map_or(start, |token| hygienic_at(token.span()));
        let runtime = at(&self.runtime, start);
        let name = Ident::new(name, end);
        quote_spanned!(start=> #runtime::__private::#name)
    }
}
