//! An expression over the arguments that says which breaker or which cached value a call is about.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{
    Expr, Pat, PatIdent,
    spanned::Spanned,
    visit_mut::{VisitMut, visit_pat_ident_mut},
};

use crate::{
    expand::spans::{at, hygienic_at},
    function::{arguments::Renamed, mentions, plain_name},
};

/// What `of` makes of the key's text. The arguments are borrowed, and only meanwhile.
///
/// ```text
/// // Input:  key = host, on async fn f((host, port): (String, u16))
/// // Output: { let (host, port) = &arg0; let _ = (&host, &port); «of»(Key::of(&(host)).text()) }
/// ```
///
/// `of` may evaluate another expression over the arguments.
pub(super) fn evaluated(
    key: &Expr,
    other: Option<&Expr>,
    renamed: &[Renamed],
    runtime: &TokenStream,
    of: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let span = hygienic_at(key.span());
    let runtime = at(runtime, span);
    let found = of(quote_spanned!(span=> #runtime::__private::Key::of(&(#key)).text()));
    with_bindings(&found, [key].into_iter().chain(other), renamed)
}

/// The code behind the patterns of those arguments that the expressions want, if they have another name now.
pub(super) fn with_bindings<'a>(
    code: &TokenStream,
    expressions: impl Iterator<Item = &'a Expr> + Clone,
    renamed: &[Renamed],
) -> TokenStream {
    let mut bindings = renamed.iter().filter_map(|renamed| binding(renamed, expressions.clone())).peekable();
    if bindings.peek().is_none() { code.clone() } else { generated!({ #(#bindings)* #code }) }
}

/// The user's pattern over an argument that has another name now, if an expression wants something of it.
fn binding<'a>(renamed: &Renamed, mut expressions: impl Iterator<Item = &'a Expr> + Clone) -> Option<TokenStream> {
    let Renamed { attrs, pattern, name, .. } = renamed;
    if plain_name(pattern) == Some(name) {
        return None;
    }
    let (pattern, mut names) = borrowing(pattern);
    let wanted = |expression: &Expr| names.iter().any(|name| mentions(expression, name));
    if !expressions.any(wanted) {
        return None;
    }
    // The second line is a use of those that the key does not want. One that is named as unused may stay so.
    names.retain(|name| !name.to_string().starts_with('_'));
    Some(generated! {
        #(#attrs)* let #pattern = &#name;
        #(#attrs)* let _ = (#(&#names,)*);
    })
}

/// A use, in the body, of what the keys want of an argument: else it would be said to be unused.
pub(super) fn used<'a>(renamed: &Renamed, keys: impl Iterator<Item = &'a Expr> + Clone) -> Option<TokenStream> {
    let (attrs, (_, mut names)) = (&renamed.attrs, borrowing(&renamed.pattern));
    names.retain(|name| keys.clone().any(|key| mentions(key, name)));
    if names.is_empty() { None } else { Some(generated!(#(#attrs)* let _ = (#(&#names,)*);)) }
}

/// The pattern without `ref` and `mut`, to stand over a reference, and the names that it binds.
pub(super) fn borrowing(pattern: &Pat) -> (Pat, Vec<Ident>) {
    struct Borrow(Vec<Ident>);
    impl VisitMut for Borrow {
        fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
            (pattern.by_ref, pattern.mutability) = (None, None);
            self.0.push(pattern.ident.clone());
            visit_pat_ident_mut(self, pattern);
        }
    }
    let (mut pattern, mut names) = (pattern.clone(), Borrow(Vec::new()));
    names.visit_pat_mut(&mut pattern);
    (pattern, names.0)
}

/// Whether a variable of this name is used by an expression.
pub(super) fn mentions(expression: &Expr, name: &Ident) -> bool {
    mentions::mentions(expression.to_token_stream(), &name.to_string())
}
