//! The logic of the library. It does not use the bindings, so that `cargo test` can test it directly.

use std::collections::BTreeMap;

/// How often each word occurs in `text`: the most frequent first, equal ones in alphabetical order. Words are runs of
/// letters and digits, in lower case.
pub fn count(text: &str) -> Vec<(String, u32)> {
    let mut counts = BTreeMap::new();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    // The sort is stable: equal ones keep the alphabetical order of the map.
    counts.sort_by(|(_, left), (_, right)| right.cmp(left));
    counts
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_words_of_any_script_in_any_case() {
        let counts = count("b, A-b! Größe 42 größe a B");
        let counts: Vec<(&str, u32)> = counts
            .iter()
            .map(|(word, count)| (word.as_str(), *count))
            .collect();
        assert_eq!(counts, [("b", 3), ("a", 2), ("größe", 2), ("42", 1)]);
    }

    #[test]
    fn counts_nothing_in_an_empty_text() {
        assert!(count(" -- ").is_empty());
    }
}
