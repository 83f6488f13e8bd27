//! What the attribute refuses by design, by its messages.

/// A refusal by design.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    pub kind: Kind,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The signature rules a breaker out, whatever the options.
    Signature,
    /// The function returns a future by another name.
    Future,
    /// The return type cannot express a rejection: it takes a fallback.
    Rejection,
    /// The error type cannot be made from a rejection: it takes a fallback too.
    ErrorType,
    /// The return type says nothing about failure: it takes a `failure_if`.
    Judgement,
    /// This option does not go with this function.
    Option,
}

/// Parts of the messages. What is not among them is no refusal by design.
const MESSAGES: [(&str, Kind); 15] = [
    ("a `const fn` cannot ask a circuit breaker", Kind::Signature),
    ("a C-variadic function cannot be guarded", Kind::Signature),
    ("a function that never returns cannot succeed or fail", Kind::Signature),
    ("`#[track_caller]` has no effect through a circuit breaker", Kind::Signature),
    ("one function has one circuit breaker", Kind::Signature),
    ("`#[circuit_breaker]` needs a function with a body", Kind::Signature),
    ("`#[circuit_breaker]` goes on a function or a method", Kind::Signature),
    ("is a future, so its outcome is not known", Kind::Future),
    ("the error type `", Kind::ErrorType),
    ("cannot express a call rejected by an open circuit", Kind::Rejection),
    ("does not say whether the call failed", Kind::Judgement),
    ("a function that returns a future gives its arguments away", Kind::Option),
    ("is borrowed by the value that the function returns", Kind::Option),
    ("which is longer than the call, so it is not left to a fallback", Kind::Option),
    ("too many arguments have a `#[cfg]`", Kind::Option),
];

/// The refusal that a compiler's message is.
pub fn of(message: &str) -> Option<Refusal> {
    let (_, kind) = MESSAGES.iter().find(|(part, _)| message.contains(part))?;
    Some(Refusal { kind: *kind, message: general(message) })
}

/// An argument that the fallback's path wants after the body is not left: the compiler says so, at the path, and where it
/// is borrowed by the value, it shows how to mend that.
pub fn not_left(code: &str, rendered: &str) -> Option<Refusal> {
    let message = match code {
        "E0382" => "the body consumes an argument that the fallback wants (E0382)",
        "E0499" | "E0501" | "E0502" | "E0505"
            if rendered.contains("if R borrows an argument: `fallback_on = rejected`") =>
        {
            "the value borrows an argument that the fallback wants (E0499, E0501, E0502, E0505, with how to mend it)"
        }
        _ => return None,
    };
    Some(Refusal { kind: Kind::Option, message: message.into() })
}

/// The option's own closure names an argument that is not `Send`, in a function that promises a future that is.
pub fn not_send(message: &str, rendered: &str) -> Option<Refusal> {
    let captured = rendered.contains("captured value is not `Send`") && rendered.contains("let _ = &");
    (message == "future cannot be sent between threads safely" && captured).then(|| Refusal {
        kind: Kind::Option,
        message: "the fallback names an argument that is not `Send`, and the future is to be".into(),
    })
}

/// The message without what it names of the function, so that equal reasons are counted together.
fn general(message: &str) -> String {
    if message.contains("is borrowed") {
        let own = |name: &&str| name.starts_with('\'') || message.starts_with(&format!("`{name}`"));
        let names = message.split('`').skip(1).step_by(2).filter(own);
        return names.fold(message.to_owned(), |text, name| text.replace(&format!("`{name}`"), "`…`"));
    }
    let Some(rest) = ["cannot express", "does not say"].iter().find_map(|part| message.find(part)) else {
        return message.to_owned();
    };
    let subject = if message.starts_with("the error type") { "the error type `…`" } else { "`…`" };
    format!("{subject} {}", &message[rest..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_reasons_are_counted_together() {
        let kinds = ["`u8` does not say whether the call failed", "`Vec<u8>` does not say whether the call failed"];
        assert_eq!(of(kinds[0]), of(kinds[1]));
        let borrowed = |name, lifetime| {
            of(&format!(
                "`{name}` is borrowed for `{lifetime}`, which is longer than the call, so it is not left to a fallback: `fallback = …`"
            ))
        };
        assert_eq!(borrowed("a", "'x"), borrowed("fallback", "'y"));
        assert_eq!(of("mismatched types"), None);
    }
}
