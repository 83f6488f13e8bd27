//! Literals, as far as the macro looks into them.

use syn::{Expr, ExprLit, Lit, UnOp};

pub(crate) enum Literal<'a> {
    Plain(&'a Lit),
    Negative,
    /// No literal: the builder checks it.
    Other,
}

pub(crate) fn literal(value: &Expr) -> Literal<'_> {
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

/// The value of `0.5` and of `1`.
pub(crate) fn number(literal: &Lit) -> Option<f64> {
    let number: f64 = match literal {
        Lit::Float(float) => float.base10_parse().ok()?,
        Lit::Int(int) => int.base10_digits().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// `"1m30s"` in nanoseconds.
pub(crate) fn nanos(text: &str) -> Option<u128> {
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
