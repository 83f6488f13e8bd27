//! Arguments that the body binds again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use syn::{Attribute, FnArg, Pat, PatIdent, PatType, Signature, Type, visit_mut::VisitMut};

use crate::function::{borrows::is_exclusive, plain_name};

/// An argument whose value the generated code handles: it has a name of its own in the signature.
pub(crate) struct Renamed {
    pub(crate) attrs: Vec<Attribute>,
    /// What the user wrote, for the body.
    pub(crate) pattern: Pat,
    /// What stands in the signature.
    pub(crate) name: Ident,
    /// It is written as `&mut T`: the body may borrow it again rather than consume it.
    pub(crate) exclusive: bool,
}

/// Gives the arguments that `wanted` asks for a plain name, and hands their patterns to the body; `mut` goes with them.
///
/// ```text
/// // Input:  fn f(a: A, mut b: B, (c, d): (C, D), _: E)
/// // Output: fn f(a: A, b: B, arg2: (C, D), arg3: E)      the body starts with `let mut b = b; let (c, d) = arg2; …`
/// ```
pub(crate) fn rename(sig: &mut Signature, wanted: impl Fn(&[Attribute], &Pat, &Type) -> bool) -> Vec<Renamed> {
    let mut renamed = Vec::new();
    for (position, input) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(PatType { attrs, pat, ty, .. }) = input else { continue };
        if !wanted(attrs, pat, ty) {
            continue;
        }
        let name = match (plain_name(pat), &**pat) {
            (Some(ident), pat) if !is_hidden(pat) => ident.clone(),
            (_, pat) => {
                format_ident!("arg{position}", span = Span::mixed_site().located_at(syn::spanned::Spanned::span(pat)))
            }
        };
        let in_signature = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        });
        renamed.push(Renamed {
            attrs: attrs.clone(),
            pattern: std::mem::replace(&mut **pat, in_signature),
            name,
            exclusive: is_exclusive(ty),
        });
    }
    renamed
}

/// Whether it is no plain name, or one that is said to be unused: using it would raise a lint.
pub(crate) fn is_hidden(pattern: &Pat) -> bool {
    plain_name(pattern).is_none_or(|name| name.to_string().starts_with('_'))
}

/// Whether a `mut` stands in the pattern.
pub(crate) fn is_changed(pattern: &Pat) -> bool {
    bindings(pattern).iter().any(|binding| binding.by_ref.is_none() && binding.mutability.is_some())
}

/// The names that a pattern binds.
pub(crate) fn bindings(pattern: &Pat) -> Vec<PatIdent> {
    struct Bindings(Vec<PatIdent>);
    impl VisitMut for Bindings {
        fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
            self.0.push(binding.clone());
            syn::visit_mut::visit_pat_ident_mut(self, binding);
        }
    }
    let mut bindings = Bindings(Vec::new());
    bindings.visit_pat_mut(&mut pattern.clone());
    bindings.0
}

/// `let pattern = value;`. One that is named as unused is bound through a tuple: clippy takes the plain statement for a
/// mistake of the user's.
pub(crate) fn bind(pattern: &Pat, value: &TokenStream) -> TokenStream {
    match plain_name(pattern) {
        Some(name) if name.to_string().starts_with('_') => generated!(let (#pattern,) = (#value,);),
        _ => generated!(let #pattern = #value;),
    }
}
