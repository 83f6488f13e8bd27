//! Which names stand in code that is not parsed.

use proc_macro2::{Spacing, TokenStream, TokenTree};

/// Whether a variable's name stands among these tokens, also inside a text, as in `format!("{name}")`. That of a field
/// does not count.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    let (mut of_a_field, mut dots) = (false, 0);
    for token in tokens {
        let found = match &token {
            TokenTree::Group(group) => mentions(group.stream(), name),
            TokenTree::Ident(ident) => !of_a_field && ident == name,
            TokenTree::Literal(literal) => formats(&literal.to_string(), name),
            TokenTree::Punct(_) => false,
        };
        if found {
            return true;
        }
        dots = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '.' => dots + 1,
            _ => 0,
        };
        // One dot, and not the last of a range's.
        of_a_field = dots == 1 && matches!(&token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Alone);
    }
    false
}

/// Whether a literal is a text in which the name stands as a word.
fn formats(literal: &str, name: &str) -> bool {
    let part_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    literal.contains('"')
        && literal.match_indices(name).any(|(at, _)| {
            let (before, after) = (&literal[..at], &literal[at + name.len()..]);
            !before.ends_with(part_of_a_word) && !after.starts_with(part_of_a_word)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_where_a_variable_may_stand() {
        for found in
            ["x", "f(x)", "x.y", "..x", "0..x", "{ let y = [x]; }", r#"println!("{x:?}")"#, r#"r"{:x$}""#, "x::<T>()"]
        {
            assert!(mentions(found.parse().unwrap(), "x"), "{found}");
        }
        for other in ["y", "self.x", "y.x()", "xx", r#"println!("{xx}")"#, "'x'", "0x1"] {
            assert!(!mentions(other.parse().unwrap(), "x"), "{other}");
        }
    }
}
