//! Lists and paragraphs in messages.

use std::fmt::Display;

/// The items as a list in a sentence: `a`, `a and b`, `a, b and c`; empty for none.
///
/// ```
/// assert_eq!(conjoin_diagnostics::list(["a", "b", "c"]), "a, b and c");
/// ```
pub fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    joined(items.into_iter().map(|item| item.to_string()).collect(), "and")
}

/// The items as alternatives in a sentence: `a`, `a or b`, `a, b or c`; empty for none.
pub fn alternatives(items: impl IntoIterator<Item = impl Display>) -> String {
    joined(items.into_iter().map(|item| item.to_string()).collect(), "or")
}

/// The names as a list in a sentence, each in backticks.
///
/// ```
/// assert_eq!(conjoin_diagnostics::list_quoted(["api", "shop"]), "`api` and `shop`");
/// ```
pub fn list_quoted(names: impl IntoIterator<Item = impl Display>) -> String {
    joined(names.into_iter().map(|name| format!("`{name}`")).collect(), "and")
}

/// The text with two spaces in front of each line that is not empty.
///
/// ```
/// assert_eq!(conjoin_diagnostics::indent("interface a {\n\n}"), "  interface a {\n\n  }");
/// ```
pub fn indent(text: &str) -> String {
    let lines = text.split('\n');
    let lines = lines.map(|line| if line.is_empty() { String::new() } else { format!("  {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

fn joined(mut items: Vec<String>, word: &str) -> String {
    match (items.pop(), items.as_slice()) {
        (None, _) => String::new(),
        (Some(only), []) => only,
        (Some(last), before) => format!("{} {word} {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_with_a_word_before_its_last_item() {
        let none: [&str; 0] = [];
        assert_eq!((list(none), list(["a"]), list(["a", "b"])), (String::new(), "a".to_owned(), "a and b".to_owned()));
        assert_eq!(alternatives([1, 2, 3]), "1, 2 or 3");
        assert_eq!(list_quoted(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
