//! `#[circuit_breaker]` on an `impl` block: its options are defaults for the methods that carry the attribute themselves.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::options::defaults::{Defaults, Written};

const ATTRIBUTE: &str = "circuit_breaker";

/// An `impl` block. What stands in it stays as it is, but for the attributes.
pub(super) struct Block {
    attrs: Vec<Attribute>,
    rest: TokenStream,
}

/// Returns the block, if it is one.
pub(super) fn of(item: &TokenStream) -> Option<Block> {
    let read = |input: ParseStream| {
        let attrs = input.call(Attribute::parse_outer)?;
        let fork = input.fork();
        while fork.peek(Token![unsafe]) || fork.peek(Token![default]) {
            fork.call(Ident::parse_any)?;
        }
        let is_block = fork.peek(Token![impl]);
        Ok((is_block, Block { attrs, rest: input.parse()? }))
    };
    read.parse2(item.clone()).ok().and_then(|(is_block, block)| is_block.then_some(block))
}

impl Block {
    /// ```text
    /// // Input:  #[circuit_breaker(name = "users")] impl Users { #[circuit_breaker(failure_threshold = 2)] fn get(&self) … }
    /// // Output: impl Users { #[circuit_breaker(failure_threshold = 2, name = "users")] fn get(&self) … }
    /// ```
    ///
    /// On a mistake in the defaults the methods are left with what they have themselves.
    pub(super) fn with_defaults(self, options: TokenStream) -> TokenStream {
        let Self { attrs, rest } = self;
        let (defaults, mistakes) = match syn::parse2::<Defaults>(options) {
            Ok(Defaults(defaults)) => (defaults, None),
            Err(mistakes) => (Written::default(), Some(mistakes)),
        };
        let mut methods = Methods { defaults, found: 0, mistakes };
        for attr in attrs.iter().filter(|attr| is_ours(attr.path())) {
            methods.note(Error::new_spanned(attr.path(), "one block has one `#[circuit_breaker]`: remove this one"));
        }
        let mut tokens: Vec<_> = rest.into_iter().collect();
        if let Some(TokenTree::Group(body)) = tokens.last_mut() {
            *body = regrouped(body, methods.with_defaults(body.stream()));
        }
        if methods.found == 0 {
            let rule = "on an `impl` block `#[circuit_breaker]` gives its options to the methods that carry \
                        `#[circuit_breaker]` themselves, and here is none: annotate the methods, one by one";
            methods.note(Error::new(Span::call_site(), rule));
        }
        let mistakes = methods.mistakes.map(Error::into_compile_error);
        quote!(#mistakes #(#attrs)* #(#tokens)*)
    }
}

/// The methods of a block.
struct Methods {
    defaults: Written,
    /// How many carry the attribute.
    found: usize,
    mistakes: Option<Error>,
}

impl Methods {
    fn note(&mut self, mistake: Error) {
        match &mut self.mistakes {
            None => self.mistakes = Some(mistake),
            Some(mistakes) => mistakes.combine(mistake),
        }
    }

    /// The items of the block, with the defaults in their attributes. The items themselves are not opened.
    fn with_defaults(&mut self, items: TokenStream) -> TokenStream {
        let mut behind_pound = false;
        let changed = items.into_iter().map(|token| {
            let is_attribute = std::mem::replace(&mut behind_pound, is_pound(&token));
            match token {
                TokenTree::Group(group) if is_attribute && group.delimiter() == Delimiter::Bracket => {
                    TokenTree::Group(self.attribute(group))
                }
                // An item that came through `macro_rules!`.
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                    TokenTree::Group(regrouped(&group, self.with_defaults(group.stream())))
                }
                token => token,
            }
        });
        changed.collect()
    }

    /// What stands in the brackets of an attribute.
    fn attribute(&mut self, attribute: Group) -> Group {
        let read = |input: ParseStream| {
            let path = input.call(Path::parse_mod_style)?;
            Ok((path, input.parse::<TokenStream>()?))
        };
        let Ok((path, arguments)) = read.parse2(attribute.stream()) else { return attribute };
        if path.is_ident("cfg_attr") {
            if let Some(name) = named(arguments) {
                self.found += 1;
                let rule = "the block's options do not reach a `#[circuit_breaker]` inside `cfg_attr`: write \
                            `#[circuit_breaker]`, and put `#[cfg(…)]` on the method";
                self.note(Error::new(name.span(), rule));
            }
            return attribute;
        }
        if !is_ours(&path) {
            return attribute;
        }
        self.found += 1;
        let (own, span) = match arguments.into_iter().next() {
            None => (TokenStream::new(), attribute.span()),
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Parenthesis => (list.stream(), list.span()),
            Some(_) => return attribute,
        };
        let Ok(written) = Written::read.parse2(own.clone()) else { return attribute };
        let separator = (!own.is_empty() && !ends_with_comma(&own)).then(|| quote!(,));
        let defaults = self.defaults.under(&written);
        let mut list = Group::new(Delimiter::Parenthesis, quote!(#own #separator #(#defaults),*));
        list.set_span(span);
        regrouped(&attribute, quote!(#path #list))
    }
}

/// The same brackets around something else.
fn regrouped(group: &Group, stream: TokenStream) -> Group {
    let mut changed = Group::new(group.delimiter(), stream);
    changed.set_span(group.span());
    changed
}

fn is_ours(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == ATTRIBUTE)
}

fn is_pound(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

fn ends_with_comma(tokens: &TokenStream) -> bool {
    let last = tokens.to_token_stream().into_iter().last();
    matches!(last, Some(TokenTree::Punct(punct)) if punct.as_char() == ',')
}

/// Our attribute's name, where it stands among the arguments of a `cfg_attr`.
fn named(arguments: TokenStream) -> Option<Ident> {
    arguments.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => named(group.stream()),
        TokenTree::Ident(ident) if ident == ATTRIBUTE => Some(ident),
        _ => None,
    })
}
