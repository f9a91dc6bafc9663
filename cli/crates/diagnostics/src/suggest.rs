//! The nearest of several names to what was typed.

/// The candidate that `typed` most probably meant: at most a third of its letters changed, inserted, removed or swapped
/// with their neighbour (optimal string alignment distance), the first of several equally near ones.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let longest = typed.chars().count().max(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(typed, candidate), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= longest.max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let cost = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
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
