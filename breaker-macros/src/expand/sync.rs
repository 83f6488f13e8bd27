//! How a sync function is guarded.

use proc_macro2::TokenStream;
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
        let (call, breaker) = (self.callee("call"), &self.breaker);
        let (judge, rejected) = (self.judge(), self.rejected());
        let rejected = generated!(|rejection| #rejected);
        if self.options.cache.is_some() {
            return self.with_body(|body| generated!(#call(#breaker, #body, #judge, #rejected)));
        }
        // The call stands where the body does: in one of a macro's some lints do not look.
        let span = self.function.braces();
        let call = written_at(&call, span);
        self.with_body(|body| quote_spanned!(span=> #call(#breaker, #body, #judge, #rejected)))
    }

    /// The code that takes the body. Where the body tells what is returned, it comes first: the rest asks what that is.
    fn with_body(&self, code: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        let body = self.closure();
        if self.hidden {
            let code = code(generated!(body));
            generated!(let body = #body; #code)
        } else {
            code(body)
        }
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] fn f(a: A) -> R BODY
    /// // Output: let judge = «judge»;
    /// //         match call_settled(breaker, || -> R BODY, &judge) { Some(value) => value, None => alt(a) }
    /// // Input:  #[circuit_breaker(fallback = |error| answer)] fn f(a: A) -> R BODY
    /// // Output: let judge = «judge»;
    /// //         match call_or_fail(breaker, || -> R BODY, &judge, «into failed») { Ok(value) => value, Err(error) => answer }
    /// ```
    ///
    /// The fallback stands once, behind both ways to it: so the compiler knows which arguments are left.
    fn sync_in_any_case(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { breaker, error, .. } = self;
        let (judge, answer) = (self.judge(), self.answer(fallback)?);
        Ok(match fallback {
            // It takes the arguments, and nobody asks for the error.
            Fallback::Path(_) => {
                let call = self.callee("call_settled");
                let call = self.with_body(|body| generated!(#call(#breaker, #body, #judge)));
                generated! {
                    match { #call } {
                        ::core::option::Option::Some(value) => value,
                        ::core::option::Option::None => { #answer }
                    }
                }
            }
            Fallback::Closure(_) => {
                let (call, failed) = (self.callee("call_or_fail"), self.failed());
                let call = self.with_body(|body| generated!(#call(#breaker, #body, #judge, #failed)));
                generated! {
                    match { #call } {
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
    /// //         match admitted { Ok(permit) => { run(permit, || -> R BODY, &judge) } Err(rejection) => alt(a) }
    /// ```
    ///
    /// The fallback stands where the body has not run, so that all arguments are left.
    fn sync_if_rejected(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, breaker, .. } = self;
        let (judge, answer) = (self.judge(), self.answer(fallback)?);
        let (error_made, cached) = (self.rejection_error(fallback), self.cached());
        let run = self.callee("run");
        let run = self.with_body(|body| generated!(#run(permit, #body, #judge)));
        Ok(generated! {
            // Bound, so that it ends before what it borrows, in every edition.
            let admitted = #runtime::__private::admit(#breaker);
            match admitted {
                ::core::result::Result::Ok(permit) => { #run }
                ::core::result::Result::Err(rejection) => { #cached #error_made #answer }
            }
        })
    }

    pub(super) fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        match self.options.fallback_on {
            FallbackOn::Rejected => self.sync_if_rejected(fallback),
            FallbackOn::Any => self.sync_in_any_case(fallback),
        }
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
