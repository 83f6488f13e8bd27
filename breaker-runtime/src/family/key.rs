//! A key as text, without an allocation for most.

use std::{
    fmt::{self, Write},
    str,
};

const SHORT: usize = 64;

/// What a key is written as. A short one stays on the stack.
pub(crate) struct Key {
    short: [u8; SHORT],
    len: usize,
    /// The whole text, once it is longer.
    long: String,
}

impl Key {
    pub(crate) fn of(key: &(impl fmt::Display + ?Sized)) -> Self {
        let mut text = Self { short: [0; SHORT], len: 0, long: String::new() };
        // Writing to it cannot fail; a `Display` that gives up half-way has written its key until there.
        let _ = write!(text, "{key}");
        text
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        if self.long.is_empty() { self.short() } else { &self.long }
    }

    #[inline]
    fn short(&self) -> &str {
        // Whole strings were written, so it is always valid.
        str::from_utf8(&self.short[..self.len]).unwrap_or_default()
    }
}

impl fmt::Write for Key {
    #[inline]
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.len + part.len();
        match self.short.get_mut(self.len..end) {
            Some(room) if self.long.is_empty() => {
                room.copy_from_slice(part.as_bytes());
                self.len = end;
            }
            _ => {
                if self.long.is_empty() {
                    self.long = self.short().to_owned();
                }
                self.long.push_str(part);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_of_any_length_is_read_as_it_was_written() {
        for len in [0, 1, 63, 64, 65, 1000] {
            let text = "k".repeat(len);
            assert_eq!(Key::of(&text).as_str(), text);
            let parts = format!("{text}é{len}");
            assert_eq!(Key::of(&format_args!("{text}é{len}")).as_str(), parts);
        }
    }

    #[test]
    fn short_parts_after_a_long_one_keep_their_order() {
        let long = "k".repeat(100);
        assert_eq!(Key::of(&format_args!("a{long}b{}", 7)).as_str(), format!("a{long}b7"));
    }
}
