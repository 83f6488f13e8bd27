//! What is written in the parentheses of the attribute.

use proc_macro2::{Ident, Span};
use syn::{
    Error, Expr, ExprPath, Path, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
};

use crate::options::{
    cache::Cache,
    reader::{Reader, equals},
    setting::{MAX_KEYS, SETTINGS, Setting},
    value::{Fallback, FallbackOn, Name, breaker, config, fallback_on, handle, predicate},
};

pub(crate) mod cache;
mod constant;
pub(crate) mod defaults;
mod limits;
mod literal;
mod reader;
mod relations;
pub(crate) mod setting;
mod suggest;
pub(crate) mod value;

/// Options that do not go into the breaker's `Config`.
const OTHERS: [&str; 16] = [
    "name",
    "config",
    "key",
    "max_keys",
    "fallback",
    "fallback_on",
    "cache",
    "clone",
    "failure_if",
    "ignore_if",
    "verdict",
    "retry_after",
    "open_error",
    "handle",
    "breaker",
    "crate",
];

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<Name>,
    pub(crate) config: Option<ExprPath>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) key: Option<Expr>,
    pub(crate) max_keys: Option<Setting>,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) fallback_on: FallbackOn,
    pub(crate) cache: Option<Cache>,
    pub(crate) clones: Vec<Ident>,
    pub(crate) failure_if: Option<Expr>,
    pub(crate) ignore_if: Option<Expr>,
    pub(crate) verdict: Option<Expr>,
    pub(crate) retry_after: Option<Expr>,
    pub(crate) open_error: Option<Expr>,
    pub(crate) handle: Option<Path>,
    pub(crate) breaker: Option<Expr>,
    pub(crate) runtime: Option<Path>,
    /// The name of each option, where it is written.
    written: Vec<Ident>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let (mut options, mut reader) = Self::read_all(input)?;
        let mistakes = [relations::exclusions(reader.seen()), relations::check(&options.settings, reader.seen())];
        mistakes.into_iter().flatten().for_each(|mistake| reader.note(mistake));
        options.written = reader.seen().to_vec();
        reader.finish(options)
    }
}

impl Options {
    /// Reads every option by itself. What one says about another is not looked at.
    fn read_all(input: ParseStream) -> Result<(Self, Reader)> {
        let (mut options, mut reader) = (Self::default(), Reader::default());
        let known: Vec<&str> = OTHERS.into_iter().chain(SETTINGS.iter().map(|(name, _)| *name)).collect();
        reader.options(input, &known, |reader, key, input| options.read(reader, key, input))?;
        Ok((options, reader))
    }

    fn read(&mut self, reader: &mut Reader, key: Ident, input: ParseStream) -> Result<()> {
        let name = key.to_string();
        if name == "clone" {
            self.clones = clones(&key, input)?;
            return Ok(());
        }
        if name == "cache" {
            self.cache = Some(Cache::parse(key, input)?);
            return Ok(());
        }
        equals(&key, input)?;
        if let Some((_, kind)) = SETTINGS.iter().find(|(setting, _)| *setting == name) {
            let setting = Setting::new(key, *kind, input.parse()?);
            self.settings.extend(reader.keep(setting));
            return Ok(());
        }
        match name.as_str() {
            "name" => self.name = reader.keep(Name::of(input.parse()?)),
            "config" => self.config = Some(config(input.parse()?)?),
            "key" => self.key = Some(input.parse()?),
            "max_keys" => self.max_keys = reader.keep(Setting::new(key, MAX_KEYS, input.parse()?)),
            "fallback" => self.fallback = Some(input.parse()?),
            "fallback_on" => self.fallback_on = fallback_on(&key, input)?,
            "failure_if" => self.failure_if = Some(predicate(&name, input)?),
            "ignore_if" => self.ignore_if = Some(predicate(&name, input)?),
            "verdict" => self.verdict = Some(predicate(&name, input)?),
            "retry_after" => self.retry_after = Some(predicate(&name, input)?),
            "open_error" => self.open_error = Some(predicate(&name, input)?),
            "handle" => self.handle = Some(handle(input)?),
            "breaker" => self.breaker = Some(breaker(input.parse()?)?),
            // `crate`.
            _ => self.runtime = Some(input.call(Path::parse_mod_style)?),
        }
        Ok(())
    }
}

impl Options {
    /// Where the name of an option is written; `None` if it is not given.
    pub(crate) fn place_of(&self, option: &str) -> Option<Span> {
        self.written.iter().find(|name| *name == option).map(Ident::span)
    }

    /// Whether anything but the value itself says what is a failure.
    pub(crate) fn judges(&self) -> bool {
        self.judgements().next().is_some()
    }

    /// The expressions that are asked about the value.
    pub(crate) fn judgements(&self) -> impl Iterator<Item = &Expr> {
        let Self { verdict, failure_if, ignore_if, retry_after, .. } = self;
        [verdict, failure_if, ignore_if, retry_after].into_iter().flatten()
    }
}

fn clones(key: &Ident, input: ParseStream) -> Result<Vec<Ident>> {
    let rule = || Error::new(key.span(), "`clone` lists arguments: `clone(arg, …)`");
    if !input.peek(syn::token::Paren) {
        return Err(rule());
    }
    let list;
    parenthesized!(list in input);
    let arguments = list.parse_terminated(Ident::parse_any, Token![,])?;
    if arguments.is_empty() { Err(rule()) } else { Ok(arguments.into_iter().collect()) }
}

#[cfg(test)]
mod tests;
