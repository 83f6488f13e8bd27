//! Writes attributes into a text at their places, and finds the functions again in what comes out.

use std::ops::Range;

/// An attribute to be written.
pub struct Insertion {
    pub function: usize,
    pub at: usize,
    pub end: usize,
    pub text: String,
}

/// A text with attributes, and where the functions that bear one stand in it, with the attribute.
pub struct Edited {
    pub text: String,
    placed: Vec<(Range<usize>, usize)>,
}

impl Edited {
    /// Every line keeps its number: an attribute goes in front of what stands on the same line.
    pub fn new(text: &str, mut insertions: Vec<Insertion>) -> Self {
        insertions.sort_by_key(|insertion| insertion.at);
        let shifted = |place: usize| {
            let before = insertions.iter().filter(|other| other.at < place);
            place + before.map(|other| other.text.len()).sum::<usize>()
        };
        let placed = insertions.iter().map(|own| (shifted(own.at)..shifted(own.end), own.function));
        let placed = placed.collect();
        let mut edited = String::with_capacity(text.len() * 2);
        let mut from = 0;
        for insertion in &insertions {
            edited.push_str(&text[from..insertion.at]);
            edited.push_str(&insertion.text);
            from = insertion.at;
        }
        edited.push_str(&text[from..]);
        Self { text: edited, placed }
    }

    /// The innermost annotated function that stands around this byte.
    pub fn function_at(&self, byte: usize) -> Option<usize> {
        let around = self.placed.iter().filter(|(place, _)| place.contains(&byte));
        around.min_by_key(|(place, _)| place.len()).map(|(_, function)| *function)
    }

    /// Every function that bears an attribute.
    pub fn functions(&self) -> impl Iterator<Item = usize> + '_ {
        self.placed.iter().map(|(_, function)| *function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_again_behind_their_attributes() {
        let text = "fn a() { fn b() {} } fn c() {}";
        let insertion = |function, at, end| Insertion { function, at, end, text: "#[x] ".into() };
        let edited = Edited::new(text, vec![insertion(2, 21, 30), insertion(0, 0, 20), insertion(1, 9, 18)]);
        assert_eq!(edited.text, "#[x] fn a() { #[x] fn b() {} } #[x] fn c() {}");
        let at = |place: &str| edited.function_at(edited.text.find(place).unwrap());
        assert_eq!([at("#[x] fn a"), at("fn a"), at("#[x] fn b"), at("fn b")], [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!([at("} #[x] fn c"), at("#[x] fn c"), at("fn c")], [Some(0), Some(2), Some(2)]);
    }
}
