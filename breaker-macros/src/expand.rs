//! From the annotated function to the guarded one.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Error, Result, Type};

use crate::{
    expand::spans::hygienic_at,
    function::{Function, arguments::Renamed, returned::Returned},
    options::Options,
};

mod answer;
mod arguments;
mod block;
mod cache;
mod closure;
mod fallback;
mod future;
mod judge;
mod key;
mod kind;
mod own_breaker;
mod settings;
mod site;
mod spans;
mod sync;

/// On a mistake the function is emitted as it was, so that its callers have nothing to complain about.
pub(crate) fn circuit_breaker(options: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(block) = block::of(&item) {
        return block.with_defaults(options);
    }
    let options = syn::parse2::<Options>(options);
    let function = syn::parse2::<Function>(item.clone());
    let expanded = match (options, function) {
        (Ok(options), Ok(function)) => Expansion::new(options, function).and_then(Expansion::tokens),
        (Err(mut mistakes), Err(reasons)) => {
            mistakes.combine(reasons);
            Err(mistakes)
        }
        (Err(mistakes), Ok(_)) | (Ok(_), Err(mistakes)) => Err(mistakes),
    };
    expanded.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote!(#error #item)
    })
}

/// What the expansion is made from.
struct Expansion {
    options: Options,
    function: Function,
    renamed: Vec<Renamed>,
    /// What the guarded call yields: the return type, or what the returned future resolves to.
    output: Type,
    /// A part of that type is not written, so that it is a value, `kind`, that stands for it.
    hidden: bool,
    /// It is not `async`, and returns a future.
    makes_future: bool,
    /// `::breaker_runtime`, or what `crate = …` says.
    runtime: TokenStream,
    breaker: Ident,
    error: Ident,
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
        let renamed = Self::bound_again(&options, &mut function);
        let label = syn::ext::IdentExt::unraw(&function.sig.ident).to_string();
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let (breaker, error) = (local("breaker"), local("error"));
        let output = function.output();
        let hidden = function.hides_output();
        let makes_future = function.sig.asyncness.is_none() && Returned::of(&function.sig.output).is_some();
        Ok(Self { options, function, renamed, output, hidden, makes_future, runtime, breaker, error, label })
    }

    fn tokens(mut self) -> Result<TokenStream> {
        self.check_settings()?;
        self.check_lending()?;
        let clones = self.clones()?;
        let (own, keyed, cache_key) = (self.own_breaker(), self.keyed(), self.cache_key());
        let asyncness = self.function.sig.asyncness.is_some();
        let guarded = match Returned::of(&self.function.sig.output) {
            Some(returned) if !asyncness => self.returned(returned)?,
            _ => {
                let guarded = match &self.options.fallback {
                    fallback if asyncness => self.asynchronous(&self.future(), fallback.as_ref())?,
                    None => self.sync_plain(),
                    Some(fallback) => self.sync_with(fallback)?,
                };
                let acquired = self.breaker()?;
                generated!(#acquired #guarded)
            }
        };
        let accessor = self.accessor();
        let kind = self.kind_of_output();
        let Function { attrs, vis, sig, .. } = &self.function;
        let parameters = self.parameters_of_nothing();
        let body = self.braced(generated!(#parameters #clones #own #keyed #cache_key #kind #guarded));
        Ok(generated!(#(#attrs)* #vis #sig #body #accessor))
    }

    /// The type parameters of a function whose body is empty, as one that asserts a bound has: a lint asks whether parameters
    /// are used, unless a body is empty, and this one no longer is.
    fn parameters_of_nothing(&self) -> TokenStream {
        let Function { sig, body, .. } = &self.function;
        let is_empty = matches!(body, TokenTree::Group(body) if body.stream().is_empty());
        let parameters = sig.generics.type_params().filter(|_| is_empty).map(|parameter| &parameter.ident);
        generated!(#(let _ = ::core::marker::PhantomData::<#parameters>;)*)
    }

    /// A function of the runtime's that does what an option asks for, shown at the option's name: there an editor finds its
    /// documentation.
    fn named_at(&self, option: &str, function: &str) -> Ident {
        Ident::new(function, self.options.place_of(option).map_or_else(Span::mixed_site, hygienic_at))
    }

    /// The code between the user's own braces: else lints take what begins or ends there for the macro's.
    fn braced(&self, code: TokenStream) -> TokenStream {
        let mut braces = Group::new(Delimiter::Brace, code);
        braces.set_span(self.function.braces());
        TokenTree::Group(braces).into()
    }

    /// The breaker of this call's key, which is looked up before the body can consume the arguments.
    fn keyed(&self) -> Option<TokenStream> {
        let Self { options, renamed, runtime, .. } = self;
        let family = self.source();
        // A future may end on another thread than it began on.
        let is_future = self.function.sig.asyncness.is_some() || Returned::of(&self.function.sig.output).is_some();
        let keyed = self.named_at("key", if is_future { "send_keyed" } else { "keyed" });
        let keyed = |text| generated!(#runtime::__private::#keyed(#family, #text));
        let found = key::evaluated(options.key.as_ref()?, options.breaker.as_ref(), renamed, runtime, keyed);
        Some(generated!(let keyed = #found;))
    }

    /// The statements that get the breaker, and the slot of its cache.
    fn breaker(&self) -> Result<TokenStream> {
        let breaker = &self.breaker;
        let get = match self.options.key {
            Some(_) => generated!(&*keyed),
            None => self.source(),
        };
        let (slot, judge) = (self.cache_slot()?, self.judge_named());
        Ok(generated!(let #breaker = #get; #slot #judge))
    }

    /// The body behind the arguments that it binds again.
    fn body(&self) -> TokenStream {
        let (rebound, body) = (self.rebound(), &self.function.body);
        if self.asks_for_closure() {
            // What a match is to yield does not reach the closure in its arm.
            return generated!(#rebound 'body: { break 'body #body; });
        }
        // A match arm ends the life of the body's temporaries before theirs.
        generated!(#rebound match () { () => #body })
    }
}
