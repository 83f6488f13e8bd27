//! Reads `name = value, …` and goes on after a mistake, so that all of them are reported at once.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{Error, LitStr, Result, Token, ext::IdentExt, parse::ParseStream};

use crate::options::suggest::{closest, elsewhere};

#[derive(Default)]
pub(crate) struct Reader {
    seen: Vec<Ident>,
    mistakes: Option<Error>,
}

impl Reader {
    pub(crate) fn note(&mut self, mistake: Error) {
        match &mut self.mistakes {
            None => self.mistakes = Some(mistake),
            Some(mistakes) => mistakes.combine(mistake),
        }
    }

    /// Notes a mistake, or gives the value on.
    pub(crate) fn keep<T>(&mut self, value: Result<T>) -> Option<T> {
        value.map_err(|mistake| self.note(mistake)).ok()
    }

    /// Every option that was given, in order.
    pub(crate) fn seen(&self) -> &[Ident] {
        &self.seen
    }

    pub(crate) fn finish<T>(self, value: T) -> Result<T> {
        self.mistakes.map_or(Ok(value), Err)
    }

    /// Hands every option of the `known` ones to `entry`, which reads what follows its name.
    pub(crate) fn options(
        &mut self,
        input: ParseStream,
        known: &[&str],
        mut entry: impl FnMut(&mut Self, Ident, ParseStream) -> Result<()>,
    ) -> Result<()> {
        while !input.is_empty() {
            let read = self.option(input, known).and_then(|key| key.map_or(Ok(()), |key| entry(self, key, input)));
            if let Err(mistake) = read {
                self.note(mistake);
                skip_to_comma(input);
            }
            if input.is_empty() {
                break;
            }
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            } else {
                self.note(input.error("expected `,`"));
                if !input.peek(syn::Ident::peek_any) {
                    skip_to_comma(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
        }
        Ok(())
    }

    /// The name of an option, if there is one of this name.
    fn option(&mut self, input: ParseStream, known: &[&str]) -> Result<Option<Ident>> {
        let key = input.call(Ident::parse_any).map_err(|error| no_name(&error, input, known))?;
        if !known.iter().any(|name| key == name) {
            self.note(unknown(&key, known));
            skip_to_comma(input);
            return Ok(None);
        }
        if self.seen.contains(&key) {
            self.note(Error::new(key.span(), format!("`{key}` is given twice")));
        }
        self.seen.push(key.clone());
        Ok(Some(key))
    }
}

/// A bare text where an option should begin is taken for the breaker's name.
fn no_name(error: &Error, input: ParseStream, known: &[&str]) -> Error {
    let rule = match input.fork().parse::<LitStr>() {
        Ok(name) if known.contains(&"name") => {
            format!("expected an option's name: write `name = {}`", name.to_token_stream())
        }
        _ => "expected an option's name".to_owned(),
    };
    Error::new(error.span(), rule)
}

/// The `=` of an option, behind which there is a value.
pub(crate) fn equals(key: &Ident, input: ParseStream) -> Result<()> {
    if !input.peek(Token![=]) {
        return Err(Error::new(key.span(), format!("`{key}` needs a value: `{key} = …`")));
    }
    let equals: Token![=] = input.parse()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new_spanned(equals, format!("expected a value after `{key} =`")));
    }
    Ok(())
}

const NO_TIME_LIMIT: &str =
    ": a breaker sets no time limit, the function does; how long the circuit stays open is `recovery_timeout`";

fn unknown(key: &Ident, known: &[&str]) -> Error {
    let word = key.to_string();
    let hint = match elsewhere(&word, known).or_else(|| closest(&word, known)) {
        Some(option) => format!(", did you mean `{option}`?"),
        None if word == "timeout" && known.contains(&"recovery_timeout") => NO_TIME_LIMIT.to_owned(),
        None => format!("; the options are {}", known.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")),
    };
    Error::new(key.span(), format!("unknown option `{key}`{hint}"))
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // The stream is not empty, so there is a token.
        let _ = input.parse::<TokenTree>();
    }
}
