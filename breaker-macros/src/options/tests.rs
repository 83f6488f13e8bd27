//! What is read of what is written.

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
        r#"name = "users", config = rules::of_the_house, retry_after = wait, failure_threshold = 3, recovery_timeout = "1m30s", probe_timeout = WAIT,
           fallback = |error| Ok(error.into()), fallback_on = rejected, clone(id, name), failure_if = is_down,
           ignore_if = |error| error.is_404(), handle = Self::users_breaker, crate = my::runtime,"#,
    )
    .unwrap();
    assert!(matches!(options.name, Some(Name::Literal(name)) if name.value() == "users"));
    assert_eq!(options.settings.len(), 3);
    assert!(options.fallback_on == FallbackOn::Rejected);
    assert!(matches!(options.fallback, Some(Fallback::Closure(_))));
    assert_eq!(options.clones, ["id", "name"]);
    assert!(options.failure_if.is_some() && options.ignore_if.is_some());
    assert!(options.handle.is_some() && options.runtime.is_some() && options.breaker.is_none());
    assert!(options.config.is_some() && options.retry_after.is_some() && options.open_error.is_none());
}

#[test]
fn every_mistake_is_reported() {
    assert_eq!(
        mistakes(r#"nam = "a", failure_threshold = 0, fallback = "alt", name"#),
        [
            "unknown option `nam`, did you mean `name`?",
            "`failure_threshold` is at least 1",
            "`fallback` is a path or a closure of one argument: write `fallback = alt`, which is called with the \
             function's own arguments",
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
    for fits in
        ["min_calls = 101, window = N", r#"min_calls = 101, window = "1s""#, "max_recovery_timeout = WAIT, jitter = J"]
    {
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
    for right in ["failure_rate = 1", "jitter = 0", "backoff_multiplier = 2", "window = \"1us\"", "on_cancel = failure"]
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
fn a_breaker_is_any_expression_that_is_evaluated_with_each_call() {
    for right in ["USERS", "self.breaker", "self.pool.breaker()", "&USERS", "<T as Guarded>::BREAKER", "*self.own"] {
        assert_eq!(
            mistakes(&format!("breaker = {right}, key = host, verdict = v, retry_after = w")),
            [""; 0],
            "{right}"
        );
    }
    let [mistake] = &mistakes("breaker = \"users\"")[..] else { panic!("one mistake") };
    assert!(mistake.ends_with("by its name a breaker is `name = \"users\"`"), "{mistake}");
    assert_eq!(mistakes("breaker = || USERS").len(), 1);
}

#[test]
fn a_name_is_a_literal_or_constant() {
    for right in ["NAME", "Client::NAME", "concat!(\"a\", \"b\")", "::core::concat!(\"a\")"] {
        assert_eq!(mistakes(&format!("name = {right}")), [""; 0], "{right}");
    }
    for wrong in ["name()", "format!(\"a\")", "3", "b\"a\""] {
        let [mistake] = &mistakes(&format!("name = {wrong}"))[..] else { panic!("one mistake") };
        assert!(mistake.starts_with("`name` is a string literal, `concat!(…)`, or the path"), "{mistake}");
    }
}

#[test]
fn what_a_config_says_is_not_known() {
    for fits in [
        "config = c, slow_call_rate = 0.5",
        "config = c, min_calls = 101",
        "config = c, success_threshold = 4, half_open_max_calls = 2",
        r#"config = c, max_recovery_timeout = "30s""#,
    ] {
        assert_eq!(mistakes(fits), [""; 0], "{fits}");
    }
    let contradiction = "config = c, min_calls = 20, window = 10";
    assert_eq!(mistakes(contradiction), ["`min_calls` is 20, but `window` holds only 10 calls"]);
}

/// The docs of the attribute have the table of what excludes what, as the code has.
#[test]
fn each_exclusion_is_a_message_and_stands_in_the_docs() {
    let value = |option: &str| match option {
        "fallback_on" => "any".to_owned(),
        "on_cancel" => "ignore".to_owned(),
        "handle" | "config" | "breaker" | "fallback" | "verdict" | "failure_if" | "ignore_if" | "open_error" => {
            "f".to_owned()
        }
        "name" => "\"a\"".to_owned(),
        _ => "N".to_owned(),
    };
    let docs = include_str!("../lib.rs");
    let rows = docs.lines().skip_while(|line| !line.contains("## What excludes what")).skip(3);
    let mut pairs = 0;
    for row in rows.take_while(|line| line.starts_with("/// |")) {
        let words: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let [option, others @ ..] = &words[..] else { panic!("{row}") };
        let settings = SETTINGS.iter().map(|(name, _)| *name).filter(|_| row.contains("every setting"));
        for other in others.iter().copied().chain(settings) {
            let written = format!("{option} = {}, {other} = {}", value(option), value(other));
            let rule = format!("`{option}` and `{other}` exclude each other: ");
            assert!(mistakes(&written).iter().any(|mistake| mistake.starts_with(&rule)), "{written}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, relations::pairs(), "the docs have them all");
}

#[test]
fn defaults_give_way_to_what_a_method_says_itself() {
    use quote::ToTokens;

    use crate::options::defaults::{Defaults, Written};

    let under = |defaults: &str, own: &str| {
        let Defaults(defaults) = syn::parse_str(defaults).unwrap();
        let own = syn::parse::Parser::parse_str(Written::read, own).unwrap();
        defaults.under(&own).map(|option| option.to_token_stream().to_string()).collect::<Vec<_>>().join(", ")
    };
    let defaults = "name = \"a\", failure_threshold = 3, verdict = |a, b| f::<A, B>(a, b), fallback_on = any";
    assert_eq!(under(defaults, ""), "name = \"a\", failure_threshold = 3, verdict = | a , b | f :: < A , B > (a , b)");
    assert_eq!(under(defaults, "breaker = self.b, failure_if = g, fallback = h"), "fallback_on = any");
    assert_eq!(under(defaults, "name = \"b\", verdict = g"), "failure_threshold = 3");
    assert_eq!(
        under("open_error = f, slow_call_rate = 0.5", "fallback = |_| g, slow_call_duration = D"),
        "slow_call_rate = 0.5"
    );
    assert_eq!(under("fallback = |_| f, fallback_on = rejected", "open_error = g"), "");
    assert_eq!(under("crate = a :: b", "cache(key = id, ttl = T), clone(id)"), "crate = a :: b");
}

#[test]
fn fault_46_what_was_meant_is_shown() {
    let rule = "`fallback` is a path or a closure of one argument";
    for (written, meant) in [
        (r#"fallback = "alt""#, "alt"),
        (r#"fallback = "crate::alt()""#, "crate::alt"),
        ("fallback = alt()", "alt"),
        ("fallback = Self::alt(id)", "Self::alt"),
        ("fallback = alt::<u8>(1)", "alt::<u8>"),
        ("fallback = self.alt", "Self::alt"),
        ("fallback = self.alt(id)", "Self::alt"),
        ("fallback = &alt", "alt"),
    ] {
        let words = format!("{rule}: write `fallback = {meant}`, which is called with the function's own arguments");
        assert_eq!(mistakes(written), [words], "{written}");
    }
    for other in ["fallback = 3", r#"fallback = "not a path""#, "fallback = other.alt", "fallback = |a, b| a"] {
        assert_eq!(mistakes(other), [format!("{rule}: `fallback = |error| …`")], "{other}");
    }
    assert_eq!(mistakes(r#""users""#), [r#"expected an option's name: write `name = "users"`"#]);
    assert_eq!(mistakes(r#"failure_threshold = 3, "users""#), [r#"expected an option's name: write `name = "users"`"#]);
    assert_eq!(mistakes("3"), ["expected an option's name"]);
}
