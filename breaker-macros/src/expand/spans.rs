//! Where generated tokens are shown in the user's code. Their names stay hygienic.

use proc_macro2::{Span, TokenStream};

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
