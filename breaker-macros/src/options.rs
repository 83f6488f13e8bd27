//! What is written in the parentheses of the attribute.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Error, Expr, LitStr, Path, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
};

use crate::{
    setting::{SETTINGS, Setting},
    suggest::closest,
    value::{Fallback, FallbackOn, handle, predicate},
};

/// Options that do not go into the breaker's `Config`.
const OTHERS: [&str; 9] =
    ["name", "fallback", "fallback_on", "clone", "failure_if", "ignore_if", "handle", "breaker", "crate"];

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) fallback_on: FallbackOn,
    pub(crate) clones: Vec<Ident>,
    pub(crate) failure_if: Option<Expr>,
    pub(crate) ignore_if: Option<Expr>,
    pub(crate) handle: Option<Path>,
    pub(crate) breaker: Option<Path>,
    pub(crate) runtime: Option<Path>,
}

/// Reads on after a mistake, so that all of them are reported at once.
#[derive(Default)]
struct Reader {
    options: Options,
    seen: Vec<Ident>,
    mistakes: Option<Error>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut reader = Reader::default();
        while !input.is_empty() {
            if let Err(mistake) = reader.option(input) {
                reader.note(mistake);
                skip_to_comma(input);
            }
            if input.is_empty() {
                break;
            }
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            } else {
                reader.note(input.error("expected `,`"));
                if !input.peek(syn::Ident::peek_any) {
                    skip_to_comma(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
        }
        reader.check_relations();
        match reader.mistakes {
            None => Ok(reader.options),
            Some(mistakes) => Err(mistakes),
        }
    }
}

impl Reader {
    fn note(&mut self, mistake: Error) {
        match &mut self.mistakes {
            None => self.mistakes = Some(mistake),
            Some(mistakes) => mistakes.combine(mistake),
        }
    }

    fn option(&mut self, input: ParseStream) -> Result<()> {
        let key =
            input.call(Ident::parse_any).map_err(|error| Error::new(error.span(), "expected an option's name"))?;
        let name = key.to_string();
        let setting = SETTINGS.iter().find(|(setting, _)| *setting == name);
        if setting.is_none() && !OTHERS.contains(&name.as_str()) {
            self.note(unknown(&key, &name));
            skip_to_comma(input);
            return Ok(());
        }
        if self.seen.contains(&key) {
            self.note(Error::new(key.span(), format!("`{name}` is given twice")));
        }
        self.seen.push(key.clone());
        if name == "clone" {
            return self.clones(&key, input);
        }
        if !input.peek(Token![=]) {
            return Err(Error::new(key.span(), format!("`{name}` needs a value: `{name} = …`")));
        }
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new_spanned(equals, format!("expected a value after `{name} =`")));
        }
        match setting {
            Some((_, kind)) => {
                let value = input.parse()?;
                match Setting::new(key, *kind, value) {
                    Ok(setting) => self.options.settings.push(setting),
                    Err(mistake) => self.note(mistake),
                }
                Ok(())
            }
            None => self.other(&name, input),
        }
    }

    fn other(&mut self, name: &str, input: ParseStream) -> Result<()> {
        let options = &mut self.options;
        match name {
            "name" => {
                let literal: LitStr = input.parse().map_err(|e| Error::new(e.span(), "`name` is a string literal"))?;
                if literal.value().trim().is_empty() {
                    self.note(Error::new(literal.span(), "`name` is empty"));
                } else {
                    options.name = Some(literal);
                }
            }
            "fallback" => options.fallback = Some(input.parse()?),
            "fallback_on" => options.fallback_on = input.parse()?,
            "failure_if" => options.failure_if = Some(predicate(name, input)?),
            "ignore_if" => options.ignore_if = Some(predicate(name, input)?),
            "handle" => options.handle = Some(handle(input)?),
            "breaker" => options.breaker = Some(input.parse()?),
            // The one that is left.
            _ => options.runtime = Some(input.call(Path::parse_mod_style)?),
        }
        Ok(())
    }

    fn clones(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        if !input.peek(syn::token::Paren) {
            return Err(Error::new(key.span(), "`clone` lists arguments: `clone(arg, …)`"));
        }
        let list;
        parenthesized!(list in input);
        let arguments = list.parse_terminated(Ident::parse_any, Token![,])?;
        if arguments.is_empty() {
            return Err(Error::new(key.span(), "`clone` lists arguments: `clone(arg, …)`"));
        }
        self.options.clones = arguments.into_iter().collect();
        Ok(())
    }

    /// What one option says about another.
    fn check_relations(&mut self) {
        let mut mistakes = Vec::new();
        let options = &self.options;
        let setting = |name: &str| options.settings.iter().find(|setting| setting.key == name);
        if let (Some(successes), Some(permits)) = (setting("success_threshold"), setting("half_open_max_calls")) {
            if let (Some(wanted), Some(admitted)) = (successes.number, permits.number) {
                if wanted > admitted {
                    let rule =
                        format!("`success_threshold` is {wanted}, but `half_open_max_calls` admits only {admitted}");
                    mistakes.push(Error::new_spanned(&successes.value, rule));
                }
            }
        }
        if options.breaker.is_some() {
            let excluded = |key: &&Ident| {
                SETTINGS.iter().any(|(setting, _)| *key == setting) || *key == "name" || *key == "handle"
            };
            for key in self.seen.iter().filter(excluded) {
                let rule = format!("`breaker` and `{key}` exclude each other: the breaker has its own");
                mistakes.push(Error::new(key.span(), rule));
            }
        }
        let seen = |name: &str| self.seen.iter().find(|key| *key == name);
        for dependent in ["fallback_on", "clone"] {
            if let (Some(key), None) = (seen(dependent), seen("fallback")) {
                mistakes.push(Error::new(key.span(), format!("`{dependent}` needs a `fallback`")));
            }
        }
        for mistake in mistakes {
            self.note(mistake);
        }
    }
}

