//! The options by their names.

use std::{collections::BTreeSet, fmt, time::Duration};

#[cfg(feature = "config")]
use crate::settings::{entry::Entry, mode::Mode};
use crate::{
    config::{
        ConfigBuilder, OnCancel, Window,
        check::{Counts, Numbers},
        options::{NAMES, Source},
    },
    escaped::Escaped,
    settings::{error::Problem, value::Value},
};

/// Reads a table of options, and finds everything that is wrong with it. An option that is wrong is left out.
#[cfg(feature = "serde")]
pub(crate) fn read(table: Value) -> (ConfigBuilder, Vec<Problem>) {
    read_with(table, &[], |_, _| None)
}

/// As [`read`], with what else may stand beside the options.
#[cfg(feature = "config")]
pub(super) fn read_entry(table: Value) -> (Entry, Vec<Problem>) {
    let mut entry = Entry::default();
    let (options, problems) = read_with(table, &["mode", "shared"], |name, value| match name {
        "mode" => {
            let word = if let Value::Text(word) = value { Mode::of_word(word) } else { None };
            let expected = "\"normal\", \"disabled\", \"metrics_only\" or \"forced_open\"";
            Some(word.map(|mode| entry.mode = Some(mode)).ok_or_else(|| expected.to_owned()))
        }
        "shared" => {
            let truth = if let Value::Truth(truth) = value { Some(*truth) } else { None };
            Some(truth.map(|shared| entry.shared = Some(shared)).ok_or_else(|| "true or false".to_owned()))
        }
        _ => None,
    });
    (Entry { options, ..entry }, problems)
}

/// Reads a table of options and of `others`, which `set_other` sets.
fn read_with(
    table: Value,
    others: &[&str],
    mut set_other: impl FnMut(&str, &Value) -> Option<Result<(), String>>,
) -> (ConfigBuilder, Vec<Problem>) {
    let mut options = ConfigBuilder::default();
    let mut problems = Vec::new();
    let mut problem = |option, message| problems.push(Problem { breaker: None, option, message });
    if let Value::Table(table) = table {
        let mut seen = BTreeSet::new();
        for (name, value) in table {
            let is_first = seen.insert(name.clone());
            let mut with_option = options.clone();
            let set = with_option.set(&name, &value).or_else(|| set_other(&name, &value));
            if let Err(message) = judged(set, &name, &value, is_first, others) {
                problem(Some(name), message);
            } else {
                options = with_option;
            }
        }
    } else {
        problem(None, format!("expected a table of options, not {table}"));
    }
    if let Err(error) = options.check() {
        problem(Some(error.option().to_owned()), error.to_string());
    }
    (options, problems)
}

/// What is wrong with an option that was set, if anything is.
fn judged(
    set: Option<Result<(), String>>,
    name: &str,
    value: &Value,
    is_first: bool,
    others: &[&str],
) -> Result<(), String> {
    let name = Escaped(name);
    match set {
        None => Err(format!("`{name}` is no option; there are {}", Names(others))),
        Some(Err(expected)) => Err(format!("`{name}` is {expected}, not {value}")),
        Some(Ok(())) if !is_first => Err(format!("`{name}` stands here twice")),
        Some(Ok(())) => Ok(()),
    }
}

/// Every option, and these.
struct Names<'a>(&'a [&'a str]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in NAMES.iter().chain(self.0).enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(f, "{between}`{name}`")?;
        }
        Ok(())
    }
}

impl Source for Value {
    fn count(&self, range: Counts) -> Result<u32, String> {
        let count = match self {
            Self::Integer(integer) => u32::try_from(*integer).ok(),
            _ => None,
        };
        count.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
    }

    fn number(&self, _: Numbers) -> Result<f64, String> {
        match self {
            Self::Integer(integer) => Ok(*integer as f64),
            Self::Number(number) => Ok(*number),
            _ => Err("a number".to_owned()),
        }
    }

    fn duration(&self) -> Result<Duration, String> {
        self.as_duration().ok_or_else(|| "a duration such as \"250ms\", \"30s\" or \"1m30s\"".to_owned())
    }

    fn window(&self) -> Result<Window, String> {
        let window = match self {
            Self::Integer(integer) => u32::try_from(*integer).ok().map(Window::Calls),
            _ => self.as_duration().map(Window::Time),
        };
        window.ok_or_else(|| "a number of calls such as 100, or a duration such as \"10s\"".to_owned())
    }

    fn on_cancel(&self) -> Result<OnCancel, String> {
        match self {
            Self::Text(text) if text == "ignore" => Ok(OnCancel::Ignore),
            Self::Text(text) if text == "failure" => Ok(OnCancel::Failure),
            _ => Err("\"ignore\" or \"failure\"".to_owned()),
        }
    }
}

impl Value {
    fn as_duration(&self) -> Option<Duration> {
        match self {
            Self::Text(text) => humantime::parse_duration(text).ok(),
            _ => None,
        }
    }
}
