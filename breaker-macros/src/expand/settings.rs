//! The settings as the breaker of an annotated place is made with them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{
    Error, Expr, GenericParam, Generics, Path, Result,
    spanned::Spanned,
    visit_mut::{VisitMut, visit_path_mut},
};

use crate::{
    expand::{
        Expansion,
        spans::{at, hygienic_at},
    },
    options::{setting::Setting, value::Name},
};

impl Expansion {
    /// Finds what cannot be named where the breaker is made: in a static, which knows neither `Self` nor generics.
    pub(super) fn check_settings(&self) -> Result<()> {
        let options = &self.options;
        let cached = options.cache.iter().flat_map(|cache| [&cache.ttl].into_iter().chain(&cache.capacity));
        let values = options.settings.iter().chain(&options.max_keys).chain(cached).map(|setting| &setting.value);
        let mut found = Outside { generics: &self.function.sig.generics, mistakes: None };
        for value in values {
            found.visit_expr_mut(&mut value.clone());
        }
        if let Some(Name::Constant(name)) = &options.name {
            found.visit_expr_mut(&mut name.clone());
        }
        if let Some(config) = &options.config {
            found.visit_expr_mut(&mut Expr::Path(config.clone()));
        }
        found.mistakes.map_or(Ok(()), Err)
    }

    /// The value of a setting.
    pub(super) fn value(&self, setting: &Setting) -> TokenStream {
        setting.to_value(&self.shown_at(setting))
    }

    /// The path of the runtime, shown at the value of a setting.
    fn shown_at(&self, setting: &Setting) -> TokenStream {
        at(&self.runtime, hygienic_at(setting.value.span()))
    }

    /// ```text
    /// // Input:  config = defaults, failure_threshold = 2
    /// // Output: |config| config(config, defaults).failure_threshold(2)
    /// ```
    pub(super) fn configure(&self) -> TokenStream {
        let start = match &self.options.config {
            None => generated!(config),
            Some(config) => {
                let (runtime, settings) = (&self.runtime, self.named_at("config", "config"));
                generated!(#runtime::__private::#settings(config, #config))
            }
        };
        let calls = self.options.settings.iter().map(|setting| {
            let (method, value) = (&setting.key, self.value(setting));
            generated!(.#method(#value))
        });
        let checks: Vec<_> = self
            .options
            .settings
            .iter()
            .filter_map(|setting| setting.to_window_check(&self.shown_at(setting)))
            .collect();
        if checks.is_empty() {
            generated!(|config| #start #(#calls)*)
        } else {
            generated!(|config| { #(#checks)* #start #(#calls)* })
        }
    }

    /// The breaker's name, or its label.
    ///
    /// ```text
    /// // Input:  name = concat!("users-", "v2")
    /// // Output: { const __NAME: &str = concat!("users-", "v2"); const _: () = name(__NAME); __NAME }
    /// ```
    pub(super) fn name(&self) -> TokenStream {
        let label = &self.label;
        match &self.options.name {
            None => generated!(::core::concat!(::core::module_path!(), "::", #label)),
            Some(Name::Literal(name)) => name.to_token_stream(),
            Some(Name::Constant(name)) => {
                let span = hygienic_at(name.span());
                let runtime = at(&self.runtime, span);
                quote_spanned! {span=> {
                    const __NAME: &'static ::core::primitive::str = #name;
                    const _: () = #runtime::__private::constant::name(__NAME);
                    __NAME
                }}
            }
        }
    }
}

/// Paths that begin with what only the function knows.
struct Outside<'a> {
    generics: &'a Generics,
    mistakes: Option<Error>,
}

impl VisitMut for Outside<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        let first = path.segments.first().map(|segment| &segment.ident).filter(|_| path.leading_colon.is_none());
        if let Some(mistake) = first.and_then(|first| outside(first, self.generics)) {
            match &mut self.mistakes {
                None => self.mistakes = Some(mistake),
                Some(mistakes) => mistakes.combine(mistake),
            }
        }
        visit_path_mut(self, path);
    }
}

fn outside(first: &Ident, generics: &Generics) -> Option<Error> {
    if first == "Self" {
        let rule = "a setting cannot name `Self`: write the type's name, as in `Client::RETRIES`";
        return Some(Error::new(first.span(), rule));
    }
    let generic = generics.params.iter().any(|param| match param {
        GenericParam::Type(param) => param.ident == *first,
        GenericParam::Const(param) => param.ident == *first,
        GenericParam::Lifetime(_) => false,
    });
    generic.then(|| {
        let rule = format!("a setting cannot depend on `{first}`: one breaker serves all types of a generic function");
        Error::new(first.span(), format!("{rule}; write the path of a constant"))
    })
}
