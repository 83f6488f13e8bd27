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
        match fallback {
            Some(fallback) if self.options.fallback_on == FallbackOn::Any => {
                self.answered_in_any_case(future, fallback)
            }
            _ => self.answered_if_refused(future, fallback),
        }
    }

    fn answered_if_refused(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        let refusal = match fallback {
            None => self.refused(),
            Some(fallback) => {
                let (refusal, answer) = (self.refusal(fallback), self.answer(fallback)?);
                generated!({ #refusal #answer })
            }
        };
        let value = self.admitted(future, &generated!(open), &generated!(return #refusal));
        let (settle, judge) = (self.through("settle"), self.judge());
        let settled = match self.options.cache {
            // By reference: a value that is handed through is copied once more.
            None => generated!(#settle(permit, &value, #judge); value),
            Some(_) => generated!(#settle(permit, value, #judge)),
        };
        Ok(generated!(#value #settled))
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] async fn f(a: A) -> R BODY
    /// // Output: 'refused: {
    /// //             let permit = match admit(breaker) { Ok(permit) => permit, Err(_) => break 'refused };
    /// //             let value = async move { let a = a; match () { () => BODY } }.await;
    /// //             if let Ok(value) = settle_or_fail(permit, value, verdict, failed) { return value; }
    /// //         }
    /// //         alt(a).await
    /// ```
    fn answered_in_any_case(&self, future: &TokenStream, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, error, .. } = self;
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let (settle_or_fail, judge, split) = (self.through("settle_or_fail"), self.judge(), self.split(fallback));
        let (settled, answer) = (generated!(#settle_or_fail(permit, value, #judge, #split)), self.answer(fallback)?);
        Ok(match fallback {
            // It takes the arguments, and nobody asks for the error.
            Fallback::Path(_) => {
                let value = self.admitted(future, &generated!(_), &generated!(break 'refused));
                generated! {
                    'refused: {
                        #value
                        if let #ok(value) = #settled {
                            return value;
                        }
                    }
                    #answer
                }
            }
            Fallback::Closure(_) => {
                let refused = generated!(break 'refused #runtime::__private::open(open));
                let value = self.admitted(future, &generated!(open), &refused);
                generated! {
                    let #error = 'refused: {
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

    /// The permit and the value, or out by `refused`. The permit leaves its `match` before the `.await`: what is matched
    /// on is kept as long as an arm runs.
    fn admitted(&self, future: &TokenStream, open: &TokenStream, refused: &TokenStream) -> TokenStream {
        let (admit, cached, output) = (self.admit(), self.cached(), &self.output);
        generated! {
            let permit = match #admit {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(#open) => { #cached #refused }
            };
            let value: #output = #future.await;
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
