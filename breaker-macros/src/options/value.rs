//! Reads the values of the options that are no settings of the breaker.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    Error, Expr, ExprClosure, ExprField, ExprLit, ExprPath, Lit, LitStr, Member, Path, Result,
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

/// What a breaker is called.
pub(crate) enum Name {
    Literal(LitStr),
    /// `concat!(…)`, or the path of a constant.
    Constant(Expr),
}

impl Name {
    pub(crate) fn of(value: Expr) -> Result<Self> {
        match value {
            Expr::Lit(syn::ExprLit { lit: Lit::Str(literal), .. }) if literal.value().trim().is_empty() => {
                Err(Error::new(literal.span(), "`name` is empty"))
            }
            Expr::Lit(syn::ExprLit { lit: Lit::Str(literal), .. }) => Ok(Self::Literal(literal)),
            Expr::Macro(call) if call.mac.path.segments.last().is_some_and(|last| last.ident == "concat") => {
                Ok(Self::Constant(Expr::Macro(call)))
            }
            Expr::Path(path) => Ok(Self::Constant(Expr::Path(path))),
            Expr::Group(group) => Self::of(*group.expr),
            other => {
                let rule = "`name` is a string literal, `concat!(…)`, or the path of a `const` of type `&'static str`; \
                            for any other name make the breaker, and write `breaker = …`";
                Err(Error::new_spanned(other, rule))
            }
        }
    }
}

pub(crate) fn config(value: Expr) -> Result<ExprPath> {
    match value {
        Expr::Path(path) => Ok(path),
        Expr::Group(group) => config(*group.expr),
        Expr::Call(call) if call.args.is_empty() => {
            let called = quote::ToTokens::to_token_stream(&call.func);
            let rule = format!("`config` is the function itself: write `config = {called}`, without parentheses");
            Err(Error::new_spanned(call, rule))
        }
        other => {
            let rule = "`config` is the path of a `fn() -> ConfigBuilder`: `config = defaults`";
            Err(Error::new_spanned(other, rule))
        }
    }
}

pub(crate) fn predicate(name: &str, input: ParseStream) -> Result<Expr> {
    let value: Expr = input.parse()?;
    match &value {
        Expr::Path(_) | Expr::Closure(_) | Expr::Group(_) => Ok(value),
        _ => Err(Error::new_spanned(value, format!("`{name}` is a path or a closure: `{name} = |value| …`"))),
    }
}

pub(crate) fn breaker(value: Expr) -> Result<Expr> {
    match value {
        Expr::Lit(literal) => {
            let name = match &literal.lit {
                Lit::Str(name) => format!(": by its name a breaker is `name = {name:?}`", name = name.value()),
                _ => String::new(),
            };
            let rule =
                format!("`breaker` is an expression that is a breaker, such as a static or `self.breaker`{name}");
            Err(Error::new_spanned(literal, rule))
        }
        Expr::Closure(closure) => {
            let rule = "`breaker` is an expression that is evaluated with each call: write what the closure returns";
            Err(Error::new_spanned(closure, rule))
        }
        Expr::Group(group) => breaker(*group.expr),
        other => Ok(other),
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
        match input.parse()? {
            Expr::Path(path) => Ok(Self::Path(path)),
            Expr::Closure(closure) if closure.inputs.len() == 1 && closure.asyncness.is_none() => {
                Ok(Self::Closure(Box::new(closure)))
            }
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                Err(Error::new_spanned(closure.asyncness, "remove `async`: under an async function it may `.await`"))
            }
            Expr::Group(group) => syn::parse2(group.expr.into_token_stream()),
            other => {
                let rule = "`fallback` is a path or a closure of one argument";
                let written = match meant(&other) {
                    Some(path) => {
                        format!("write `fallback = {path}`, which is called with the function's own arguments")
                    }
                    None => "`fallback = |error| …`".to_owned(),
                };
                Err(Error::new_spanned(other, format!("{rule}: {written}")))
            }
        }
    }
}

/// The path that was meant by a text, a call, or a method of the receiver's.
fn meant(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let path = text.value();
            let path = path.trim().trim_end_matches("()");
            syn::parse_str::<Path>(path).ok().map(|_| path.to_owned())
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
            _ => None,
        },
        Expr::MethodCall(call) if is_self(&call.receiver) => Some(format!("Self::{}", call.method)),
        Expr::Field(ExprField { base, member: Member::Named(name), .. }) if is_self(base) => {
            Some(format!("Self::{name}"))
        }
        Expr::Reference(reference) => match &*reference.expr {
            Expr::Path(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
            other => meant(other),
        },
        Expr::Paren(inner) => meant(&inner.expr),
        _ => None,
    }
}

fn is_self(value: &Expr) -> bool {
    matches!(value, Expr::Path(path) if path.path.is_ident("self"))
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
