//! Folders of cases for the whole program: what was typed, in what folder, with which tools; what was printed and left behind.
//!
//! A case is a folder below `tests/cases/`: `case.toml` (`args`, and where needed `tools`, the scripts of fake tools by name, and
//! `env`), `app/`, the folder it is run in (with `links` and `zeros` for what does not belong into a repository), and `expected.txt`: stdout, stderr, the exit code and, where `files = true`, the files
//! that are there afterwards, and what those in `show` hold. Nothing but the fake tools is on PATH.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use conjoin_test_support::TestEnv;
use conjoin_tests::conjoin::{program, text};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What was typed after `conjoin`.
    args: Vec<String>,
    /// Scripts of fake tools.
    #[serde(default)]
    tools: BTreeMap<String, String>,
    /// Variables, `[ROOT]` standing for the folder of the case.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Whether the files that are there afterwards count.
    #[serde(default)]
    files: bool,
    /// Links in the folder of the case, with what they lead to.
    #[serde(default)]
    links: BTreeMap<String, String>,
    /// Files in the folder of the case with so many zeros in them.
    #[serde(default)]
    zeros: BTreeMap<String, u64>,
    /// Files whose text afterwards counts; `␍` stands for a carriage return, `[BOM]` for a byte order mark.
    #[serde(default)]
    show: Vec<String>,
}

fn main() {
    let outcome = |case: &Path| Ok::<_, String>(run(case.parent().unwrap()));
    tryfn::Harness::new("cases", setup, outcome).select(["/*/case.toml"]).test();
}

fn setup(case: PathBuf) -> tryfn::Case {
    let folder = case.parent().unwrap();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let expected = tryfn::Data::read_from(&folder.join("expected.txt"), None).raw();
    tryfn::Case { name, fixture: case, expected }
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn run(folder: &Path) -> String {
    let case: Case = toml::from_str(&fs_err::read_to_string(folder.join("case.toml")).unwrap()).unwrap();
    let env = TestEnv::new();
    if folder.join("app").is_dir() {
        conjoin_test_support::copy_tree(&folder.join("app"), &env.app());
    }
    for (name, target) in &case.links {
        std::os::unix::fs::symlink(target, env.app().join(name)).unwrap();
    }
    for (name, size) in &case.zeros {
        fs_err::File::create(env.app().join(name)).unwrap().set_len(*size).unwrap();
    }
    for (name, script) in &case.tools {
        env.fake_tool(name, script);
    }
    let root = env.root();
    let output = Command::new(program("conjoin"))
        .args(&case.args)
        .current_dir(env.app())
        .env_clear()
        .envs(env.variables())
        .envs(case.env.iter().map(|(name, value)| (name, value.replace("[ROOT]", &root.to_string_lossy()))))
        .output()
        .unwrap();
    let mut said = String::new();
    writeln!(said, "$ conjoin {}", case.args.join(" ")).unwrap();
    for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            writeln!(said, "--- {stream}\n{}", text(bytes).trim_end()).unwrap();
        }
    }
    writeln!(said, "--- exit code {}", output.status.code().unwrap_or(-1)).unwrap();
    if case.files {
        writeln!(said, "--- files\n{}", files(&env.app(), Path::new("")).join("\n")).unwrap();
    }
    for name in &case.show {
        let shown = fs_err::read_to_string(env.app().join(name)).unwrap_or_else(|error| format!("({})", error.kind()));
        writeln!(said, "--- {name}\n{}", shown.replace('\r', "␍").replace('\u{feff}', "[BOM]").trim_end()).unwrap();
    }
    without_times(&without_milliseconds(&without_sizes(&env.redact(&said))))
}

fn files(folder: &Path, below: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = below.join(entry.file_name());
        if entry.path().is_dir() {
            names.extend(files(&entry.path(), &name));
        } else {
            names.push(name.display().to_string());
        }
    }
    names.sort();
    names
}

/// `1.2 GB` becomes `[SIZE]`.
fn without_sizes(text: &str) -> String {
    let parts: Vec<&str> = text.split(" GB").collect();
    let [before @ .., last] = parts.as_slice() else { return text.to_owned() };
    let number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let sized = before.iter().map(|part| format!("{}[SIZE]", part.trim_end_matches(number)));
    sized.chain([(*last).to_owned()]).collect()
}

/// `"milliseconds":12` becomes `"milliseconds":[TIME]`, and so do the other times of JSON lines.
fn without_milliseconds(text: &str) -> String {
    ["milliseconds", "bound", "longest", "wall", "work"].iter().fold(text.to_owned(), |text, field| {
        let field = format!("\"{field}\":");
        let mut parts = text.split(&field);
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
        rest.fold(first, |text, part| format!("{text}{field}[TIME]{part}"))
    })
}

/// `0.3 s` and `12.34 s` become `[TIME]`.
fn without_times(text: &str) -> String {
    let words: Vec<String> = text
        .split_inclusive([' ', '\n'])
        .map(|word| {
            let bare = word.trim_end();
            let number = bare.split_once('.').is_some_and(|(whole, rest)| {
                !whole.is_empty() && [whole, rest].iter().all(|part| part.chars().all(|digit| digit.is_ascii_digit()))
            });
            if number && !bare.is_empty() { word.replacen(bare, "[TIME]", 1) } else { word.to_owned() }
        })
        .collect();
    words.concat()
}
