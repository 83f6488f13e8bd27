//! The options that go into the breaker's `Config`.

use std::ops::RangeInclusive;

use proc_macro2::{Ident, Literal as Token, Span, TokenStream};
use quote::ToTokens;
use syn::{Error, Expr, Lit, Result, spanned::Spanned};

use crate::options::{
    limits::{LARGEST_COUNT, LARGEST_PROBES, LARGEST_WINDOW, SHORTEST_WINDOW},
    literal::{Literal, literal, nanos, number},
    value::word,
};

/// How the value of a setting is written.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// An integer from 1 to `max`; `unit` says what is counted.
    Count { unit: &'static str, max: u64 },
    /// As `Count`, a `usize`.
    Size { unit: &'static str, max: u64 },
    /// An integer from 0 to `max`.
    CountOrZero { unit: &'static str, max: u64 },
    /// A duration, longer than zero.
    Wait,
    /// A share, over 0.0.
    Rate,
    /// A share, 0.0 too.
    Jitter,
    /// A number, at least 1.0.
    Factor,
    /// A number of calls, or a duration.
    Window,
    /// `ignore` or `failure`.
    OnCancel,
}

/// Every setting: its name, which is that of the builder's method too.
pub(crate) const SETTINGS: [(&str, Kind); 15] = [
    ("failure_threshold", Kind::Count { unit: "failures", max: LARGEST_COUNT }),
    ("failure_rate", Kind::Rate),
    ("window", Kind::Window),
    ("min_calls", Kind::Count { unit: "calls", max: LARGEST_COUNT }),
    ("slow_call_duration", Kind::Wait),
    ("slow_call_rate", Kind::Rate),
    ("recovery_timeout", Kind::Wait),
    ("backoff_multiplier", Kind::Factor),
    ("max_recovery_timeout", Kind::Wait),
    ("jitter", Kind::Jitter),
    ("half_open_max_calls", Kind::Count { unit: "calls", max: LARGEST_PROBES }),
    ("half_open_growth", Kind::CountOrZero { unit: "calls", max: LARGEST_PROBES }),
    ("success_threshold", Kind::Count { unit: "successes", max: LARGEST_PROBES }),
    ("probe_timeout", Kind::Wait),
    ("on_cancel", Kind::OnCancel),
];

/// How many keys a keyed breaker keeps.
pub(crate) const MAX_KEYS: Kind = Kind::Size { unit: "keys", max: LARGEST_COUNT };

/// A setting as it was written, checked as far as its value is known.
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
    pub(super) kind: Kind,
    pub(crate) known: Known,
}

/// What a value is, if that can be seen.
pub(crate) enum Known {
    Count(u64),
    Nanos(u128),
    Number(f64),
    Word(&'static str),
    /// An expression: the compiler evaluates the path of a constant, and the builder checks any other.
    Nothing,
}

impl Setting {
    pub(crate) fn new(key: Ident, kind: Kind, value: Expr) -> Result<Self> {
        let mut setting = Self { key, value, kind, known: Known::Nothing };
        setting.known = match kind {
            Kind::OnCancel => Known::Word(word(&setting.key, &setting.value, ["ignore", "failure"])?),
            _ => match literal(&setting.value) {
                Literal::Other => Known::Nothing,
                Literal::Plain(literal) => setting.check(kind, Some(literal))?,
                Literal::Negative => setting.check(kind, None)?,
            },
        };
        Ok(setting)
    }

    /// The value of a literal. `None` is a negative one, which none of them may be.
    fn check(&self, kind: Kind, literal: Option<&Lit>) -> Result<Known> {
        if let Some(text) = literal.and_then(quoted).filter(|number| self.check(kind, Some(number)).is_ok()) {
            return self.fault(&format!("is a number: write `{}`, without quotes", text.to_token_stream()));
        }
        match kind {
            Kind::Count { unit, max } | Kind::Size { unit, max } => self.count(literal, unit, 1..=max),
            Kind::CountOrZero { unit, max } => self.count(literal, unit, 0..=max),
            Kind::Wait => self.wait(literal),
            Kind::Rate => self.share(literal, |share| share > 0.0, "over 0.0 and at most 1.0", 50.0),
            Kind::Jitter => self.share(literal, |share| share >= 0.0, "from 0.0 to 1.0", 20.0),
            Kind::Factor => match literal.and_then(number) {
                Some(factor) if factor >= 1.0 => Ok(Known::Number(factor)),
                _ => self.fault("is a number, at least 1.0"),
            },
            Kind::Window => self.window(literal),
            Kind::OnCancel => Ok(Known::Nothing),
        }
    }

    fn fault(&self, rule: &str) -> Result<Known> {
        Err(Error::new_spanned(&self.value, format!("`{}` {rule}", self.key)))
    }

    fn count(&self, literal: Option<&Lit>, unit: &str, range: RangeInclusive<u64>) -> Result<Known> {
        let (least, most) = (range.start(), range.end());
        match literal {
            Some(Lit::Int(int)) => match int.base10_parse() {
                Ok(number) if number < *least => self.fault(&format!("is at least {least}")),
                Ok(number) if number <= *most => Ok(Known::Count(number)),
                _ => self.fault(&format!("is at most {most}")),
            },
            _ => self.fault(&format!("is a number of {unit}, at least {least}")),
        }
    }

    fn wait(&self, literal: Option<&Lit>) -> Result<Known> {
        match literal {
            Some(Lit::Str(text)) => match nanos(&text.value()) {
                Some(0) => self.fault("is longer than zero"),
                Some(nanos) => Ok(Known::Nanos(nanos)),
                None => self.fault("is a duration: write `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"1h\"` or `\"1m30s\"`"),
            },
            Some(Lit::Int(int)) => {
                self.fault(&format!("needs a unit: write `\"{int}s\"` for seconds or `\"{int}ms\"` for milliseconds"))
            }
            _ => self.fault("is a duration: write `\"30s\"`, or an expression of type `Duration`"),
        }
    }

    /// A share is often written as a percentage: what it should be is `example` percent then.
    fn share(&self, literal: Option<&Lit>, least: fn(f64) -> bool, range: &str, example: f64) -> Result<Known> {
        let share = literal.and_then(|literal| match literal {
            Lit::Str(text) => text.value().trim().strip_suffix('%')?.trim_end().parse().ok(),
            literal => number(literal),
        });
        match share {
            Some(share) if least(share) && share <= 1.0 && !matches!(literal, Some(Lit::Str(_))) => {
                Ok(Known::Number(share))
            }
            _ => {
                let percent = share.filter(|percent| (2.0..=100.0).contains(percent)).unwrap_or(example);
                self.fault(&format!("is a share {range}: write `{:?}` for {percent} %", percent / 100.0))
            }
        }
    }

    fn window(&self, literal: Option<&Lit>) -> Result<Known> {
        match literal {
            Some(Lit::Int(int)) => match int.base10_parse() {
                Ok(calls) if (1..=LARGEST_WINDOW).contains(&calls) => Ok(Known::Count(calls)),
                _ => self.fault(&format!("holds from 1 to {LARGEST_WINDOW} calls, not {}", int.base10_digits())),
            },
            Some(Lit::Str(text)) => match nanos(&text.value()) {
                Some(nanos) if nanos >= SHORTEST_WINDOW => Ok(Known::Nanos(nanos)),
                Some(_) => self.fault("is at least a microsecond long"),
                None => self.fault("is a number of calls, `100`, or a duration: write `\"10s\"` or `\"1m30s\"`"),
            },
            _ => self.fault("is a number of calls, `100`, or a duration, `\"10s\"`"),
        }
    }

    /// The value as the runtime takes it.
    pub(crate) fn to_value(&self, runtime: &TokenStream) -> TokenStream {
        match (&self.known, &self.value) {
            (Known::Nanos(nanos), _) => {
                // What does not fit is 584 years and more, which is never.
                let nanos = u64::try_from(*nanos).unwrap_or(u64::MAX);
                generated!(#runtime::__private::nanos(#nanos))
            }
            // An integer is accepted where only one number can be meant.
            (Known::Number(number), value) if matches!(literal(value), Literal::Plain(Lit::Int(_))) => {
                let mut number = Token::f64_unsuffixed(*number);
                number.set_span(Span::mixed_site().located_at(value.span()));
                number.into_token_stream()
            }
            (Known::Word("ignore"), _) => generated!(#runtime::OnCancel::Ignore),
            (Known::Word(_), _) => generated!(#runtime::OnCancel::Failure),
            (_, value) => self.to_constant(runtime).unwrap_or_else(|| value.to_token_stream()),
        }
    }
}

/// The number that stands in a text.
fn quoted(literal: &Lit) -> Option<Lit> {
    let Lit::Str(text) = literal else { return None };
    let number: Lit = syn::parse_str(text.value().trim()).ok()?;
    let plain = match &number {
        Lit::Int(int) => int.suffix().is_empty(),
        Lit::Float(float) => float.suffix().is_empty(),
        _ => false,
    };
    plain.then_some(number)
}
