//! Names with `*` in them.

/// A name, or a pattern of names: each `*` stands for any text, also for none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is for more than one name.
    pub(crate) fn is_open(&self) -> bool {
        self.0.contains('*')
    }

    /// How much of a name it says: its letters without the `*`.
    pub(crate) fn letters(&self) -> usize {
        self.0.chars().filter(|letter| *letter != '*').count()
    }

    /// Whether it may be for a name that begins so.
    pub(crate) fn may_match_after(&self, start: &str) -> bool {
        let first = self.0.split('*').next().unwrap_or_default();
        first.starts_with(start) || self.is_open() && start.starts_with(first)
    }

    /// Whether it is for this name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        // Each part where it is found first: that leaves the most for those behind it.
        for part in parts {
            let Some(place) = rest.find(part) else { return false };
            rest = &rest[place + part.len()..];
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, matching, others) in [
            ("users", &["users"][..], &["user", "users2", "Users", ""][..]),
            ("*", &["", "users", "http[a*]"], &[]),
            ("user-*", &["user-", "user-service"], &["user", "a-user-service"]),
            ("*-service", &["-service", "user-service"], &["user-services"]),
            ("http[*]", &["http[a]", "http[]", "http[*]", "http[a]b]"], &["http", "http[a"]),
            ("a*b*c", &["abc", "a-b-b-c", "abbc"], &["ab", "ac", "acb"]),
            ("*ab*ab*", &["abab", "xabyabz"], &["ab", "aab"]),
            ("a*a", &["aa", "aba"], &["a"]),
            ("**", &["", "x"], &[]),
            ("é*", &["é", "étude"], &["e"]),
        ] {
            let pattern = Pattern::new(pattern.to_owned());
            for name in matching {
                assert!(pattern.matches(name), "{pattern:?} {name}");
            }
            for name in others {
                assert!(!pattern.matches(name), "{pattern:?} {name}");
            }
        }
        assert_eq!(["users", "user-*", "*", "é*"].map(|text| Pattern::new(text.to_owned()).letters()), [5, 5, 0, 1]);
    }
}