fn unknown(key: &Ident, name: &str) -> Error {
    let all: Vec<&str> = OTHERS.into_iter().chain(SETTINGS.iter().map(|(name, _)| *name)).collect();
    let hint = match closest(name, &all) {
        Some(option) => format!(", did you mean `{option}`?"),
        None => format!("; the options are {}", all.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")),
    };
    Error::new(key.span(), format!("unknown option `{name}`{hint}"))
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // The stream is not empty, so there is a token.
        let _ = input.parse::<TokenTree>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(options: &str) -> Vec<String> {
        match syn::parse_str::<Options>(options) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.into_iter().map(|mistake| mistake.to_string()).collect(),
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let options: Options = syn::parse_str(
            r#"name = "users", failure_threshold = 3, recovery_timeout = "1m30s", probe_timeout = WAIT,
               fallback = |error| Ok(error.into()), fallback_on = rejected, clone(id, name), failure_if = is_down,
               ignore_if = |error| error.is_404(), handle = Self::users_breaker, crate = my::runtime,"#,
        )
        .unwrap();
        assert_eq!(options.name.unwrap().value(), "users");
        assert_eq!(options.settings.len(), 3);
        assert!(options.fallback_on == FallbackOn::Rejected);
        assert!(matches!(options.fallback, Some(Fallback::Closure(_))));
        assert_eq!(options.clones, ["id", "name"]);
        assert!(options.failure_if.is_some() && options.ignore_if.is_some());
        assert!(options.handle.is_some() && options.runtime.is_some() && options.breaker.is_none());
    }

    #[test]
    fn every_mistake_is_reported() {
        assert_eq!(
            mistakes(r#"nam = "a", failure_threshold = 0, fallback = "alt", name"#),
            [
                "unknown option `nam`, did you mean `name`?",
                "`failure_threshold` is at least 1",
                "`fallback` is a path or a closure of one argument: `fallback = |error| …`",
                "`name` needs a value: `name = …`",
            ]
        );
        assert_eq!(
            mistakes(r#"name = "a" failure_threshold = "3", name = "b""#),
            ["expected `,`", "`failure_threshold` is a number of failures, at least 1", "`name` is given twice"]
        );
    }

    #[test]
    fn options_that_contradict_each_other_are_mistakes() {
        assert_eq!(
            mistakes("success_threshold = 4, half_open_max_calls = 2"),
            ["`success_threshold` is 4, but `half_open_max_calls` admits only 2"]
        );
        assert_eq!(
            mistakes(r#"breaker = USERS, name = "a", probe_timeout = "1s""#),
            [
                "`breaker` and `name` exclude each other: the breaker has its own",
                "`breaker` and `probe_timeout` exclude each other: the breaker has its own",
            ]
        );
        assert_eq!(mistakes("fallback_on = any"), ["`fallback_on` needs a `fallback`"]);
    }

    #[test]
    fn an_option_that_is_like_no_other_gets_the_list() {
        let [mistake] = &mistakes("timeout = 3")[..] else { panic!("one mistake") };
        assert!(mistake.starts_with("unknown option `timeout`; the options are `name`, "), "{mistake}");
    }
}
