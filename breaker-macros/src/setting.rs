//! The options that go into the breaker's `Config`: numbers and durations.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Error, Expr, ExprLit, Lit, Result, UnOp};

/// How the value of a setting is written.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// An integer from 1 to `max`; `unit` says what is counted.
    Count { unit: &'static str, max: u64 },
    /// A duration, longer than zero.
    Wait,
}

/// Every setting: its name, which is that of the builder's method too.
pub(crate) const SETTINGS: [(&str, Kind); 5] = [
    ("failure_threshold", Kind::Count { unit: "failures", max: u32::MAX as u64 }),
    ("success_threshold", Kind::Count { unit: "successes", max: u16::MAX as u64 }),
    ("recovery_timeout", Kind::Wait),
    ("half_open_max_calls", Kind::Count { unit: "calls", max: u16::MAX as u64 }),
    ("probe_timeout", Kind::Wait),
];

/// A setting as it was written, checked as far as its value is known.
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
    /// The value of an integer literal.
    pub(crate) number: Option<u64>,
    nanos: Option<u128>,
}

impl Setting {
    pub(crate) fn new(key: Ident, kind: Kind, value: Expr) -> Result<Self> {
        let mut setting = Self { key, value, number: None, nanos: None };
        match kind {
            Kind::Count { unit, max } => setting.number = setting.count(unit, max)?,
            Kind::Wait => setting.nanos = setting.wait()?,
        }
        Ok(setting)
    }

    /// The value of a literal; `None` for any other expression, which the builder checks.
    fn count(&self, unit: &str, max: u64) -> Result<Option<u64>> {
        let rule = format!("`{}` is a number of {unit}, at least 1", self.key);
        match literal(&self.value) {
            Literal::Other => Ok(None),
            Literal::Plain(Lit::Int(int)) => match int.base10_parse() {
                Ok(0) => Err(Error::new_spanned(int, format!("`{}` is at least 1", self.key))),
                Ok(number) if number <= max => Ok(Some(number)),
                _ => Err(Error::new_spanned(int, format!("`{}` is at most {max}", self.key))),
            },
            Literal::Plain(_) | Literal::Negative => Err(Error::new_spanned(&self.value, rule)),
        }
    }

    fn wait(&self) -> Result<Option<u128>> {
        let fault = |rule| Err(Error::new_spanned(&self.value, format!("`{}` {rule}", self.key)));
        match literal(&self.value) {
            Literal::Other => Ok(None),
            Literal::Plain(Lit::Str(text)) => match nanos(&text.value()) {
                Some(0) => fault("is longer than zero"),
                Some(nanos) => Ok(Some(nanos)),
                None => fault("is a duration: write `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"1h\"` or `\"1m30s\"`"),
            },
            Literal::Plain(Lit::Int(int)) => {
                fault(&format!("needs a unit: write `\"{int}s\"` for seconds or `\"{int}ms\"` for milliseconds"))
            }
            Literal::Plain(_) | Literal::Negative => {
                fault("is a duration: write `\"30s\"`, or an expression of type `Duration`")
            }
        }
    }

    /// The call of the builder's method.
    pub(crate) fn to_call(&self, runtime: &impl ToTokens) -> TokenStream {
        let (method, value) = (&self.key, &self.value);
        match self.nanos {
            Some(nanos) => {
                // What does not fit is 584 years and more, which is never.
                let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
                quote!(.#method(#runtime::__private::nanos(#nanos)))
            }
            None => quote!(.#method(#value)),
        }
    }
}

enum Literal<'a> {
    Plain(&'a Lit),
    Negative,
    Other,
}

fn literal(value: &Expr) -> Literal<'_> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Literal::Plain(lit),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_)) => {
            Literal::Negative
        }
        // A literal that came through `macro_rules!` is wrapped in an invisible group.
        Expr::Group(group) => literal(&group.expr),
        _ => Literal::Other,
    }
}

/// `"1m30s"` in nanoseconds.
fn nanos(text: &str) -> Option<u128> {
    let mut rest = text.trim();
    let mut total = 0_u128;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit_len = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_len);
        let unit = match unit.trim() {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u128>().ok()?.checked_mul(unit)?)?;
        rest = tail;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::nanos;

    #[test]
    fn durations_are_read_as_written() {
        assert_eq!(nanos("250ms"), Some(250_000_000));
        assert_eq!(nanos("1m30s"), Some(90_000_000_000));
        assert_eq!(nanos("1h 5m"), Some(3_900_000_000_000));
        assert_eq!(nanos("0s"), Some(0));
        for wrong in ["", "30", "s", "30 parsecs", "-1s", "1.5s", "m1"] {
            assert_eq!(nanos(wrong), None, "{wrong}");
        }
    }
}
