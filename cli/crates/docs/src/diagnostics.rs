//! The list of diagnostics: every code in conjoin's sources, with one example from the golden cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::GENERATED;

/// The first part of a code, and what it is about.
const STAGES: &[(&str, &str)] = &[
    ("usage", "The command line."),
    ("app", "Finding and reading the app's files."),
    ("manifest", "Reading `conjoin.toml`."),
    ("wit", "Reading the shared WIT."),
    ("wiring", "Connecting the components' worlds, before anything is built."),
    ("tool", "Finding the tools that a language needs."),
    ("toolchain", "What the toolchain of a language needs."),
    ("install", "Installing tools into the cache folder."),
    ("debian", "Installing tools from Debian packages, without root."),
    ("doctor", "What `conjoin doctor` found."),
    ("plan", "Planning the steps of a build."),
    ("rust", "Projects in Rust."),
    ("go", "Projects in Go."),
    ("tinygo", "Projects in Go that TinyGo builds."),
    ("javascript", "What esbuild and the engines say about a project."),
    ("typescript", "What `tsc` says about a project."),
    ("starling", "Projects in JavaScript and TypeScript on StarlingMonkey."),
    ("quickjs", "Projects in JavaScript and TypeScript on QuickJS."),
    ("python", "Projects in Python."),
    ("clang", "Projects in C and C++."),
    ("zig", "Projects in Zig."),
    ("custom", "Components that your own command builds."),
    ("build", "Running the steps of a build."),
    ("verify", "Building a second time and comparing."),
    ("compose", "Composing the built components, and checking them against the wiring."),
    ("run", "Running the app."),
    ("scaffold", "Rendering templates, for `new` and `add`."),
    ("new", "Creating an app from templates."),
    ("add", "Adding to an app."),
    ("clean", "Removing what builds left."),
    ("machine", "The machine that conjoin runs on."),
];

/// The page, from the sources and cases of the repository in `root`.
pub(crate) fn diagnostics_page(root: &Path) -> Result<String> {
    let (codes, examples) = (codes(root)?, examples(root)?);
    let mut page = format!(
        "{GENERATED}\n# Diagnostics\n\nEvery error and warning has a code in brackets. This page lists all codes by the stage that reports them, \
         with an example of the output. With `--message-format json`, the code is the field `code`.\n"
    );
    let stages: BTreeSet<&str> = codes.keys().filter_map(|code| code.split("::").next()).collect();
    let known = STAGES.iter().chain(&[("internal", "A bug in conjoin.")]);
    for stage in &stages {
        if !known.clone().any(|(name, _)| name == stage) {
            bail!("the list of diagnostics does not know the stage `{stage}`");
        }
    }
    for (stage, about) in known.filter(|(stage, _)| stages.contains(stage)) {
        let _ = writeln!(page, "\n## {stage}\n\n{about}");
        for (code, message) in codes.iter().filter(|(code, _)| code.split("::").next() == Some(*stage)) {
            let _ = writeln!(page, "\n### `{code}`");
            match (examples.get(code), message) {
                (Some(example), _) => {
                    let _ = writeln!(page, "\n```text\n{}\n```", example.trim_end());
                }
                (None, Some(message)) => {
                    let _ = writeln!(page, "\n```text\nerror[{code}]: {message}\n```");
                }
                (None, None) => {
                    page.push_str("\nThe message is that of the tool or the operation that failed.\n");
                }
            }
        }
    }
    Ok(page)
}

/// The codes in the sources that occur in no golden case.
///
/// # Errors
///
/// A file cannot be read.
pub fn codes_without_case(root: &Path) -> Result<BTreeSet<String>> {
    let examples = examples(root)?;
    Ok(codes(root)?.into_keys().filter(|code| !examples.contains_key(code)).collect())
}

