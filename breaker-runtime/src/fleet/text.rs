//! Text that travels: names and reasons, escaped and bounded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest name of a breaker that is shared, in bytes.
pub(crate) const MAX_NAME: usize = 200;
/// The longest name of a node or a namespace, in bytes.
pub(crate) const MAX_NODE: usize = 100;
/// The longest `by` and `because` of an override, in bytes.
pub(crate) const MAX_REASON: usize = 500;
/// Nothing, where there may be text.
pub(crate) const NONE: &str = "-";

/// All but what separates nothing in a row, a key or a message. A lone `-` says that there is nothing, so it is escaped too.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'/').remove(b'[').remove(b']').remove(b'@');

/// Text as it stands in a row; empty text is [`NONE`].
pub(crate) fn escape(text: &str) -> String {
    if text.is_empty() { NONE.to_owned() } else { utf8_percent_encode(text, ESCAPED).to_string() }
}

/// The text of a token of a row; `None` if no escaping gives this token, or it is longer than `max` bytes.
pub(crate) fn unescape(token: &str, max: usize) -> Option<String> {
    if token == NONE {
        return Some(String::new());
    }
    // Each byte is at most three when escaped.
    if token.len() > max.saturating_mul(3) {
        return None;
    }
    let text = percent_decode_str(token).decode_utf8().ok()?;
    (text.len() <= max && escape(&text) == token).then(|| text.into_owned())
}

/// A written name as it is shown: what no escaping gives stays as it is.
#[cfg(feature = "tracing")]
pub(crate) fn shown(token: &str) -> String {
    unescape(token, MAX_NAME).unwrap_or_else(|| token.to_owned())
}

/// At most `max` bytes of it, cut between characters.
pub(crate) fn bounded(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_and_has_no_separator_in_it() {
        for text in ["", "-", "payments", "http[a.example:80]", "a b\n{c}", "100 %", "é…", "INC-4711", "a,b|c"] {
            let token = escape(text);
            assert!(!token.is_empty() && !token.contains([' ', '\n', ':', ',', '{', '}', '|']), "{token}");
            assert_eq!(unescape(&token, MAX_REASON).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_no_escaping_gives_is_not_text() {
        for token in ["a b", "%zz", "%41", "%ff", "a:b", "é", ""] {
            assert_eq!(unescape(token, MAX_REASON), None, "{token}");
        }
        assert_eq!(unescape(&escape(&"x".repeat(11)), 10), None);
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!((bounded("aéé", 4), bounded("aé", 3), bounded("é", 1)), ("aé", "aé", ""));
    }
}
