//! From the annotated function to the guarded one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Error, ReceiverKind, Result, Type};

use crate::{
    fallback,
    function::{Function, Renamed, bind, inferred, rename},
    options::Options,
    returned::Returned,
    site,
    value::{Fallback, FallbackOn},
};

/// On a mistake the function is emitted as it was, so that its callers have nothing to complain about.
pub(crate) fn circuit_breaker(options: TokenStream, item: TokenStream) -> TokenStream {
    let options = syn::parse2::<Options>(options);
    let function = syn::parse2::<Function>(item.clone());
    let expanded = match (options, function) {
        (Ok(options), Ok(function)) => Expansion::new(options, function).and_then(Expansion::tokens),
        (Err(mut mistakes), Err(refusal)) => {
            mistakes.combine(refusal);
            Err(mistakes)
        }
        (Err(mistakes), Ok(_)) => Err(mistakes),
        (Ok(_), Err(refusal)) => Err(refusal),
    };
    expanded.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote!(#error #item)
    })
}

/// What the expansion is made from.
pub(crate) struct Expansion {
    pub(crate) options: Options,
    pub(crate) function: Function,
    renamed: Vec<Renamed>,
    /// What the guarded call yields: the return type, or what the returned future resolves to.
    pub(crate) output: Type,
    /// `::breaker_runtime`, or what `crate = …` says.
    pub(crate) runtime: TokenStream,
    breaker: Ident,
    pub(crate) error: Ident,
    /// The name as it was, for messages and labels.
    label: String,
}

