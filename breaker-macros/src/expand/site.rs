//! Where the breaker comes from.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Path;

use crate::expand::{
    Expansion,
    spans::{at, hygienic_at},
};

impl Expansion {
    /// The breaker, or with a `key` its family: the user's own, the accessor's, or a static in a block of its own, whose
    /// name nobody else sees.
    pub(super) fn source(&self) -> TokenStream {
        match (&self.options.breaker, &self.options.handle) {
            (Some(breaker), _) => self.own_source(breaker),
            (None, Some(handle)) => generated!(#handle()),
            (None, None) => {
                let site = self.site();
                generated!({ #site })
            }
        }
    }

    /// ```text
    /// // Input:  name = "users", failure_threshold = 2
    /// // Output: static __SITE: Site<CircuitBreaker> = Site::new(|| named("users", |config| config.failure_threshold(2)));
    /// //         __SITE.get()
    /// ```
    fn site(&self) -> TokenStream {
        let Self { options, runtime, .. } = self;
        let (name, configure) = (self.name(), self.configure());
        let make = match (&options.name, &options.key) {
            (Some(_), None) => "named",
            (None, None) => "labelled",
            (Some(_), Some(_)) => "named_family",
            (None, Some(_)) => "labelled_family",
        };
        let make = self.named_at("name", make);
        let max_keys = options.key.as_ref().map(|_| match &options.max_keys {
            None => generated!(, #runtime::__private::MAX_KEYS),
            Some(max_keys) => {
                let max_keys = self.value(max_keys);
                generated!(, #max_keys)
            }
        });
        let kind = self.kind();
        generated! {
            static __SITE: #runtime::__private::Site<#runtime::#kind> = #runtime::__private::Site::new(
                || #runtime::__private::#make(#name, #configure #max_keys),
            );
            __SITE.get()
        }
    }

    /// The type of what a site keeps.
    fn kind(&self) -> TokenStream {
        match self.options.key {
            None => generated!(CircuitBreaker),
            Some(_) => generated!(CircuitBreakerFamily),
        }
    }

    /// ```text
    /// // Input:  handle = Self::users_breaker
    /// // Output: pub fn users_breaker() -> &'static CircuitBreaker { … }
    /// ```
    pub(super) fn accessor(&self) -> Option<TokenStream> {
        let Self { options, function, label, runtime, .. } = self;
        let Path { segments, .. } = options.handle.as_ref()?;
        let name = &segments.last()?.ident;
        let (cfgs, site, kind) = (function.cfgs(), self.site(), self.kind());
        let span = hygienic_at(name.span());
        // Shown where the name is written: there stands what rustc says of the accessor.
        let vis = at(&function.vis.to_token_stream(), span);
        let doc = match options.key {
            None => format!("The circuit breaker of `{label}`."),
            Some(_) => format!("The circuit breakers of `{label}`, one for each key."),
        };
        Some(quote_spanned! {span=>
            #(#cfgs)*
            #[doc = #doc]
            #[must_use]
            #vis fn #name() -> &'static #runtime::#kind {
                #site
            }
        })
    }
}
