//! Places in WIT text that its parser does not tell: found by reading words, comments left out.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

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

/// Whether something is wanted or offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Import,
    Export,
}

/// Where `world` names the item for which `is_wanted` holds, itself or by including another world of these files.
///
/// A world's items lose their places when its parser completes it, so that they are looked for in the text.
pub(crate) fn item_of_world(
    files: &[Arc<Source>],
    world: &str,
    direction: Direction,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Option<(Arc<Source>, Range<usize>)> {
    let mut open = vec![world.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        for file in files {
            let statements = statements_of_world(&file.text, &world);
            for (keyword, range) in statements {
                let name = file.text[range.clone()].trim_start_matches('%');
                match (keyword, direction) {
                    ("import", Direction::Import) | ("export", Direction::Export) if is_wanted(name) => {
                        return Some((Arc::clone(file), range));
                    }
                    ("include", _) => open.push(name.to_owned()),
                    _ => {}
                }
            }
        }
    }
    None
}

/// The keyword and the name of each statement that stands directly in the world.
fn statements_of_world<'a>(text: &'a str, world: &str) -> Vec<(&'a str, Range<usize>)> {
    let words = words(text);
    let at = |index: usize| words.get(index).map_or("", |range: &Range<usize>| &text[range.clone()]);
    let begin = (0..words.len()).find(|index| at(*index) == "world" && at(index + 1).trim_start_matches('%') == world);
    let Some(begin) = begin else { return Vec::new() };
    let mut statements = Vec::new();
    let mut depth = 0_usize;
    for index in begin + 2..words.len() {
        match at(index) {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            keyword @ ("import" | "export" | "include") if depth == 1 => {
                if let Some(range) = words.get(index + 1) {
                    let name = &text[range.clone()];
                    // `log:func()` without a space is a name and a type, not a name with its package.
                    let end = if name.contains('/') { name.len() } else { name.find(':').unwrap_or(name.len()) };
                    statements.push((keyword, range.start..range.start + end));
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    statements
}

/// What is between the braces of a world.
pub(crate) struct Body {
    /// Behind the opening brace.
    pub(crate) open: usize,
    /// The first word in it, if there is one.
    first: Option<usize>,
}

impl Body {
    /// What stands before the first word in its line, if that is nothing but space.
    pub(crate) fn indent<'a>(&self, text: &'a str) -> Option<&'a str> {
        let first = self.first?;
        let line = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &text[line..first];
        // `@since(...)` stands before the word `since`.
        let space = before.trim_end_matches('@');
        (line > self.open && space.trim().is_empty()).then_some(space)
    }
}

/// The body of the world whose name, or whose keyword, stands at `from`.
pub(crate) fn body_of_world(text: &str, from: usize) -> Option<Body> {
    let mut words = words(text).into_iter().skip_while(|range| range.start < from);
    let open = words.find(|range| &text[range.clone()] == "{")?.end;
    let first = words.next().filter(|range| &text[range.clone()] != "}");
    Some(Body { open, first: first.map(|range| range.start) })
}

/// The words of a WIT text: names with their package and version in one piece, and braces.
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
        } else if matches!(bytes[at], b'{' | b'}') {
            words.push(at..at + 1);
            at += 1;
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

    #[test]
    fn items_are_found_in_their_own_world_only() {
        let text = "world one { import a:b/c@1.0.0; include two; import log:func(line: string); }
world two { import x: interface { export: func(); } export %run: func(); }";
        let files = [Arc::new(Source::new("a.wit", text))];
        let find = |world, direction, name: &str| {
            item_of_world(&files, world, direction, &|word| word == name).map(|(_, range)| &text[range])
        };
        assert_eq!(find("one", Direction::Import, "a:b/c@1.0.0"), Some("a:b/c@1.0.0"));
        assert_eq!(find("one", Direction::Import, "log"), Some("log"));
        assert_eq!(find("one", Direction::Import, "x"), Some("x"));
        assert_eq!(find("one", Direction::Export, "run"), Some("%run"));
        assert_eq!(find("two", Direction::Import, "log"), None);
    }
}
