//! `cache(key = …, ttl = "300s", capacity = 1000)`

use proc_macro2::Ident;
use syn::{Error, Expr, Result, parenthesized, parse::ParseStream};

use crate::options::{
    limits::LARGEST_COUNT,
    reader::{Reader, equals},
    setting::{Kind, Setting},
};

const CAPACITY: Kind = Kind::Size { unit: "values", max: LARGEST_COUNT };
const FORM: &str = "`cache(key = …, ttl = \"300s\")`";

pub(crate) struct Cache {
    /// The word itself.
    pub(crate) name: Ident,
    pub(crate) key: Expr,
    pub(crate) ttl: Setting,
    pub(crate) capacity: Option<Setting>,
}

impl Cache {
    pub(crate) fn parse(name: Ident, input: ParseStream) -> Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(Error::new(name.span(), format!("`cache` lists its own options: {FORM}")));
        }
        let list;
        parenthesized!(list in input);
        let (mut key, mut ttl, mut capacity) = (None, None, None);
        let mut reader = Reader::default();
        reader.options(&list, &["key", "ttl", "capacity"], |reader, option, input| {
            equals(&option, input)?;
            let value = input.parse()?;
            match option.to_string().as_str() {
                "key" => key = Some(value),
                "ttl" => ttl = reader.keep(Setting::new(option, Kind::Wait, value)),
                _ => capacity = reader.keep(Setting::new(option, CAPACITY, value)),
            }
            Ok(())
        })?;
        for needed in ["key", "ttl"] {
            if !reader.seen().iter().any(|option| option == needed) {
                reader.note(Error::new(name.span(), format!("`cache` needs a `{needed}`: {FORM}")));
            }
        }
        match (key, ttl) {
            (Some(key), Some(ttl)) => reader.finish(Self { name, key, ttl, capacity }),
            _ => Err(reader.finish(()).err().unwrap_or_else(|| Error::new(name.span(), FORM))),
        }
    }
}
