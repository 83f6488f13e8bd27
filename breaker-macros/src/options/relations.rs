//! What one option says about another.

use std::time::Duration;

use proc_macro2::Ident;
use syn::Error;

use crate::options::{
    limits::{DEFAULT_RECOVERY, DEFAULT_WINDOW},
    setting::{Known, SETTINGS, Setting},
};

/// Returns the mistakes of options that are right each by itself. `seen` is every option that was given.
pub(crate) fn check(settings: &[Setting], has_breaker: bool, seen: &[Ident]) -> Vec<Error> {
    let mut mistakes: Vec<Error> =
        [probes(settings), window(settings), waits(settings)].into_iter().flatten().collect();
    let given = |name: &str| seen.iter().find(|key| *key == name);
    if has_breaker {
        let excluded =
            |key: &&Ident| SETTINGS.iter().any(|(setting, _)| *key == setting) || *key == "name" || *key == "handle";
        for key in seen.iter().filter(excluded) {
            let rule = format!("`breaker` and `{key}` exclude each other: the breaker has its own");
            mistakes.push(Error::new(key.span(), rule));
        }
        if let Some(key) = given("key") {
            let rule = "`breaker` and `key` exclude each other: that breaker is one for all keys";
            mistakes.push(Error::new(key.span(), rule));
        }
    }
    let needs = [
        ("fallback_on", "fallback", "`fallback_on` needs a `fallback`"),
        ("clone", "fallback", "`clone` needs a `fallback`"),
        ("max_keys", "key", "`max_keys` needs a `key`"),
        ("slow_call_rate", "slow_call_duration", "`slow_call_rate` needs a `slow_call_duration`"),
    ];
    for (dependent, needed, rule) in needs {
        if let (Some(key), None) = (given(dependent), given(needed)) {
            mistakes.push(Error::new(key.span(), rule));
        }
    }
    mistakes
}

fn probes(settings: &[Setting]) -> Option<Error> {
    let successes = find(settings, "success_threshold")?;
    // With growth each success admits more; what an expression comes to is checked when the breaker is made.
    if !matches!(find(settings, "half_open_growth").map(|growth| &growth.known), None | Some(Known::Count(0))) {
        return None;
    }
    match (&successes.known, &find(settings, "half_open_max_calls")?.known) {
        (Known::Count(wanted), Known::Count(admitted)) if wanted > admitted => Some(Error::new_spanned(
            &successes.value,
            format!("`success_threshold` is {wanted}, but `half_open_max_calls` admits only {admitted}"),
        )),
        _ => None,
    }
}

fn window(settings: &[Setting]) -> Option<Error> {
    let least = find(settings, "min_calls")?;
    let holds = match find(settings, "window").map(|window| &window.known) {
        None => DEFAULT_WINDOW,
        Some(Known::Count(calls)) => *calls,
        Some(_) => return None,
    };
    match least.known {
        Known::Count(calls) if calls > holds => {
            let rule = format!("`min_calls` is {calls}, but `window` holds only {holds} calls");
            Some(Error::new_spanned(&least.value, rule))
        }
        _ => None,
    }
}

fn waits(settings: &[Setting]) -> Option<Error> {
    let longest = find(settings, "max_recovery_timeout")?;
    let first = match find(settings, "recovery_timeout").map(|first| &first.known) {
        None => DEFAULT_RECOVERY,
        Some(Known::Nanos(nanos)) => *nanos,
        Some(_) => return None,
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
