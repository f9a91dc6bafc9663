//! Places in WIT text that its parser does not tell: found by reading words, comments left out.

use std::{ops::Range, sync::Arc};

use conjoin_diagnostics::Source;
use wit_parser::PackageName;

/// Where one of `files` names the package, e.g. `wasi:http/types@0.2.12`.
pub(crate) fn package_reference(files: &[Arc<Source>], name: &PackageName) -> Option<(Arc<Source>, Range<usize>)> {
    let begin = format!("{}:{}/", name.namespace, name.name);
    let version = name.version.as_ref().map(|version| format!("@{version}"));
    for file in files {
        let found = words(&file.text).into_iter().find(|range| {
            let word = &file.text[range.clone()];
            word.starts_with(&begin) && word.find('@').map(|at| &word[at..]) == version.as_deref()
        });
        if let Some(range) = found {
            return Some((Arc::clone(file), range));
        }
    }
    None
}

/// The names that `files` define: of interfaces, worlds and types.
pub(crate) fn definitions(files: &[Arc<Source>]) -> Vec<String> {
    const KEYWORDS: [&str; 8] = ["interface", "world", "record", "variant", "enum", "flags", "resource", "type"];
    let mut names = Vec::new();
    for file in files {
        let words = words(&file.text);
        for pair in words.windows(2) {
            if KEYWORDS.contains(&&file.text[pair[0].clone()]) {
                names.push(file.text[pair[1].clone()].to_owned());
            }
        }
    }
    names
}

/// The words of a WIT text: names with their package and version in one piece.
fn words(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else if text[at..].starts_with("/*") {
            at += text[at..].find("*/").map_or(text.len() - at, |end| end + 2);
        } else if is_word(bytes[at]) {
            let start = at;
            while at < bytes.len() && (is_word(bytes[at]) || is_joint(text, at)) {
                at += 1;
            }
            words.push(start..at);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    words
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'%'
}

/// Whether the character joins two words to one, as in `a:b/c@1.0`.
fn is_joint(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes[at], b':' | b'/' | b'@' | b'.' | b'+') && bytes.get(at + 1).is_some_and(|next| is_word(*next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_outside_of_comments() {
        let text = "package a:b;\n// wasi:http/types@0.2.12 é\n/* wasi:http/x@0.2.12 */\nworld w { import wasi:http/types@0.2.12; }\n";
        let files = [Arc::new(Source::new("a.wit", text))];
        let name = PackageName {
            namespace: "wasi".to_owned(),
            name: "http".to_owned(),
            version: Some(semver::Version::new(0, 2, 12)),
        };
        let (_, range) = package_reference(&files, &name).expect("it is named");
        assert_eq!(&text[range.clone()], "wasi:http/types@0.2.12");
        assert!(range.start > text.find("world").expect("there is a world"));
    }

    #[test]
    fn definitions_are_the_words_after_keywords() {
        let files = [Arc::new(Source::new("a.wit", "interface one { record two { a: u8 } }\nworld three {}"))];
        assert_eq!(definitions(&files), ["one", "two", "three"]);
    }
}
