//! `cache(key = …, ttl = "300s", capacity = 1000)`: its options, and the code that keeps values and finds them again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Error, Expr, ParenthesizedGenericArguments, PathArguments, Result, Type, TypeFnPtr, TypeReference, parenthesized,
    parse::ParseStream,
    visit_mut::{VisitMut, visit_type_reference_mut},
};

use crate::{
    expand::Expansion,
    key,
    reader::{Reader, equals},
    setting::{Kind, Setting},
};

const CAPACITY: Kind = Kind::Count { unit: "values", max: u32::MAX as u64 };
const FORM: &str = "`cache(key = …, ttl = \"300s\")`";

pub(crate) struct Cache {
    /// The word itself.
    name: Ident,
    pub(crate) key: Expr,
    ttl: Setting,
    capacity: Option<Setting>,
}

impl Cache {
    pub(crate) fn parse(name: Ident, input: ParseStream) -> Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(Error::new(name.span(), format!("`cache` lists its own options: {FORM}")));
        }
        let list;
        parenthesized!(list in input);
        let (mut key, mut ttl, mut capacity) = (None, None, None);
        let mut reader = Reader::default();
        reader.options(&list, &["key", "ttl", "capacity"], |reader, option, input| {
            equals(&option, input)?;
            let value = input.parse()?;
            match option.to_string().as_str() {
                "key" => key = Some(value),
                "ttl" => ttl = reader.keep(Setting::new(option, Kind::Wait, value)),
                _ => capacity = reader.keep(Setting::new(option, CAPACITY, value)),
            }
            Ok(())
        })?;
        for needed in ["key", "ttl"] {
            if !reader.seen().iter().any(|option| option == needed) {
                reader.note(Error::new(name.span(), format!("`cache` needs a `{needed}`: {FORM}")));
            }
        }
        match (key, ttl) {
            (Some(key), Some(ttl)) => reader.finish(Self { name, key, ttl, capacity }),
            _ => Err(reader.finish(()).err().unwrap_or_else(|| Error::new(name.span(), FORM))),
        }
    }
}

/// The reference in the `Ok` type of a return type, if one is written there that may end with the call.
fn borrowed(output: &Type) -> Option<TypeReference> {
    struct Borrowed(Option<TypeReference>);
    impl VisitMut for Borrowed {
        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            match &reference.lifetime {
                Some(lifetime) if lifetime.ident == "static" => visit_type_reference_mut(self, reference),
                _ => self.0 = Some(reference.clone()),
            }
        }

        // What a function takes and returns is no part of it.
        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

        fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
    }
    let Type::Path(path) = output else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    let mut value = arguments.args.first()?.clone();
    let mut found = Borrowed(None);
    found.visit_generic_argument_mut(&mut value);
    found.0
}

impl Expansion {
    /// The key of this call's value, which is told before the body can consume the arguments.
    pub(crate) fn cache_key(&self) -> Option<TokenStream> {
        let Self { options, renamed, runtime, .. } = self;
        let owned = |text| generated!(#runtime::__private::owned(#text));
        let key = key::evaluated(&options.cache.as_ref()?.key, renamed, runtime, owned);
        Some(generated!(let cached_as = #key;))
    }

    /// ```text
    /// // Input:  cache(key = id, ttl = "300s")
    /// // Output: let slot = cache! {{ static CACHE: CacheSite = CacheSite::new(|| nanos(…), || 1000); slot(&CACHE, breaker, cached_as) }};
    /// ```
    ///
    /// The macro stands for the runtime's feature: without it, it is the message that says so.
    pub(crate) fn cache_slot(&self) -> Result<Option<TokenStream>> {
        let Self { options, runtime, breaker, output, .. } = self;
        let Some(Cache { name, ttl, capacity, .. }) = &options.cache else { return Ok(None) };
        if let Some(reference) = borrowed(output) {
            let rule = "a cached value outlives the call that returned it, so it cannot borrow: return an owned one";
            return Err(Error::new_spanned(reference, rule));
        }
        let (ttl, slot, shown) = (ttl.to_value(runtime), self.at_output("slot"), self.function.output_span());
        let slot = quote_spanned!(Span::mixed_site().located_at(shown)=> #slot(&CACHE, #breaker, cached_as));
        let capacity = match capacity {
            None => generated!(1000),
            Some(capacity) => capacity.to_value(runtime),
        };
        let span = Span::mixed_site().located_at(name.span());
        let code = generated! {{
            static CACHE: #runtime::__private::CacheSite =
                #runtime::__private::CacheSite::new(|| #ttl, || #capacity);
            #slot
        }};
        let runtime = runtime.clone().into_iter().map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        });
        Ok(Some(quote_spanned!(span=> let slot = #(#runtime)*::__private::cache! { #code };)))
    }

    /// Leaves with the kept value, if there is one.
    pub(crate) fn cached(&self) -> Option<TokenStream> {
        self.options.cache.as_ref()?;
        Some(generated! {
            if let ::core::option::Option::Some(value) = slot.cached() {
                return value;
            }
        })
    }

    /// What a call goes through: a function of the runtime's, or the slot's method of the same name.
    pub(crate) fn through(&self, name: &str) -> TokenStream {
        let (runtime, name) = (&self.runtime, Ident::new(name, Span::mixed_site()));
        match self.options.cache {
            None => generated!(#runtime::__private::#name),
            Some(_) => generated!(slot.#name),
        }
    }
}
