//! How a sync function is guarded.

use proc_macro2::TokenStream;
use syn::Result;

use crate::{
    expand::Expansion,
    options::value::{Fallback, FallbackOn},
};

impl Expansion {
    /// ```text
    /// // Input:  fn f(a: A) -> Result<T, E> BODY
    /// // Output: call(breaker, || -> Result<T, E> BODY, |value| verdict, |rejection| rejected(rejection))
    /// ```
    pub(super) fn sync_plain(&self) -> TokenStream {
        let (call, breaker) = (self.callee("call"), &self.breaker);
        let (body, judge, rejected) = (self.closure(), self.judge(), self.rejected());
        generated!(#call(#breaker, #body, #judge, |rejection| #rejected))
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] fn f(a: A) -> R BODY
    /// // Output: match match admit(breaker) {
    /// //             Ok(permit) => run_or_fail(permit, || -> R BODY, |value| verdict, |value| failed).ok(),
    /// //             Err(_) => None,
    /// //         } { Some(value) => value, None => alt(a) }
    /// ```
    ///
    /// The fallback stands where the body has not run (`rejected`), or once, behind both ways to it (`any`): so the
    /// compiler knows which arguments are left.
    pub(super) fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, error, .. } = self;
        let (body, judge, answer) = (self.closure(), self.judge(), self.answer(fallback)?);
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let (admit, error_made, cached) = (self.admit(), self.rejection_error(fallback), self.cached());
        Ok(match self.options.fallback_on {
            FallbackOn::Rejected => {
                let run = self.callee("run");
                generated! {
                    match #admit {
                        #ok(permit) => #run(permit, #body, #judge),
                        #err(rejection) => { #cached #error_made #answer }
                    }
                }
            }
            FallbackOn::Any => {
                let (run_or_fail, into_failed) = (self.callee("run_or_fail"), self.failed(fallback));
                let run = generated!(#run_or_fail(permit, #body, #judge, #into_failed));
                match fallback {
                    // It takes the arguments, and nobody asks for the error.
                    Fallback::Path(_) => generated! {
                        match match #admit {
                            #ok(permit) => ::core::result::Result::ok(#run),
                            #err(_) => { #cached ::core::option::Option::None }
                        } {
                            ::core::option::Option::Some(value) => value,
                            ::core::option::Option::None => { #answer }
                        }
                    },
                    Fallback::Closure(_) => generated! {
                        match match #admit {
                            #ok(permit) => #run,
                            #err(rejection) => { #cached #err(#runtime::__private::rejection_error(rejection)) }
                        } {
                            #ok(value) => value,
                            #err(#error) => { #answer }
                        }
                    },
                }
            }
        })
    }

    /// The body as a closure literal, handed directly to a function that expects an `FnOnce`: so `&mut self -> &mut T`
    /// compiles.
    pub(super) fn closure(&self) -> TokenStream {
        let output = self.function.output();
        let body = self.body();
        if self.renamed.is_empty() { generated!(|| -> #output #body) } else { generated!(|| -> #output { #body }) }
    }
}
