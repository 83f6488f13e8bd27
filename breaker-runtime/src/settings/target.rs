//! Whom an entry is for.

use crate::settings::pattern::Pattern;

/// The name over an entry, and how it is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target<'a> {
    Name(&'a Pattern),
    /// As an environment variable spells it.
    Variable(&'a str),
}

impl<'a> Target<'a> {
    /// Whether it is for something that goes by one of these names.
    pub(crate) fn is_for(self, names: &[&str]) -> bool {
        match self {
            Self::Name(pattern) => names.iter().any(|name| pattern.matches(name)),
            Self::Variable(spelled) => names.iter().any(|name| variable(name) == spelled),
        }
    }

    /// Whether it may be for a key of this family.
    pub(crate) fn may_be_for_keys_of(self, family: &str) -> bool {
        match self {
            Self::Name(pattern) => pattern.may_match_after(&format!("{family}[")),
            Self::Variable(spelled) => spelled.starts_with(&variable(family)),
        }
    }

    pub(crate) fn as_str(self) -> &'a str {
        match self {
            Self::Name(pattern) => pattern.as_str(),
            Self::Variable(spelled) => spelled,
        }
    }
}

/// A name as an environment variable spells it: in upper case, with one `_` for whatever is no letter or digit of ASCII.
pub(super) fn variable(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_name_is_spelled_as_a_variable() {
        for name in ["user-service", "user.service", "User Service", "user__service", "-user-service-"] {
            assert_eq!(variable(name), "USER_SERVICE");
        }
        assert_eq!(variable("shop::orders::fetch#2"), "SHOP_ORDERS_FETCH_2");
        assert_eq!(variable("größe-2"), "GR_E_2", "of ASCII");
        assert_eq!(variable("http[slow.example]"), "HTTP_SLOW_EXAMPLE");
        assert_eq!(variable("été"), "T");
        assert_eq!(variable("…"), "");
    }
}
