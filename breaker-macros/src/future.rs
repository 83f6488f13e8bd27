//! How an async function is guarded, and one that returns a future.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Error, ReceiverKind, Result};

use crate::{
    expand::Expansion,
    function::inferred,
    returned::Returned,
    value::{Fallback, FallbackOn},
};

impl Expansion {
    /// ```text
    /// // Input:  async fn f(a: A) -> R BODY
    /// // Output: let permit = match admit(breaker) { Ok(permit) => permit, Err(open) => return refused(open) };
    /// //         let value = async move { let a = a; match () { () => BODY } }.await;
    /// //         settle(permit, &value, verdict);
    /// //         value
    /// ```
    ///
    /// The body's future is awaited right here, where it is stored once. Rebinding the arguments in order keeps their
    /// drop order; a match arm ends the life of the body's temporaries before theirs.
    pub(crate) fn asynchronous(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        let Self { runtime, error, output, .. } = self;
        let (admit, judge, cached) = (self.admit(), self.judge(), self.cached());
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let value = generated!(let value: #output = #future.await;);
        let refusal = match fallback {
            None => self.refused(),
            Some(fallback) => {
                let answer = self.answer(fallback)?;
                if self.options.fallback_on == FallbackOn::Any {
                    let (settle_or_fail, split) = (self.through("settle_or_fail"), self.split(fallback));
                    // A scrutinee would be kept through the `.await` in its arm: the permit leaves it first.
                    return Ok(generated! {
                        let #error = 'refused: {
                            let permit = match #admit {
                                #ok(permit) => permit,
                                #err(open) => { #cached break 'refused #runtime::__private::open(open) }
                            };
                            #value
                            match #settle_or_fail(permit, value, #judge, #split) {
                                #ok(value) => return value,
                                #err(error) => error,
                            }
                        };
                        #answer
                    });
                }
                let refusal = self.refusal(fallback);
                generated!({ #refusal #answer })
            }
        };
        let settle = self.through("settle");
        let settled = match self.options.cache {
            // By reference: a value that is handed through is copied once more.
            None => generated!(#settle(permit, &value, #judge); value),
            Some(_) => generated!(#settle(permit, value, #judge)),
        };
        Ok(generated! {
            let permit = match #admit {
                #ok(permit) => permit,
                #err(open) => { #cached return #refusal }
            };
            #value
            #settled
        })
    }

    /// ```text
    /// // Input:  fn f(a: A) -> Pin<Box<dyn Future<Output = T>>> BODY
    /// // Output: let future = start::<T, _>(|| -> Pin<Box<dyn Future<Output = T>>> BODY);
    /// //         boxed(async move { «as under an async function, with this future» })
    /// ```
    ///
    /// The body is what makes the future, so it runs at once, as it does without the attribute; the circuit is asked at
    /// the future's first poll. An `impl Future` is not boxed.
    pub(crate) fn returned(&mut self, returned: Returned) -> Result<TokenStream> {
        if let Some(Fallback::Path(path)) = &self.options.fallback {
            let rule = "a function that returns a future gives its arguments away before the breaker is asked: \
                        use a closure, `fallback = |error| …`, or write `async fn`";
            return Err(Error::new_spanned(path, rule));
        }
        let body = self.closure();
        self.output = inferred(&returned.output);
        let Self { runtime, output, options, .. } = &*self;
        let future = Ident::new("future", Span::mixed_site());
        let (breaker, guarded) = (self.breaker()?, self.asynchronous(&generated!(#future), options.fallback.as_ref())?);
        let guarded = generated!(async move { #breaker #guarded });
        let guarded = if returned.boxed { generated!(#runtime::__private::boxed(#guarded)) } else { guarded };
        Ok(generated! {
            let #future = #runtime::__private::start::<#output, _>(#body);
            #guarded
        })
    }

    pub(crate) fn future(&self) -> TokenStream {
        let body = self.body();
        let inference = match &self.function.sig.output {
            syn::ReturnType::Default => TokenStream::new(),
            // Never taken: tells the compiler the type of `?` and of the tail.
            syn::ReturnType::Type(..) => {
                let output = &self.output;
                generated! {
                    if let ::core::option::Option::Some(value) = ::core::option::Option::None::<#output> {
                        return value;
                    }
                }
            }
        };
        // What the body only borrows again, it leaves to the fallback.
        let capture = if self.lends() { None } else { Some(quote!(move)) };
        generated!(async #capture { #inference #body })
    }

    /// Whether an async body leaves its `&mut` arguments behind, for a fallback that runs after it.
    pub(crate) fn lends(&self) -> bool {
        let Self { options, function, renamed, .. } = self;
        let receiver = function.sig.receiver().map(|receiver| &receiver.kind);
        let exclusive = matches!(receiver, Some(ReceiverKind::Reference(_, _, Some(_))))
            || renamed.iter().any(|argument| argument.exclusive);
        exclusive
            && function.sig.asyncness.is_some()
            && options.fallback.is_some()
            && options.fallback_on == FallbackOn::Any
    }
}
