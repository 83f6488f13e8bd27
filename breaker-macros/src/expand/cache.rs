//! The code that keeps values and finds them again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Error, ParenthesizedGenericArguments, PathArguments, Result, Type, TypeFnPtr, TypeReference,
    visit_mut::{VisitMut, visit_type_reference_mut},
};

use crate::{
    expand::{
        Expansion, key,
        spans::{at, hygienic_at},
    },
    options::cache::Cache,
};

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
    /// The key of this call's value, evaluated before the body can consume the arguments.
    pub(super) fn cache_key(&self) -> Option<TokenStream> {
        let Self { options, renamed, runtime, .. } = self;
        let owned = |text| generated!(#runtime::__private::owned(#text));
        let key = key::evaluated(&options.cache.as_ref()?.key, None, renamed, runtime, owned);
        Some(generated!(let cached_as = #key;))
    }

    /// ```text
    /// // Input:  cache(key = id, ttl = "300s")
    /// // Output: let slot = cache! {{ static __CACHE: CacheSite = CacheSite::new(|| nanos(…), || CACHE_CAPACITY); slot(&__CACHE, breaker, cached_as) }};
    /// ```
    ///
    /// The macro stands for the runtime's feature: without it, it is the message that says so.
    pub(super) fn cache_slot(&self) -> Result<Option<TokenStream>> {
        let Self { options, runtime, breaker, output, .. } = self;
        let Some(Cache { name, ttl, capacity, .. }) = &options.cache else { return Ok(None) };
        if let Some(reference) = borrowed(output) {
            let rule = "a cached value outlives the call that returned it, so it cannot borrow: return an owned one";
            return Err(Error::new_spanned(reference, rule));
        }
        let (ttl, slot, shown) = (self.value(ttl), self.callee_at_output("slot"), self.function.output_span());
        let slot = quote_spanned!(hygienic_at(shown)=> #slot(&__CACHE, #breaker, cached_as));
        let capacity = match capacity {
            None => generated!(#runtime::__private::CACHE_CAPACITY),
            Some(capacity) => self.value(capacity),
        };
        let span = hygienic_at(name.span());
        let code = generated! {{
            static __CACHE: #runtime::__private::CacheSite =
                #runtime::__private::CacheSite::new(|| #ttl, || #capacity);
            #slot
        }};
        let runtime = at(runtime, span);
        Ok(Some(quote_spanned!(span=> let slot = #runtime::__private::cache! { #code };)))
    }

    /// Leaves with the kept value, if there is one.
    pub(super) fn cached(&self) -> Option<TokenStream> {
        self.options.cache.as_ref()?;
        Some(generated! {
            if let ::core::option::Option::Some(value) = slot.cached() {
                return value;
            }
        })
    }

    /// A function of the runtime's that takes part in the call, or with a `cache` the slot's method of the same name.
    pub(super) fn callee(&self, name: &str) -> TokenStream {
        let (runtime, name) = (&self.runtime, Ident::new(name, Span::mixed_site()));
        match self.options.cache {
            None => generated!(#runtime::__private::#name),
            Some(_) => generated!(slot.#name),
        }
    }
}
