//! What one option says about another.

use std::time::Duration;

use proc_macro2::Ident;
use syn::Error;

use crate::options::{
    limits::{DEFAULT_RECOVERY, DEFAULT_WINDOW},
    setting::{Known, SETTINGS, Setting},
};

/// What one option excludes. The docs of the attribute have the same table, and a test compares them.
struct Exclusion {
    option: &'static str,
    /// Whether it excludes every setting of a breaker.
    settings: bool,
    others: &'static [&'static str],
    why: &'static str,
}

const EXCLUSIONS: [Exclusion; 3] = [
    Exclusion {
        option: "breaker",
        settings: true,
        others: &["name", "config", "max_keys", "handle"],
        why: "the breaker has its own",
    },
    Exclusion {
        option: "verdict",
        settings: false,
        others: &["failure_if", "ignore_if"],
        why: "`verdict` says it all, by the whole value",
    },
    Exclusion {
        option: "open_error",
        settings: false,
        others: &["fallback"],
        why: "the fallback answers a rejected call",
    },
];

/// What an option is nothing without.
struct Need {
    option: &'static str,
    needs: &'static str,
    /// Whether settings that are told elsewhere, by a `config`, may have what it needs.
    is_setting: bool,
}

const NEEDS: [Need; 4] = [
    Need { option: "fallback_on", needs: "fallback", is_setting: false },
    Need { option: "clone", needs: "fallback", is_setting: false },
    Need { option: "max_keys", needs: "key", is_setting: false },
    Need { option: "slow_call_rate", needs: "slow_call_duration", is_setting: true },
];

impl Exclusion {
    fn excludes(&self, other: &str) -> bool {
        self.others.contains(&other) || self.settings && SETTINGS.iter().any(|(setting, _)| *setting == other)
    }
}

/// Returns whether two options exclude each other.
pub(super) fn exclude_each_other(one: &Ident, other: &Ident) -> bool {
    let excludes = |one: &Ident, other: &Ident| {
        EXCLUSIONS.iter().any(|exclusion| one == exclusion.option && exclusion.excludes(&other.to_string()))
    };
    excludes(one, other) || excludes(other, one)
}

/// Returns whether an option is nothing without one that is not among the `given`.
pub(super) fn lacks_what_it_needs<'a>(option: &Ident, mut given: impl Iterator<Item = &'a Ident>) -> bool {
    let need = NEEDS.iter().find(|need| option == need.option);
    need.is_some_and(|need| !given.any(|key| key == need.needs || need.is_setting && key == "config"))
}

/// Returns how many pairs exclude each other.
#[cfg(test)]
pub(super) fn pairs() -> usize {
    EXCLUSIONS
        .iter()
        .map(|exclusion| exclusion.others.len() + if exclusion.settings { SETTINGS.len() } else { 0 })
        .sum()
}

/// Returns the mistakes of options that exclude each other. `seen` is every option that was given.
pub(super) fn exclusions(seen: &[Ident]) -> Vec<Error> {
    let given = EXCLUSIONS.iter().filter(|exclusion| seen.iter().any(|key| key == exclusion.option));
    let excluded = |exclusion: &'static Exclusion| {
        seen.iter().filter(|key| exclusion.excludes(&key.to_string())).map(|key| {
            let rule = format!("`{}` and `{key}` exclude each other: {}", exclusion.option, exclusion.why);
            Error::new(key.span(), rule)
        })
    };
    given.flat_map(excluded).collect()
}

/// Returns the other mistakes of options that are right each by itself.
pub(super) fn check(settings: &[Setting], seen: &[Ident]) -> Vec<Error> {
    // What a `config` says is not known here; the builder checks it.
    let alone = !seen.iter().any(|key| key == "config");
    let mut mistakes: Vec<Error> =
        [probes(settings, alone), window(settings, alone), waits(settings, alone)].into_iter().flatten().collect();
    for key in seen.iter().filter(|key| lacks_what_it_needs(key, seen.iter())) {
        let need = NEEDS.iter().find(|need| *key == need.option);
        mistakes.extend(need.map(|Need { needs, .. }| Error::new(key.span(), format!("`{key}` needs a `{needs}`"))));
    }
    mistakes
}

fn probes(settings: &[Setting], alone: bool) -> Option<Error> {
    let successes = find(settings, "success_threshold")?;
    // With growth each success admits more; what an expression comes to is checked when the breaker is made.
    match find(settings, "half_open_growth").map(|growth| &growth.known) {
        Some(Known::Count(0)) => {}
        None if alone => {}
        _ => return None,
    }
    match (&successes.known, &find(settings, "half_open_max_calls")?.known) {
        (Known::Count(wanted), Known::Count(admitted)) if wanted > admitted => Some(Error::new_spanned(
            &successes.value,
            format!("`success_threshold` is {wanted}, but `half_open_max_calls` admits only {admitted}"),
        )),
        _ => None,
    }
}

/// `alone` says that what is not given has its default.
fn window(settings: &[Setting], alone: bool) -> Option<Error> {
    let least = find(settings, "min_calls")?;
    let holds = match find(settings, "window").map(|window| &window.known) {
        None if alone => DEFAULT_WINDOW,
        Some(Known::Count(calls)) => *calls,
        _ => return None,
    };
    match least.known {
        Known::Count(calls) if calls > holds => {
            let rule = format!("`min_calls` is {calls}, but `window` holds only {holds} calls");
            Some(Error::new_spanned(&least.value, rule))
        }
        _ => None,
    }
}

fn waits(settings: &[Setting], alone: bool) -> Option<Error> {
    let longest = find(settings, "max_recovery_timeout")?;
    let first = match find(settings, "recovery_timeout").map(|first| &first.known) {
        None if alone => DEFAULT_RECOVERY,
        Some(Known::Nanos(nanos)) => *nanos,
        _ => return None,
    };
    match longest.known {
        Known::Nanos(nanos) if nanos < first => {
            let rule = format!(
                "`max_recovery_timeout` is {:?}, but `recovery_timeout` is {:?} already",
                long(nanos),
                long(first)
            );
            Some(Error::new_spanned(&longest.value, rule))
        }
        _ => None,
    }
}

fn long(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn find<'a>(settings: &'a [Setting], name: &str) -> Option<&'a Setting> {
    settings.iter().find(|setting| setting.key == name)
}
