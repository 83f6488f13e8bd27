//! How a sync function is guarded.

use proc_macro2::TokenStream;
use syn::Result;

use crate::{
    expand::Expansion,
    value::{Fallback, FallbackOn},
};

impl Expansion {
    /// ```text
    /// // Input:  fn f(a: A) -> Result<T, E> BODY
    /// // Output: call(breaker, || -> Result<T, E> BODY, |value| verdict, |open| refused(open))
    /// ```
    pub(crate) fn sync_plain(&self) -> TokenStream {
        let (call, breaker) = (self.through("call"), &self.breaker);
        let (body, judge, refused) = (self.closure(), self.judge(), self.refused());
        generated!(#call(#breaker, #body, #judge, |open| #refused))
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
    pub(crate) fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, error, .. } = self;
        let (body, judge, answer) = (self.closure(), self.judge(), self.answer(fallback)?);
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let (admit, refusal, cached) = (self.admit(), self.refusal(fallback), self.cached());
        Ok(match self.options.fallback_on {
            FallbackOn::Rejected => {
                let run = self.through("run");
                generated! {
                    match #admit {
                        #ok(permit) => #run(permit, #body, #judge),
                        #err(open) => { #cached #refusal #answer }
                    }
                }
            }
            FallbackOn::Any => {
                let (run_or_fail, split) = (self.through("run_or_fail"), self.split(fallback));
                let run = generated!(#run_or_fail(permit, #body, #judge, #split));
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
                            #err(open) => { #cached #err(#runtime::__private::open(open)) }
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
    pub(crate) fn closure(&self) -> TokenStream {
        let output = self.function.output();
        let body = self.body();
        if self.renamed.is_empty() { generated!(|| -> #output #body) } else { generated!(|| -> #output { #body }) }
    }
}
