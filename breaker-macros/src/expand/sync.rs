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
    /// //         let admitted = admit(breaker);
    /// //         match match admitted {
    /// //             Ok(permit) => { run_settled(permit, || -> R BODY, &judge) }
    /// //             Err(_) => None,
    /// //         } { Some(value) => value, None => alt(a) }
    /// ```
    ///
    /// The fallback stands where the body has not run (`rejected`), or once, behind both ways to it (`any`): so the
    /// compiler knows which arguments are left.
    pub(super) fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, breaker, error, .. } = self;
        let (judge, answer) = (self.judge(), self.answer(fallback)?);
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let (error_made, cached) = (self.rejection_error(fallback), self.cached());
        // Bound, so that it ends before what it borrows, in every edition.
        let admitted = generated!(let admitted = #runtime::__private::admit(#breaker););
        let answered = match self.options.fallback_on {
            FallbackOn::Rejected => {
                let run = self.callee("run");
                let run = self.with_body(|body| generated!(#run(permit, #body, #judge)));
                generated! {
                    match admitted {
                        #ok(permit) => { #run }
                        #err(rejection) => { #cached #error_made #answer }
                    }
                }
            }
            FallbackOn::Any => match fallback {
                // It takes the arguments, and nobody asks for the error.
                Fallback::Path(_) => {
                    let run_settled = self.callee("run_settled");
                    let run = self.with_body(|body| generated!(#run_settled(permit, #body, #judge)));
                    generated! {
                        match match admitted {
                            #ok(permit) => { #run }
                            #err(_) => { #cached ::core::option::Option::None }
                        } {
                            ::core::option::Option::Some(value) => value,
                            ::core::option::Option::None => { #answer }
                        }
                    }
                }
                Fallback::Closure(_) => {
                    let (run_or_fail, failed) = (self.callee("run_or_fail"), self.failed());
                    let run = self.with_body(|body| generated!(#run_or_fail(permit, #body, #judge, #failed)));
                    generated! {
                        match match admitted {
                            #ok(permit) => { #run }
                            #err(rejection) => { #cached #err(#runtime::__private::rejection_error(rejection)) }
                        } {
                            #ok(value) => value,
                            #err(#error) => { #answer }
                        }
                    }
                }
            },
        };
        Ok(generated!(#admitted #answered))
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
