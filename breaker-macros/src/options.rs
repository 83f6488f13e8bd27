//! What is written in the parentheses of the attribute.

use proc_macro2::Ident;
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
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let (options, mut reader) = Self::read_all(input)?;
        let mistakes = [relations::exclusions(reader.seen()), relations::check(&options.settings, reader.seen())];
        mistakes.into_iter().flatten().for_each(|mistake| reader.note(mistake));
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
            ["expected `,`", "`failure_threshold` is a number: write `3`, without quotes", "`name` is given twice"]
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
        assert_eq!(mistakes("slow_call_rate = 0.5"), ["`slow_call_rate` needs a `slow_call_duration`"]);
        assert_eq!(mistakes("min_calls = 20, window = 10"), ["`min_calls` is 20, but `window` holds only 10 calls"]);
        assert_eq!(mistakes("min_calls = 101"), ["`min_calls` is 101, but `window` holds only 100 calls"]);
        assert_eq!(
            mistakes(r#"max_recovery_timeout = "30s""#),
            ["`max_recovery_timeout` is 30s, but `recovery_timeout` is 60s already"]
        );
        for fits in [
            "min_calls = 101, window = N",
            r#"min_calls = 101, window = "1s""#,
            "max_recovery_timeout = WAIT, jitter = J",
        ] {
            assert_eq!(mistakes(fits), [""; 0], "{fits}");
        }
    }

    #[test]
    fn a_value_out_of_range_says_what_to_write() {
        for (written, rule) in [
            ("failure_rate = 50", "`failure_rate` is a share over 0.0 and at most 1.0: write `0.5` for 50 %"),
            ("slow_call_rate = \"75%\"", "`slow_call_rate` is a share over 0.0 and at most 1.0: write `0.75` for 75 %"),
            ("failure_rate = 0.0", "`failure_rate` is a share over 0.0 and at most 1.0: write `0.5` for 50 %"),
            ("jitter = -0.1", "`jitter` is a share from 0.0 to 1.0: write `0.2` for 20 %"),
            ("backoff_multiplier = 0.5", "`backoff_multiplier` is a number, at least 1.0"),
            ("window = 0", "`window` holds from 1 to 10000000 calls, not 0"),
            ("window = \"1ns\"", "`window` is at least a microsecond long"),
            ("failure_threshold = \"0\"", "`failure_threshold` is a number of failures, at least 1"),
            ("failure_rate = \" 0.5 \"", "`failure_rate` is a number: write `0.5`, without quotes"),
            ("backoff_multiplier = \"2\"", "`backoff_multiplier` is a number: write `2`, without quotes"),
            ("window = \"50\"", "`window` is a number: write `50`, without quotes"),
            ("window = \"ten\"", "`window` is a number of calls, `100`, or a duration: write `\"10s\"` or `\"1m30s\"`"),
            ("on_cancel = ignored", "`on_cancel` is `ignore` or `failure`, did you mean `ignore`?"),
            ("on_cancel = \"failure\"", "`on_cancel` is `ignore` or `failure`"),
            ("fallback = f, fallback_on = reject", "`fallback_on` is `rejected` or `any`, did you mean `rejected`?"),
        ] {
            assert_eq!(mistakes(written)[0], rule);
        }
        for right in
            ["failure_rate = 1", "jitter = 0", "backoff_multiplier = 2", "window = \"1us\"", "on_cancel = failure"]
        {
            assert_eq!(mistakes(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn a_cache_has_options_of_its_own() {
        for right in [r#"cache(key = id, ttl = "5m")"#, "cache(ttl = TTL, capacity = MANY, key = host.name(),)"] {
            assert_eq!(mistakes(right), [""; 0], "{right}");
        }
        assert_eq!(mistakes("cache"), [r#"`cache` lists its own options: `cache(key = …, ttl = "300s")`"#]);
        assert_eq!(
            mistakes(r#"cache(capacity = 0, tll = "1s"), name = """#),
            [
                "`capacity` is at least 1",
                "unknown option `tll`, did you mean `ttl`?",
                r#"`cache` needs a `key`: `cache(key = …, ttl = "300s")`"#,
                r#"`cache` needs a `ttl`: `cache(key = …, ttl = "300s")`"#,
                "`name` is empty",
            ]
        );
    }

    #[test]
    fn an_option_that_is_like_no_other_gets_the_list() {
        let [mistake] = &mistakes("colour = 3")[..] else { panic!("one mistake") };
        assert!(mistake.starts_with("unknown option `colour`; the options are `name`, "), "{mistake}");
    }

    #[test]
    fn the_name_that_an_option_has_elsewhere_finds_it() {
        assert_eq!(
            mistakes(
                r#"max_failures = 3, reset_timeout = "1s", timeout = "2s", cache(window_size = 3, key = id, ttl = "1s")"#
            )[..3],
            [
                "unknown option `max_failures`, did you mean `failure_threshold`?",
                "unknown option `reset_timeout`, did you mean `recovery_timeout`?",
                "unknown option `timeout`: a breaker sets no time limit, the function does; how long the circuit stays open \
                 is `recovery_timeout`",
            ]
        );
    }

    #[test]
    fn a_breaker_is_a_path() {
        let rule = "`breaker` is the path of a `static`; for a breaker of each instance write `key = …`";
        for wrong in ["self.breaker", "make()", "&USERS", "\"users\"", "<T as Guarded>::BREAKER"] {
            assert_eq!(mistakes(&format!("breaker = {wrong}")), [rule], "{wrong}");
        }
        for right in ["USERS", "crate::breakers::USERS", "Self::USERS"] {
            assert_eq!(mistakes(&format!("breaker = {right}")), [""; 0], "{right}");
        }
    }
}
