//! How a sync function is guarded.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Result;

use crate::{
    expand::{
        Expansion,
        spans::{repeated, written_at},
    },
    options::value::{Fallback, FallbackOn},
};

impl Expansion {
    /// ```text
    /// // Input:  fn f(a: A) -> Result<T, E> BODY
    /// // Output: call(breaker, || -> Result<T, E> BODY, «judge», |rejection| rejected(rejection))
    /// ```
    pub(super) fn sync_plain(&self) -> TokenStream {
        let rejected = self.rejected();
        self.called_with_body("call", &self.breaker, &[generated!(|rejection| #rejected)])
    }

    /// The call of a function of the runtime's that takes the body, and what judges it. It stands where the body does: in one
    /// of a macro's some lints do not look. Where the body tells what is returned, it comes first: the rest asks what that is.
    fn called_with_body(&self, name: &str, first: &Ident, last: &[TokenStream]) -> TokenStream {
        let (callee, body, judge, span) = (self.callee(name), self.closure(), self.judge(), self.function.braces());
        let callee = if self.options.cache.is_some() { callee } else { written_at(&callee, span) };
        let (hoisted, body) =
            if self.hidden { (Some(generated!(let body = #body;)), generated!(body)) } else { (None, body) };
        let call = quote_spanned!(span=> #callee(#first, #body, #judge #(, #last)*));
        generated!(#hoisted #call)
    }

    pub(super) fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        match self.options.fallback_on {
            FallbackOn::Rejected => self.sync_if_rejected(fallback),
            FallbackOn::Any => self.sync_in_any_case(fallback),
        }
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] fn f(a: A) -> R BODY
    /// // Output: let judge = «judge»;
    /// //         let called = call_settled(breaker, || -> R BODY, &judge);
    /// //         match called { Some(value) => value, None => alt(a) }
    /// // Input:  #[circuit_breaker(fallback = |error| answer)] fn f(a: A) -> R BODY
    /// // Output: let judge = «judge»;
    /// //         let called = call_or_fail(breaker, || -> R BODY, &judge, «into failed»);
    /// //         match called { Ok(value) => value, Err(error) => answer }
    /// ```
    ///
    /// The fallback stands once, behind both ways to it: so the compiler knows which arguments are left. The body stands in no
    /// expression of the macro's.
    fn sync_in_any_case(&self, fallback: &Fallback) -> Result<TokenStream> {
        let (breaker, error, answer) = (&self.breaker, &self.error, self.answer(fallback)?);
        // Behind the body, if that comes first.
        let bound =
            |call| if self.hidden { generated!(let called = { #call };) } else { generated!(let called = #call;) };
        Ok(match fallback {
            // It takes the arguments, and nobody asks for the error.
            Fallback::Path(_) => {
                let called = bound(self.called_with_body("call_settled", breaker, &[]));
                generated! {
                    #called
                    match called {
                        ::core::option::Option::Some(value) => value,
                        ::core::option::Option::None => { #answer }
                    }
                }
            }
            Fallback::Closure(_) => {
                let called = bound(self.called_with_body("call_or_fail", breaker, &[self.failed()]));
                generated! {
                    #called
                    match called {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(#error) => { #answer }
                    }
                }
            }
        })
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt, fallback_on = rejected)] fn f(a: A) -> R BODY
    /// // Output: let judge = «judge»;
    /// //         let admitted = admit(breaker);
    /// //         let permit = match admitted { Ok(permit) => permit, Err(rejection) => return alt(a) };
    /// //         run(permit, || -> R BODY, &judge)
    /// ```
    ///
    /// The fallback stands where the body has not run, so that all arguments are left.
    fn sync_if_rejected(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, breaker, .. } = self;
        let (answer, error_made, cached) = (self.answer(fallback)?, self.rejection_error(fallback), self.cached());
        let permit = Ident::new("permit", Span::mixed_site());
        let run = self.called_with_body("run", &permit, &[]);
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        // Bound, so that it ends before what it borrows, in every edition.
        let admitted = generated!(let admitted = #runtime::__private::admit(#breaker););
        if self.hidden {
            // The body tells what is returned, so it comes first.
            return Ok(generated! {
                #admitted
                match admitted {
                    #ok(permit) => { #run }
                    #err(rejection) => { #cached #error_made #answer }
                }
            });
        }
        Ok(generated! {
            #admitted
            let permit = match admitted {
                #ok(permit) => permit,
                #err(rejection) => { #cached #error_made return { #answer }; }
            };
            #run
        })
    }

    /// The body as a closure literal, handed directly to a function that expects an `FnOnce`: so `&mut self -> &mut T`
    /// compiles.
    pub(super) fn closure(&self) -> TokenStream {
        let output = repeated(self.function.output().to_token_stream());
        let body = match (self.captured_whole(), &self.renamed[..]) {
            (None, []) => self.function.body.to_token_stream(),
            (Some(moved), []) => self.function.body_behind(moved).to_token_stream(),
            (moved, _) => {
                let body = self.body();
                self.braced(generated!(#moved #body))
            }
        };
        // The closure stands where the body does: else lints do not look at what the body returns.
        let span = self.function.braces();
        let closure = self.returning(quote_spanned!(span=> || -> #output #body));
        if self.hidden && !self.makes_future { generated!(kind.returned_by(#closure)) } else { closure }
    }
}
