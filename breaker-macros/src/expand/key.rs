//! An expression over the arguments that says which breaker or which cached value a call is about.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{
    Expr, Pat, PatIdent,
    spanned::Spanned,
    visit_mut::{VisitMut, visit_pat_ident_mut},
};

use crate::{
    expand::spans::{at, hygienic_at},
    function::{Renamed, plain_name},
};

/// What `of` makes of the key's text. The arguments are borrowed, and only meanwhile.
///
/// ```text
/// // Input:  key = host, on async fn f((host, port): (String, u16))
/// // Output: { let (host, port) = &arg0; let _ = (&host, &port); «of»(Key::of(&(host)).text()) }
/// ```
pub(super) fn evaluated(
    key: &Expr,
    renamed: &[Renamed],
    runtime: &TokenStream,
    of: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let span = hygienic_at(key.span());
    let runtime = at(runtime, span);
    let found = of(quote_spanned!(span=> #runtime::__private::Key::of(&(#key)).text()));
    let mut bindings = renamed.iter().filter_map(|renamed| binding(renamed, key)).peekable();
    if bindings.peek().is_none() { found } else { generated!({ #(#bindings)* #found }) }
}

/// The user's pattern over an argument that has another name now, if the key wants something of it.
fn binding(renamed: &Renamed, key: &Expr) -> Option<TokenStream> {
    let Renamed { attrs, pattern, name, .. } = renamed;
    if plain_name(pattern) == Some(name) {
        return None;
    }
    let (pattern, names) = borrowing(pattern);
    if !names.iter().any(|name| mentions(key.to_token_stream(), &name.to_string())) {
        return None;
    }
    // The second line is a use of those that the key does not want.
    Some(generated! {
        #(#attrs)* let #pattern = &#name;
        #(#attrs)* let _ = (#(&#names,)*);
    })
}

/// A use, in the body, of what the keys want of an argument: else it would be said to be unused.
pub(super) fn used<'a>(renamed: &Renamed, keys: impl Iterator<Item = &'a Expr> + Clone) -> Option<TokenStream> {
    let (attrs, (_, mut names)) = (&renamed.attrs, borrowing(&renamed.pattern));
    names.retain(|name| keys.clone().any(|key| mentions(key.to_token_stream(), &name.to_string())));
    if names.is_empty() { None } else { Some(generated!(#(#attrs)* let _ = (#(&#names,)*);)) }
}

/// The pattern without `ref` and `mut`, to stand over a reference, and the names that it binds.
fn borrowing(pattern: &Pat) -> (Pat, Vec<Ident>) {
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

/// Whether a name stands among these tokens, also inside a text, as in `format!("{name}")`.
fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Literal(literal) => literal.to_string().contains(name),
        TokenTree::Punct(_) => false,
    })
}
