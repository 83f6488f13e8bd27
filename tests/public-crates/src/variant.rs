//! What is written into the attribute.

use std::{fmt, str::FromStr};

use crate::function::{Function, Returns};

/// So high that a test that provokes errors never opens a circuit: what is compared is the function, not the breaker.
const NEVER_OPENS: &str = "failure_threshold = 4294967295";
const NO_FAILURE: &str = "failure_if = |_| false";
const DIVERGES: &str = "fallback = |_| ::core::unreachable!()";
const NOTHING: &str = "fallback = |_| {}";

/// A way to write the options. Where a return type cannot express a rejection, each takes what makes it legal besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// No option where none is needed.
    Plain,
    /// The same, beneath the function's other attributes.
    Beneath,
    FailureIf,
    /// A closure that hands the error on.
    Fallback,
    /// A closure that is asked about refusals only.
    Rejected,
    /// The same, and it looks at every argument.
    Arguments,
    /// Arguments that are cloned for the closure.
    Clone,
    OnCancel,
    /// A path that takes the arguments of a refused call.
    Path,
    /// A path that takes what the body left of them, too.
    PathAny,
    /// One of the others for each function, in turn.
    Mixed,
}

pub const ALL: [Variant; 10] = [
    Variant::Plain,
    Variant::Beneath,
    Variant::FailureIf,
    Variant::Fallback,
    Variant::Rejected,
    Variant::Arguments,
    Variant::Clone,
    Variant::OnCancel,
    Variant::Path,
    Variant::PathAny,
];

impl Variant {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Beneath => "beneath",
            Self::FailureIf => "failure-if",
            Self::Fallback => "fallback",
            Self::Rejected => "rejected",
            Self::Arguments => "arguments",
            Self::Clone => "clone",
            Self::OnCancel => "on-cancel",
            Self::Path => "path",
            Self::PathAny => "path-any",
            Self::Mixed => "mixed",
        }
    }

    pub fn names() -> String {
        ALL.map(Self::name).join(", ") + ", mixed"
    }

    /// The variant that this function gets.
    pub fn of(self, function: &Function) -> Self {
        if self != Self::Mixed {
            return self;
        }
        let own = ALL[function.line % ALL.len()];
        if own.options(function).is_some() { own } else { Self::Plain }
    }

    /// The attribute for this function; `None` where the variant says nothing about it.
    pub fn attribute(self, function: &Function) -> Option<String> {
        let options = self.of(function).options(function)?;
        let options: Vec<String> = std::iter::once(NEVER_OPENS.to_owned()).chain(options).collect();
        Some(format!("#[::breaker_runtime::circuit_breaker({})] ", options.join(", ")))
    }

    fn options(self, function: &Function) -> Option<Vec<String>> {
        let returns = &function.returns;
        let judged = if returns.is_result() { None } else { Some(NO_FAILURE.to_owned()) };
        let with = |options: &[&str]| Some(judged.iter().cloned().chain(options.iter().map(|&s| s.into())).collect());
        match self {
            Self::Plain | Self::Beneath => with(least(returns).as_slice()),
            Self::OnCancel if function.asyncness => {
                let mut options = least(returns);
                options.push("on_cancel = failure");
                with(&options)
            }
            Self::OnCancel => None,
            Self::FailureIf => Some(match returns {
                Returns::Result { converts: true, .. } => vec![NO_FAILURE.into()],
                _ => vec![NO_FAILURE.into(), DIVERGES.into()],
            }),
            Self::Fallback => with(&[&format!("fallback = |error| {}", handed_on(returns))]),
            Self::Rejected => with(&[
                "fallback_on = rejected",
                match returns {
                    Returns::Result { unit: true, .. } => "fallback = |_| { ::core::result::Result::Ok(()) }",
                    Returns::Unit => NOTHING,
                    _ => DIVERGES,
                },
            ]),
            Self::Arguments if function.arguments.is_empty() => None,
            Self::Arguments => {
                let looked_at = looked_at(&function.arguments);
                with(&["fallback_on = rejected", &format!("fallback = |_| {{ {looked_at} ::core::unreachable!() }}")])
            }
            Self::Clone if function.clonable.is_empty() => None,
            Self::Clone => {
                let (cloned, looked_at) = (function.clonable.join(", "), looked_at(&function.clonable));
                let handed_on = handed_on(returns);
                with(&[&format!("clone({cloned})"), &format!("fallback = |error| {{ {looked_at} {handed_on} }}")])
            }
            Self::Path => with(&["fallback_on = rejected", &path(function)?]),
            Self::Mixed => self.of(function).options(function),
            // No failure: the fallback has no answer.
            Self::PathAny => Some(vec![NO_FAILURE.into(), path(function)?]),
        }
    }
}

fn path(function: &Function) -> Option<String> {
    function.stand_in.as_ref().map(|stand_in| format!("fallback = {stand_in}"))
}

/// The fewest options that this return type takes, beside the judgement.
fn least(returns: &Returns) -> Vec<&'static str> {
    match returns {
        Returns::Result { converts: true, .. } => vec![],
        Returns::Result { converts: false, .. } => vec![HANDS_ERROR_ON],
        Returns::Unit => vec![NOTHING],
        Returns::Value { .. } | Returns::Unknown => vec![DIVERGES],
    }
}

macro_rules! handed_on {
    ($failed:literal) => {
        concat!(
            "match error { ::breaker_runtime::CallError::Failed(failed) => ",
            $failed,
            ", ::breaker_runtime::CallError::Open(_) => ::core::unreachable!() }"
        )
    };
}

const HANDS_ERROR_ON: &str = concat!("fallback = |error| ", handed_on!("::core::result::Result::Err(failed)"));

/// What the function returned, out of `error`.
fn handed_on(returns: &Returns) -> &'static str {
    match returns {
        Returns::Result { .. } => handed_on!("::core::result::Result::Err(failed)"),
        Returns::Unit => "{ let _ = error; }",
        Returns::Value { named: true } => handed_on!("failed"),
        Returns::Value { named: false } | Returns::Unknown => "{ let _ = error; ::core::unreachable!() }",
    }
}

fn looked_at(arguments: &[String]) -> String {
    arguments.iter().map(|argument| format!("let _ = &{argument};")).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = ALL.into_iter().chain([Self::Mixed]).find(|variant| variant.name() == name);
        found.ok_or_else(|| format!("no variant `{name}`, there are {}", Self::names()))
    }
}