/// The codes in the sources, tests left out, each with the message that stands behind it, if one does.
fn codes(root: &Path) -> Result<BTreeMap<String, Option<String>>> {
    let mut codes: BTreeMap<String, Option<String>> = BTreeMap::new();
    for path in files(&root.join("cli"))? {
        // Folders above the repository may have any name.
        let below = path.strip_prefix(root).unwrap_or(&path);
        let in_source = below.extension().is_some_and(|end| end == "rs") && below.iter().any(|part| part == "src");
        if !in_source || ["docs", "test-support"].iter().any(|name| below.iter().any(|part| part == *name)) {
            continue;
        }
        let text = fs_err::read_to_string(&path)?;
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = text.lines().filter(|line| !["//", "#["].iter().any(|start| line.trim_start().starts_with(start)));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        for (start, _) in text.match_indices('"') {
            let rest = &text[start + 1..];
            let Some((code, rest)) = rest.split_once('"').filter(|(code, _)| is_code(code)) else { continue };
            let message = codes.entry(code.to_owned()).or_default();
            *message = message.take().or_else(|| first_text(rest));
        }
    }
    Ok(codes)
}

/// The text that a code is followed by, `…` for what is put into it.
fn first_text(rest: &str) -> Option<String> {
    let (before, rest) = rest.split_once('"')?;
    let plain = before.replace("format!(", "").chars().all(|letter| letter == ',' || letter.is_whitespace());
    let text = rest.split('"').next().filter(|_| plain && before.contains(','))?;
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    Some(parts.fold(first, |said, part| format!("{said}…{}", part.split_once('}').map_or("", |(_, after)| after))))
}

fn is_code(text: &str) -> bool {
    let word = |word: &str| {
        word.len() > 1
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
    };
    text.split_once("::").is_some_and(|(stage, what)| word(stage) && word(what))
}

/// The shortest example of each code in the golden cases; the first of several.
fn examples(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut examples: BTreeMap<String, String> = BTreeMap::new();
    let mut paths = files(&root.join("cli"))?;
    paths.extend(files(&root.join("tests"))?);
    let golden = |path: &PathBuf| {
        path.iter().any(|part| part == "tests")
            && (path.extension().is_some_and(|end| end == "out")
                || path.ends_with("expected.txt")
                || path.ends_with("error.txt"))
    };
    for path in paths.iter().filter(|path| golden(path)) {
        let text = fs_err::read_to_string(path)?;
        let mut example: Option<(String, String)> = None;
        for line in text.lines().chain([""]) {
            let begins = ["error", "warning", "---", "="].iter().any(|start| line.starts_with(start));
            if line.is_empty() || begins || is_of_the_story(line) {
                if let Some((code, text)) = example.take()
                    && examples.get(&code).is_none_or(|other| weight(&text) < weight(other))
                {
                    examples.insert(code, text);
                }
                let head = line.strip_prefix("error[").or_else(|| line.strip_prefix("warning["));
                example =
                    head.and_then(|head| head.split_once("]:")).map(|(code, _)| (code.to_owned(), format!("{line}\n")));
            } else if let Some((_, text)) = &mut example {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    Ok(examples)
}

/// Whether it is a line with a verb in cargo's column.
fn is_of_the_story(line: &str) -> bool {
    const COLUMN: usize = 12;
    let verb = line.get(..COLUMN).filter(|_| line[COLUMN..].starts_with(' ')).map(str::trim_start);
    verb.is_some_and(|verb| {
        verb.len() < COLUMN && verb.starts_with(char::is_uppercase) && verb.chars().all(char::is_alphabetic)
    })
}

/// Examples with a hint are better, and short ones.
fn weight(example: &str) -> (bool, usize) {
    (!example.contains("= help"), example.len())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs_err::read_dir(&next)? {
            let path = entry?.path();
            let skipped = ["target", "node_modules", ".conjoin"].iter().any(|name| path.ends_with(name));
            match path.is_dir() {
                true if !skipped => pending.push(path),
                true => {}
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}
