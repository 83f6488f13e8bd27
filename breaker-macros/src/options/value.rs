//! Reads the values of the options that are no settings of the breaker.

use proc_macro2::Ident;
use syn::{
    Error, Expr, ExprClosure, Path, Result,
    parse::{Parse, ParseStream},
};

use crate::options::suggest::closest;

pub(crate) enum Fallback {
    Path(syn::ExprPath),
    Closure(Box<ExprClosure>),
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FallbackOn {
    Rejected,
    #[default]
    Any,
}

pub(crate) fn predicate(name: &str, input: ParseStream) -> Result<Expr> {
    let value: Expr = input.parse()?;
    match &value {
        Expr::Path(_) | Expr::Closure(_) | Expr::Group(_) => Ok(value),
        _ => Err(Error::new_spanned(value, format!("`{name}` is a path or a closure: `{name} = |value| …`"))),
    }
}

pub(crate) fn breaker(value: Expr) -> Result<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path),
        Expr::Group(group) => breaker(*group.expr),
        other => {
            let rule = "`breaker` is the path of a `static`; for a breaker of each instance write `key = …`";
            Err(Error::new_spanned(other, rule))
        }
    }
}

pub(crate) fn handle(input: ParseStream) -> Result<Path> {
    let path: Path = input.parse()?;
    let plain = path.leading_colon.is_none() && path.segments.iter().all(|segment| segment.arguments.is_none());
    let place = plain && (path.segments.len() == 1 || path.segments.len() == 2 && path.segments[0].ident == "Self");
    if place { Ok(path) } else { Err(Error::new_spanned(path, "`handle` is a name, or `Self::name` in an impl")) }
}

impl Parse for Fallback {
    fn parse(input: ParseStream) -> Result<Self> {
        let rule = "`fallback` is a path or a closure of one argument: `fallback = |error| …`";
        match input.parse()? {
            Expr::Path(path) => Ok(Self::Path(path)),
            Expr::Closure(closure) if closure.inputs.len() == 1 && closure.asyncness.is_none() => {
                Ok(Self::Closure(Box::new(closure)))
            }
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                Err(Error::new_spanned(closure.asyncness, "remove `async`: under an async function it may `.await`"))
            }
            Expr::Group(group) => syn::parse2(quote::ToTokens::into_token_stream(group.expr)),
            other => Err(Error::new_spanned(other, rule)),
        }
    }
}

pub(crate) fn fallback_on(key: &Ident, input: ParseStream) -> Result<FallbackOn> {
    Ok(match word(key, &input.parse()?, ["rejected", "any"])? {
        "rejected" => FallbackOn::Rejected,
        _ => FallbackOn::Any,
    })
}

/// One of two words.
pub(crate) fn word(key: &Ident, value: &Expr, words: [&'static str; 2]) -> Result<&'static str> {
    let written = match value {
        Expr::Path(path) => path.path.get_ident().map(Ident::to_string),
        Expr::Group(group) => return word(key, &group.expr, words),
        _ => None,
    };
    let written = written.unwrap_or_default();
    words.into_iter().find(|word| *word == written).ok_or_else(|| {
        let hint = closest(&written, &words).map(|word| format!(", did you mean `{word}`?")).unwrap_or_default();
        Error::new_spanned(value, format!("`{key}` is `{}` or `{}`{hint}", words[0], words[1]))
    })
}
