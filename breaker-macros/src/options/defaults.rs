//! Options that an `impl` block gives to its methods.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Error, Expr, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::options::{
    Options,
    relations::{exclude_each_other, exclusions, lacks_what_it_needs},
    value::Fallback,
};

/// Options that speak of one function.
const OF_ONE_FUNCTION: [&str; 5] = ["handle", "key", "max_keys", "cache", "clone"];

/// Options as they were written, without a look at their values.
#[derive(Clone, Default)]
pub(crate) struct Written(Vec<(Ident, TokenStream)>);

impl Written {
    /// Reads all options of an attribute. What is no option is passed over: where the option is used it is a mistake.
    pub(crate) fn read(input: ParseStream) -> Result<Self> {
        let mut options = Vec::new();
        while !input.is_empty() {
            if let Ok(key) = input.call(Ident::parse_any) {
                let value = value(input).unwrap_or_default();
                options.push((key.clone(), quote!(#key #value)));
            }
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
            let _: Option<Token![,]> = input.parse()?;
        }
        Ok(Self(options))
    }

    fn keys(&self) -> impl Iterator<Item = &Ident> {
        self.0.iter().map(|(key, _)| key)
    }

    /// These options as defaults under the method's `own`: without those that it has itself, those that one of its own
    /// excludes, and those that are nothing without an option that neither has.
    pub(crate) fn under(&self, own: &Self) -> impl Iterator<Item = &TokenStream> {
        let fits = |key: &Ident| own.keys().all(|own| own != key && !exclude_each_other(own, key));
        let fitting: Vec<_> = self.0.iter().filter(|(key, _)| fits(key)).collect();
        let given: Vec<_> = own.keys().chain(fitting.iter().map(|(key, _)| key)).cloned().collect();
        fitting.into_iter().filter(move |(key, _)| !lacks_what_it_needs(key, given.iter())).map(|(_, option)| option)
    }
}

/// `= value`, or `(…)`.
fn value(input: ParseStream) -> Result<TokenStream> {
    if input.peek(syn::token::Paren) {
        return Ok(input.parse::<TokenTree>()?.into_token_stream());
    }
    let (equals, value): (Token![=], Expr) = (input.parse()?, input.parse()?);
    Ok(quote!(#equals #value))
}

/// The options of a block, each right by itself.
pub(crate) struct Defaults(pub(crate) Written);

impl Parse for Defaults {
    fn parse(input: ParseStream) -> Result<Self> {
        let written = Written::read(&input.fork())?;
        let (options, mut reader) = Options::read_all(input)?;
        let mut mistakes = exclusions(reader.seen());
        for key in reader.seen().iter().filter(|key| OF_ONE_FUNCTION.iter().any(|name| *key == name)) {
            let rule = format!("`{key}` is no default for a whole block: give it to the method that it is for");
            mistakes.push(Error::new(key.span(), rule));
        }
        if let Some(Fallback::Path(path)) = &options.fallback {
            let rule = "a path takes the arguments of one function, so it is no default for a whole block: \
                        give it to the method, or use a closure, `fallback = |error| …`";
            mistakes.push(Error::new_spanned(path, rule));
        }
        mistakes.into_iter().for_each(|mistake| reader.note(mistake));
        reader.finish(Self(written))
    }
}
