//! Where the breaker comes from.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Path, spanned::Spanned};

use crate::{function::Function, options::Options};

/// The breaker, or with a `key` its family: the user's own, the accessor's, or a static in a block of its own, whose name
/// nobody else sees.
pub(crate) fn get(options: &Options, label: &str, runtime: &TokenStream) -> TokenStream {
    match (&options.breaker, &options.handle) {
        (Some(path), _) => {
            let span = Span::mixed_site().located_at(path.span());
            quote_spanned!(span=> { let breaker: &'static #runtime::CircuitBreaker = &#path; breaker })
        }
        (None, Some(handle)) => generated!(#handle()),
        (None, None) => {
            let site = site(options, label, runtime);
            generated!({ #site })
        }
    }
}

/// ```text
/// // Input:  name = "users", failure_threshold = 2
/// // Output: static SITE: Site = Site::named("users", |config| config.failure_threshold(2)); SITE.get()
/// ```
fn site(options: &Options, label: &str, runtime: &TokenStream) -> TokenStream {
    let (called, name) = match &options.name {
        Some(name) => (generated!(named), name.to_token_stream()),
        None => (generated!(labelled), generated!(::core::concat!(::core::module_path!(), "::", #label))),
    };
    let settings = options.settings.iter().map(|setting| setting.to_call(runtime));
    let (site, max_keys) = match (&options.key, &options.max_keys) {
        (None, _) => (generated!(Site), None),
        (Some(_), None) => (generated!(FamilySite), Some(generated!(, || 1024))),
        (Some(_), Some(max_keys)) => {
            let max_keys = max_keys.to_value(runtime);
            (generated!(FamilySite), Some(generated!(, || #max_keys)))
        }
    };
    generated! {
        static SITE: #runtime::__private::#site =
            #runtime::__private::#site::#called(#name, |config| config #(#settings)* #max_keys);
        SITE.get()
    }
}

/// ```text
/// // Input:  handle = Self::users_breaker
/// // Output: pub fn users_breaker() -> &'static CircuitBreaker { … }
/// ```
pub(crate) fn accessor(
    options: &Options,
    function: &Function,
    label: &str,
    runtime: &TokenStream,
) -> Option<TokenStream> {
    let Path { segments, .. } = options.handle.as_ref()?;
    let name = &segments.last()?.ident;
    let (cfgs, site) = (function.cfgs(), site(options, label, runtime));
    let span = Span::mixed_site().located_at(name.span());
    // Shown where the name is written: there stands what rustc says of the accessor.
    let vis = function.vis.to_token_stream().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    let (doc, kind) = match options.key {
        None => (format!("The circuit breaker of `{label}`."), generated!(CircuitBreaker)),
        Some(_) => (format!("The circuit breakers of `{label}`, one for each key."), generated!(CircuitBreakerFamily)),
    };
    Some(quote_spanned! {span=>
        #(#cfgs)*
        #[doc = #doc]
        #[must_use]
        #(#vis)* fn #name() -> &'static #runtime::#kind {
            #site
        }
    })
}
