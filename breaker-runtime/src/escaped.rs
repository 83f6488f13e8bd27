//! Text from outside, as it may be written into a line.

use std::fmt::{self, Write};

/// A name or a key, with control characters and line ends escaped: it must not write lines of its own.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(place) = rest.find(breaks_lines) {
            let (plain, from_there) = rest.split_at(place);
            f.write_str(plain)?;
            let mut characters = from_there.chars();
            characters.next().into_iter().flat_map(char::escape_default).try_for_each(|c| f.write_char(c))?;
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

/// Control characters, and the two line ends that are none.
fn breaks_lines(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn what_would_break_a_line_is_escaped_and_the_rest_is_kept() {
        assert_eq!(Escaped("été [a] \"b\"").to_string(), "été [a] \"b\"");
        assert_eq!(Escaped("a\nb\r\u{1b}[0m\u{2028}").to_string(), "a\\nb\\r\\u{1b}[0m\\u{2028}");
    }
}
