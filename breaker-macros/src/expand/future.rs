//! How an async function is guarded, and one that returns a future.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Error, ReceiverKind, Result};

use crate::{
    expand::Expansion,
    function::{inferred, returned::Returned},
    options::value::{Fallback, FallbackOn},
};

impl Expansion {
    /// ```text
    /// // Input:  async fn f(a: A) -> R BODY
    /// // Output: let permit = match admit(breaker) { Ok(permit) => permit, Err(rejection) => return rejected(rejection) };
    /// //         let value = async move { let a = a; match () { () => BODY } }.await;
    /// //         settle(permit, &value, verdict);
    /// //         value
    /// ```
    ///
    /// The body's future is awaited right here, where it is stored once. Rebinding the arguments in order keeps their
    /// drop order; a match arm ends the life of the body's temporaries before theirs.
    pub(super) fn asynchronous(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        match fallback {
            Some(fallback) if self.options.fallback_on == FallbackOn::Any => {
                self.answered_in_any_case(future, fallback)
            }
            _ => self.answered_if_rejected(future, fallback),
        }
    }

    fn answered_if_rejected(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        let rejected = match fallback {
            None => self.rejected(),
            Some(fallback) => {
                let (error_made, answer) = (self.rejection_error(fallback), self.answer(fallback)?);
                generated!({ #error_made #answer })
            }
        };
        let value = self.admitted(future, &generated!(rejection), &generated!(return #rejected));
        let (settle, judge) = (self.callee("settle"), self.judge());
        let settled = match self.options.cache {
            // By reference: a value that is handed through is copied once more.
            None => generated!(#settle(permit, &value, #judge); value),
            Some(_) => generated!(#settle(permit, value, #judge)),
        };
        Ok(generated!(#value #settled))
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] async fn f(a: A) -> R BODY
    /// // Output: 'rejected: {
    /// //             let permit = match admit(breaker) { Ok(permit) => permit, Err(_) => break 'rejected };
    /// //             let value = async move { let a = a; match () { () => BODY } }.await;
    /// //             if let Ok(value) = settle_or_fail(permit, value, verdict, failed) { return value; }
    /// //         }
    /// //         alt(a).await
    /// ```
    fn answered_in_any_case(&self, future: &TokenStream, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, error, .. } = self;
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let (settle_or_fail, judge, into_failed) = (self.callee("settle_or_fail"), self.judge(), self.failed(fallback));
        let (settled, answer) =
            (generated!(#settle_or_fail(permit, value, #judge, #into_failed)), self.answer(fallback)?);
        Ok(match fallback {
            // It takes the arguments, and nobody asks for the error.
            Fallback::Path(_) => {
                let value = self.admitted(future, &generated!(_), &generated!(break 'rejected));
                generated! {
                    'rejected: {
                        #value
                        if let #ok(value) = #settled {
                            return value;
                        }
                    }
                    #answer
                }
            }
            Fallback::Closure(_) => {
                let rejected = generated!(break 'rejected #runtime::__private::rejection_error(rejection));
                let value = self.admitted(future, &generated!(rejection), &rejected);
                generated! {
                    let #error = 'rejected: {
                        #value
                        match #settled {
                            #ok(value) => return value,
                            #err(error) => error,
                        }
                    };
                    #answer
                }
            }
        })
    }

    /// The permit and the value, or out by `rejected`. The permit leaves its `match` before the `.await`: what is matched
    /// on is kept as long as an arm runs.
    fn admitted(&self, future: &TokenStream, rejection: &TokenStream, rejected: &TokenStream) -> TokenStream {
        let (admit, cached, runtime, output) = (self.admit(), self.cached(), &self.runtime, &self.output);
        generated! {
            let permit = match #admit {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(#rejection) => { #cached #rejected }
            };
            let value: #output = {
                let body = ::core::pin::pin!(#future);
                #runtime::__private::polled(&permit, body).await
            };
        }
    }

    /// ```text
    /// // Input:  fn f(a: A) -> Pin<Box<dyn Future<Output = T>>> BODY
    /// // Output: let future = start::<T, _>(|| -> Pin<Box<dyn Future<Output = T>>> BODY);
    /// //         boxed(async move { «as under an async function, with this future» })
    /// ```
    ///
    /// The body is what makes the future, so it runs at once, as it does without the attribute; the circuit is asked at
    /// the future's first poll. An `impl Future` is not boxed.
    pub(super) fn returned(&mut self, returned: Returned) -> Result<TokenStream> {
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

    pub(super) fn future(&self) -> TokenStream {
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
        // What the body reborrows is left to the fallback.
        let capture = if self.reborrows_arguments() { None } else { Some(quote!(move)) };
        generated!(async #capture { #inference #body })
    }

    /// Whether an async body reborrows its `&mut` arguments, and so leaves them to a fallback that runs after it.
    pub(super) fn reborrows_arguments(&self) -> bool {
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
