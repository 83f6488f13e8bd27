//! How an async function is guarded, and one that returns a future.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Error, ReceiverKind, Result, Type, parse_quote};

use crate::{
    expand::{Expansion, spans::repeated},
    function::{inferred, returned::Returned},
    options::value::{Fallback, FallbackOn},
};

impl Expansion {
    pub(super) fn asynchronous(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        match fallback {
            None => Ok(self.answered_by_an_error(future)),
            Some(fallback) => match self.options.fallback_on {
                FallbackOn::Rejected => self.answered_if_rejected(future, fallback),
                FallbackOn::Any => self.answered_in_any_case(future, fallback),
            },
        }
    }

    /// ```text
    /// // Input:  async fn f(a: A) -> R BODY
    /// // Output: let permit = match admit_async(breaker) { Ok(permit) => permit, Err(rejection) => return rejected(rejection) };
    /// //         let (permit, value) = run_async(permit, async move { let a = a; match () { () => BODY } }).await;
    /// //         settle(permit, &value, verdict);
    /// //         value
    /// ```
    ///
    /// The body's future is awaited right here, where it is stored once. Rebinding the arguments in order keeps their
    /// drop order.
    fn answered_by_an_error(&self, future: &TokenStream) -> TokenStream {
        let rejected = self.rejected();
        let value = self.admitted(future, &generated!(rejection), &generated!(return #rejected));
        let settled = self.settled();
        generated!(#value #settled value)
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = |error| answer, fallback_on = rejected)] async fn f(a: A) -> R BODY
    /// // Output: let rejection = 'rejected: {
    /// //             let permit = match admit_async(breaker) { Ok(permit) => permit, Err(rejection) => break 'rejected rejection };
    /// //             let (permit, value) = run_async(permit, async move { let a = a; match () { () => BODY } }).await;
    /// //             settle(permit, &value, verdict);
    /// //             return value;
    /// //         };
    /// //         let error = rejection_error(rejection);
    /// //         answer
    /// ```
    fn answered_if_rejected(&self, future: &TokenStream, fallback: &Fallback) -> Result<TokenStream> {
        let (error_made, answer) = (self.rejection_error(fallback), self.answer(fallback)?);
        let value = self.admitted(future, &generated!(rejection), &generated!(break 'rejected rejection));
        let settled = self.settled();
        Ok(generated! {
            let rejection = 'rejected: { #value #settled return value; };
            #error_made
            #answer
        })
    }

    /// The call counted, by `value`.
    fn settled(&self) -> TokenStream {
        let (settle, judge) = (self.callee("settle"), self.judge());
        match self.options.cache {
            // By reference: a value that is handed through is copied once more.
            None => generated!(#settle(permit, &value, #judge);),
            Some(_) => generated!(let value = #settle(permit, value, #judge);),
        }
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] async fn f(a: A) -> R BODY
    /// // Output: 'rejected: {
    /// //             let permit = match admit_async(breaker) { Ok(permit) => permit, Err(_) => break 'rejected };
    /// //             let (permit, value) = run_async(permit, async move { let a = a; match () { () => BODY } }).await;
    /// //             if let Some(value) = settled(permit, value, &judge) { return value; }
    /// //         }
    /// //         alt(a).await
    /// ```
    fn answered_in_any_case(&self, future: &TokenStream, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, error, .. } = self;
        let (judge, answer) = (self.judge(), self.answer(fallback)?);
        Ok(match fallback {
            // It takes the arguments, and nobody asks for the error.
            Fallback::Path(_) => {
                let value = self.admitted(future, &generated!(_), &generated!(break 'rejected));
                let settled = self.callee("settled");
                generated! {
                    'rejected: {
                        #value
                        if let ::core::option::Option::Some(value) = #settled(permit, value, #judge) {
                            return value;
                        }
                    }
                    #answer
                }
            }
            Fallback::Closure(_) => {
                // Not in one: a path that begins with `::`, behind a label, is misread by some parsers.
                let rejected = generated! {
                    let error = #runtime::__private::rejection_error(rejection);
                    break 'rejected error
                };
                let value = self.admitted(future, &generated!(rejection), &rejected);
                let (settle_or_fail, failed) = (self.callee("settle_or_fail"), self.failed());
                generated! {
                    let #error = 'rejected: {
                        #value
                        match #settle_or_fail(permit, value, #judge, #failed) {
                            ::core::result::Result::Ok(value) => return value,
                            ::core::result::Result::Err(error) => error,
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
        let (cached, runtime, breaker) = (self.cached(), &self.runtime, &self.breaker);
        generated! {
            let permit = match #runtime::__private::admit_async(#breaker) {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(#rejection) => { #cached #rejected }
            };
            let (permit, value) = #runtime::__private::run_async(permit, #future).await;
        }
    }

    /// ```text
    /// // Input:  fn f(a: A) -> Pin<Box<dyn Future<Output = T>>> BODY
    /// // Output: let kind = Kind::<T>::new();
    /// //         let future = start(kind, || -> Pin<Box<dyn Future<Output = T>>> BODY);
    /// //         Box::pin(async move { «as under an async function, with this future» })
    /// ```
    ///
    /// The body is what makes the future, so it runs at once, as it does without the attribute, unless nobody can tell: then
    /// it runs where the body of an async function would. The circuit is asked at the future's first poll. An `impl Future`
    /// is not boxed.
    pub(super) fn returned(&mut self, returned: Returned) -> Result<TokenStream> {
        if let Some(Fallback::Path(path)) = &self.options.fallback {
            let rule = "a function that returns a future gives its arguments away before the breaker is asked: \
                        use a closure, `fallback = |error| …`, or write `async fn`";
            return Err(Error::new_spanned(path, rule));
        }
        let (body, within) = (self.closure(), self.function.only_makes_future());
        let written = self.function.output();
        self.output = match inferred(&returned.output) {
            // Nothing tells it before the body does.
            Type::Infer(_) if within => parse_quote!(<#written as ::core::future::Future>::Output),
            output => output,
        };
        self.hidden = true;
        let Self { runtime, output, options, .. } = &*self;
        let output = repeated(output.to_token_stream());
        let started = generated!(#runtime::__private::start(kind, #body));
        // Inside, its arguments are still there for the fallback of a rejected call, and for what another attribute puts
        // before it, as the fields of a span.
        let (before, future) = if within {
            (None, started)
        } else {
            let future = Ident::new("future", Span::mixed_site());
            (Some(generated!(let #future = #started;)), future.to_token_stream())
        };
        let kind = generated!(let kind = #runtime::__private::Kind::<#output>::new(););
        let (breaker, guarded) = (self.breaker()?, self.asynchronous(&future, options.fallback.as_ref())?);
        let guarded = generated!(async move { #breaker #guarded });
        // By this path, which other attributes know.
        let guarded = if returned.boxed { generated!(#runtime::__private::Box::pin(#guarded)) } else { guarded };
        Ok(generated!(#kind #before #guarded))
    }

    pub(super) fn future(&self) -> TokenStream {
        let (body, none) = (self.body(), self.none());
        let inference = match &self.function.sig.output {
            syn::ReturnType::Default => TokenStream::new(),
            // Never taken: tells the compiler the type of `?` and of the tail.
            syn::ReturnType::Type(..) => generated! {
                if let ::core::option::Option::Some(value) = #none { return value; }
            },
        };
        // What a fallback wants is only borrowed.
        let receiver = self.function.sig.receiver().map(|receiver| &receiver.kind);
        let lent = matches!(receiver, Some(ReceiverKind::Reference(_, _, Some(_)))) && self.lends("self")
            || self.renamed.iter().any(|argument| self.reborrows(argument));
        let (capture, moved) = if lent { (None, self.captured_whole()) } else { (Some(quote!(move)), None) };
        // The block stands where the body does: else lints do not look at what the body returns.
        let block = self.braced(generated!(#moved #inference #body));
        quote_spanned!(self.function.braces()=> async #capture #block)
    }
}