impl Expansion {
    fn new(options: Options, mut function: Function) -> Result<Self> {
        if let (syn::ReturnType::Default, None) = (&function.sig.output, &options.fallback) {
            let rule =
                "`()` cannot express a call rejected by an open circuit: add `fallback = …`, or return a `Result`";
            return Err(Error::new(function.sig.ident.span(), rule));
        }
        let runtime = match &options.runtime {
            Some(path) => generated!(#path),
            None => generated!(::breaker_runtime),
        };
        let asyncness = function.sig.asyncness.is_some();
        let renamed = if asyncness || matches!(options.fallback, Some(Fallback::Path(_))) {
            rename(&mut function.sig, asyncness)
        } else {
            Vec::new()
        };
        let label = syn::ext::IdentExt::unraw(&function.sig.ident).to_string();
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let (breaker, error) = (local("breaker"), local("error"));
        let output = function.output();
        Ok(Self { options, function, renamed, output, runtime, breaker, error, label })
    }

    fn tokens(mut self) -> Result<TokenStream> {
        let clones = fallback::clones(&self.options, &self.function.sig)?;
        let asyncness = self.function.sig.asyncness.is_some();
        let guarded = match Returned::of(&self.function.sig.output) {
            Some(returned) if !asyncness => self.returned(returned)?,
            _ => {
                let guarded = match &self.options.fallback {
                    fallback if asyncness => self.asynchronous(&self.future(), fallback.as_ref())?,
                    None => self.sync_plain(),
                    Some(fallback) => self.sync_with(fallback)?,
                };
                let acquired = self.breaker();
                generated!(#acquired #guarded)
            }
        };
        let Self { options, function, label, runtime, .. } = &self;
        let accessor = site::accessor(options, function, label, runtime);
        let Function { attrs, vis, sig, .. } = function;
        Ok(generated! {
            #(#attrs)*
            #vis #sig {
                #clones
                #guarded
            }
            #accessor
        })
    }

    fn breaker(&self) -> TokenStream {
        let Self { options, breaker, label, runtime, .. } = self;
        let get = site::get(options, label, runtime);
        generated!(let #breaker = #get;)
    }

    /// ```text
    /// // Input:  fn f(a: A) -> Result<T, E> BODY
    /// // Output: call(breaker, || -> Result<T, E> BODY, |value| verdict, |open| refused(open))
    /// ```
    fn sync_plain(&self) -> TokenStream {
        let Self { runtime, breaker, .. } = self;
        let (body, judge, refused) = (self.closure(), self.judge(), self.refused());
        generated!(#runtime::__private::call(#breaker, #body, #judge, |open| #refused))
    }

    /// ```text
    /// // Input:  #[circuit_breaker(fallback = alt)] fn f(a: A) -> R BODY
    /// // Output: match match breaker.try_acquire() {
    /// //             Ok(permit) => run_or_fail(permit, || -> R BODY, |value| verdict, |value| failed),
    /// //             Err(open) => Err(CallError::Open(open)),
    /// //         } { Ok(value) => value, Err(error) => alt(a) }
    /// ```
    ///
    /// The fallback stands where the body has not run (`rejected`), or once, behind both ways to it (`any`): so the
    /// compiler knows which arguments are left.
    fn sync_with(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { runtime, breaker, error, .. } = self;
        let (body, judge, answer) = (self.closure(), self.judge(), self.answer(fallback)?);
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let refusal = self.refusal(fallback);
        Ok(match self.options.fallback_on {
            FallbackOn::Rejected => generated! {
                match #breaker.try_acquire() {
                    #ok(permit) => #runtime::__private::run(permit, #body, #judge),
                    #err(open) => { #refusal #answer }
                }
            },
            FallbackOn::Any => {
                let split = self.split(fallback);
                generated! {
                    match match #breaker.try_acquire() {
                        #ok(permit) => #runtime::__private::run_or_fail(permit, #body, #judge, #split),
                        #err(open) => #err(#runtime::CallError::Open(open)),
                    } {
                        #ok(value) => value,
                        #err(#error) => { #answer }
                    }
                }
            }
        })
    }

    /// ```text
    /// // Input:  async fn f(a: A) -> R BODY
    /// // Output: let permit = match breaker.try_acquire() { Ok(permit) => permit, Err(open) => return refused(open) };
    /// //         let value = async move { let a = a; match () { () => BODY } }.await;
    /// //         settle(permit, value, verdict)
    /// ```
    ///
    /// The body's future is awaited right here, where it is stored once. Rebinding the arguments in order keeps their
    /// drop order; a match arm ends the life of the body's temporaries before theirs.
    fn asynchronous(&self, future: &TokenStream, fallback: Option<&Fallback>) -> Result<TokenStream> {
        let Self { runtime, breaker, error, output, .. } = self;
        let judge = self.judge();
        let (ok, err) = (generated!(::core::result::Result::Ok), generated!(::core::result::Result::Err));
        let value = generated!(let value: #output = #future.await;);
        let refusal = match fallback {
            None => self.refused(),
            Some(fallback) => {
                let answer = self.answer(fallback)?;
                if self.options.fallback_on == FallbackOn::Any {
                    let split = self.split(fallback);
                    return Ok(generated! {
                        let #error = match #breaker.try_acquire() {
                            #ok(permit) => {
                                #value
                                match #runtime::__private::settle_or_fail(permit, value, #judge, #split) {
                                    #ok(value) => return value,
                                    #err(error) => error,
                                }
                            }
                            #err(open) => #runtime::CallError::Open(open),
                        };
                        #answer
                    });
                }
                let refusal = self.refusal(fallback);
                generated!({ #refusal #answer })
            }
        };
        Ok(generated! {
            let permit = match #breaker.try_acquire() {
                #ok(permit) => permit,
                #err(open) => return #refusal,
            };
            #value
            #runtime::__private::settle(permit, value, #judge)
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
    fn returned(&mut self, returned: Returned) -> Result<TokenStream> {
        if let Some(Fallback::Path(path)) = &self.options.fallback {
            let rule = "a function that returns a future gives its arguments away before the breaker is asked: \
                        use a closure, `fallback = |error| …`, or write `async fn`";
            return Err(Error::new_spanned(path, rule));
        }
        let body = self.closure();
        self.output = inferred(&returned.output);
        let Self { runtime, output, options, .. } = &*self;
        let future = Ident::new("future", Span::mixed_site());
        let (breaker, guarded) = (self.breaker(), self.asynchronous(&generated!(#future), options.fallback.as_ref())?);
        let guarded = generated!(async move { #breaker #guarded });
        let guarded = if returned.boxed { generated!(#runtime::__private::boxed(#guarded)) } else { guarded };
        Ok(generated! {
            let #future = #runtime::__private::start::<#output, _>(#body);
            #guarded
        })
    }

    fn answer(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { options, function, renamed, runtime, breaker, error, .. } = self;
        let answer = fallback::answer(fallback, options, &function.sig, renamed, error, runtime)?;
        Ok(generated!(#breaker.count_fallback(); #answer))
    }

    /// The body as a closure literal, handed directly to a function that expects an `FnOnce`: so `&mut self -> &mut T`
    /// compiles.
    fn closure(&self) -> TokenStream {
        let output = self.function.output();
        let body = self.body();
        if self.renamed.is_empty() { generated!(|| -> #output #body) } else { generated!(|| -> #output { #body }) }
    }

    fn future(&self) -> TokenStream {
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
    fn lends(&self) -> bool {
        let Self { options, function, renamed, .. } = self;
        let receiver = function.sig.receiver().map(|receiver| &receiver.kind);
        let exclusive = matches!(receiver, Some(ReceiverKind::Reference(_, _, Some(_))))
            || renamed.iter().any(|argument| argument.exclusive);
        exclusive
            && function.sig.asyncness.is_some()
            && options.fallback.is_some()
            && options.fallback_on == FallbackOn::Any
    }

    /// The body behind the patterns of renamed arguments.
    fn body(&self) -> TokenStream {
        let body = &self.function.body;
        let asyncness = self.function.sig.asyncness.is_some();
        if self.renamed.is_empty() && !asyncness {
            return generated!(#body);
        }
        let lends = self.lends();
        let rebound = self.renamed.iter().map(|Renamed { attrs, pattern, name, exclusive }| {
            let value = if lends && *exclusive { generated!(&mut *#name) } else { generated!(#name) };
            let bound = bind(pattern, &value);
            generated!(#(#attrs)* #bound)
        });
        generated!(#(#rebound)* match () { () => #body })
    }
}
