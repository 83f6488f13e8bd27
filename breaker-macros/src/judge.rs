//! How a value is counted, and what becomes of a failure and of a refusal.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::{expand::Expansion, value::Fallback};

impl Expansion {
    /// The closure that says how a value is counted.
    pub(crate) fn judge(&self) -> TokenStream {
        let Self { options, runtime, .. } = self;
        let span = Span::mixed_site().located_at(self.function.output_span());
        let value = Ident::new("value", span);
        let verdict = match &options.failure_if {
            None => quote_spanned!(span=> #runtime::__private::Kind::of(#value).verdict(#value)),
            Some(failure_if) => {
                let known = quote_spanned!(span=> #runtime::__private::Kind::of(#value).judgeable());
                generated!({ #known; #runtime::__private::verdict_if(#value, #failure_if) })
            }
        };
        match &options.ignore_if {
            None => generated!(|#value| #verdict),
            Some(ignore_if) => {
                let ignored = self.at_output("ignored");
                generated! {
                    |#value| if #ignored(#value, #ignore_if) {
                        #runtime::Verdict::Ignored
                    } else {
                        #verdict
                    }
                }
            }
        }
    }

    /// What becomes of a failed value: a path takes the arguments and needs none of it, a closure gets the error.
    pub(crate) fn split(&self, fallback: &Fallback) -> TokenStream {
        let runtime = &self.runtime;
        match fallback {
            Fallback::Path(_) => generated!(::core::result::Result::Err),
            Fallback::Closure(_) => generated!(|value| #runtime::__private::Kind::of(&value).into_failed(value)),
        }
    }

    /// The error of a closure that is asked about refusals only: no value is there to tell its type.
    pub(crate) fn refusal(&self, fallback: &Fallback) -> TokenStream {
        let Self { runtime, error, .. } = self;
        match fallback {
            Fallback::Path(_) => generated!(let _ = open;),
            Fallback::Closure(_) => {
                let output = &self.output;
                generated! {
                    let #error = #runtime::__private::refusal(
                        open,
                        ::core::option::Option::None::<#output>
                            .map(|value| #runtime::__private::Kind::of(&value).into_failed(value)),
                    );
                }
            }
        }
    }

    /// The return value that the refusal `open` becomes.
    pub(crate) fn refused(&self) -> TokenStream {
        let span = Span::mixed_site().located_at(self.function.output_span());
        let refused = self.at_output("refused");
        quote_spanned!(span=> #refused(open))
    }

    /// A function of the runtime's, shown on the return type: there stands what rustc says of it.
    pub(crate) fn at_output(&self, name: &str) -> TokenStream {
        let start = Span::mixed_site().located_at(self.function.output_span());
        let last = self.function.sig.output.to_token_stream().into_iter().last();
        let end = last.map_or(start, |token| Span::mixed_site().located_at(token.span()));
        let runtime = self.runtime.clone().into_iter().map(|mut token| {
            token.set_span(token.span().located_at(start));
            token
        });
        let name = Ident::new(name, end);
        quote_spanned!(start=> #(#runtime)*::__private::#name)
    }
}
