//! Names and texts as parts of a message.

use std::fmt::Display;

/// Names in backquotes, separated by commas; nothing of none.
///
/// ```
/// assert_eq!(conjoin_diagnostics::list(["a", "b", "c"]), "`a`, `b`, `c`");
/// ```
pub fn list(names: impl IntoIterator<Item = impl Display>) -> String {
    quoted(names).join(", ")
}

/// Names in backquotes, with `word` before the last of several.
///
/// ```
/// assert_eq!(conjoin_diagnostics::list_with("or", ["a", "b", "c"]), "`a`, `b` or `c`");
/// assert_eq!(conjoin_diagnostics::list_with("or", ["a"]), "`a`");
/// ```
pub fn list_with(word: &str, names: impl IntoIterator<Item = impl Display>) -> String {
    let names = quoted(names);
    match names.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} {word} {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// Names as the subject of a sentence, and its verb; `None` of none.
///
/// ```
/// use conjoin_diagnostics::subject;
///
/// assert_eq!(subject(&["a"]), Some(("a".to_owned(), "is")));
/// assert_eq!(subject(&["a", "b", "c"]), Some(("a, b and c".to_owned(), "are")));
/// assert_eq!(subject(&[""; 0]), None);
/// ```
pub fn subject(names: &[impl AsRef<str>]) -> Option<(String, &'static str)> {
    let (last, before) = names.split_last()?;
    let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
    Some(match before.as_slice() {
        [] => (last.as_ref().to_owned(), "is"),
        before => (format!("{} and {}", before.join(", "), last.as_ref()), "are"),
    })
}

/// The lines of `text`, each four columns to the right, without the line feeds at its end.
///
/// ```
/// assert_eq!(conjoin_diagnostics::indented("a\n  b\n"), "    a\n      b");
/// ```
pub fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

fn quoted(names: impl IntoIterator<Item = impl Display>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{name}`")).collect()
}
