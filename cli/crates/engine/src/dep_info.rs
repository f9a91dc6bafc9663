//! Parses the dep-info files of rustc and cargo, which list the files that they read.

use std::path::{Component, Path, PathBuf};

/// The prerequisites of all rules in a file in Makefile format, each once. Relative paths are resolved against `base`;
/// none has `..`.
pub(crate) fn prerequisites(text: &str, base: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        if line.starts_with('#') {
            continue;
        }
        let Some(rest) = line.split_once(": ").map(|(_, rest)| rest) else { continue };
        paths.extend(words(rest).into_iter().map(|word| normal(&base.join(word))));
    }
    paths.sort();
    paths.dedup();
    paths
}

/// The path with `.` and `..` resolved lexically.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => parts.push(part),
        }
    }
    parts
}

/// Splits a line at spaces. A backslash escapes a space.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if matches!(letters.peek(), Some(' ' | '#')) => word.extend(letters.next()),
            ' ' | '\t' => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prerequisites_of_all_rules_are_found() {
        let text = "/t/x.wasm: /a/src/lib.rs /a/with\\ space.rs \\\n  ../rel.rs\n/t/x.d: /a/src/lib.rs\n/a/src/lib.rs:\n\n# env-dep:A=b: c\n";
        let expected = ["/a/src/lib.rs", "/a/with space.rs", "/rel.rs"].map(PathBuf::from);
        assert_eq!(prerequisites(text, Path::new("/base")), expected);
        assert_eq!(prerequisites("", Path::new("/")), Vec::<PathBuf>::new());
    }
}
