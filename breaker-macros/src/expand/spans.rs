//! Where generated tokens are shown in the user's code. Their names stay hygienic.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// Returns the span of generated code that is shown at `span`.
pub(super) fn hygienic_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Returns the tokens, shown at `span`: what rustc says of them stands there. What their names mean is as before.
pub(super) fn at(tokens: &TokenStream, span: Span) -> TokenStream {
    let shown = tokens.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    shown.collect()
}

/// Returns the tokens of a type, where they are and as generated ones: what is said about the type is said once, about
/// what the user wrote. `$crate` stays as it is, since it means the crate of the macro that wrote it.
pub(super) fn repeated(tokens: TokenStream) -> TokenStream {
    let repeated = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), repeated(group.stream()));
            inner.set_span(hygienic_at(group.span()));
            TokenTree::Group(inner)
        }
        TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
        mut token => {
            token.set_span(hygienic_at(token.span()));
            token
        }
    });
    repeated.collect()
}

/// Returns the tokens of a path as if the user had written them at `span`.
pub(super) fn written_at(path: &TokenStream, span: Span) -> TokenStream {
    let written = path.clone().into_iter().map(|mut token| {
        token.set_span(token.span().resolved_at(span).located_at(span));
        token
    });
    written.collect()
}
