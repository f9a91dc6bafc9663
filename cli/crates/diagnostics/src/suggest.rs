//! The nearest of several names to what was typed.

/// Finds the candidate that `typed` most probably meant.
///
/// Gives the first of the nearest candidates, if at most a third of the letters were changed, inserted, removed or swapped with their
/// neighbour (optimal string alignment distance, without regard to case); `None` if there is no such candidate.
///
/// ```
/// use conjoin_diagnostics::nearest;
///
/// assert_eq!(nearest("pyhton", ["rust", "go", "python"]), Some("python"));
/// assert_eq!(nearest("cobol", ["rust", "go", "python"]), None);
/// ```
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let longest = typed.chars().count().max(3);
    let typed = typed.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= longest.max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let languages = ["rust", "go", "javascript", "typescript", "python"];
        assert_eq!(nearest("pyhton", languages), Some("python"));
        assert_eq!(nearest("Rust", languages), Some("rust"));
        assert_eq!(nearest("javascrpt", languages), Some("javascript"));
    }

    #[test]
    fn a_different_word_has_no_neighbour() {
        assert_eq!(nearest("cobol", ["rust", "go", "python"]), None);
    }
}
