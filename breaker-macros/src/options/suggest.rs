//! "Did you mean …?"

/// What options are called in other libraries, and here.
const ELSEWHERE: [(&str, &str); 14] = [
    ("max_failures", "failure_threshold"),
    ("threshold", "failure_threshold"),
    ("failures", "failure_threshold"),
    ("consecutive_failures", "failure_threshold"),
    ("error_rate", "failure_rate"),
    ("failure_rate_threshold", "failure_rate"),
    ("window_size", "window"),
    ("sliding_window_size", "window"),
    ("minimum_number_of_calls", "min_calls"),
    ("slow_call_duration_threshold", "slow_call_duration"),
    ("reset_timeout", "recovery_timeout"),
    ("open_timeout", "recovery_timeout"),
    ("wait_duration", "recovery_timeout"),
    ("fallback_method", "fallback"),
];

/// The one of `known` that goes by this name elsewhere.
pub(crate) fn elsewhere<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (_, here) = ELSEWHERE.iter().find(|(name, _)| *name == word)?;
    known.iter().find(|option| *option == here).copied()
}

/// The candidate that `word` is a slip of the pen for, if any is close.
pub(crate) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of single-character edits between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let options = ["name", "failure_threshold", "fallback"];
        assert_eq!(closest("failure_treshold", &options), Some("failure_threshold"));
        assert_eq!(closest("nam", &options), Some("name"));
        assert_eq!(closest("timeout", &options), None);
    }
}
