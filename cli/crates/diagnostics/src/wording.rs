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
