//! The JSON schema of `conjoin.toml`, judged by a validator that is not ours.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use boon::{Compiler, SchemaIndex, Schemas};
use conjoin_diagnostics::Source;
use conjoin_docs::Book;
use conjoin_tests::conjoin::{conjoin, repository, succeed};
use serde_json::Value;

/// What only conjoin can say, because it is about several places of a manifest or about all the rules of a path.
const BEYOND_A_SCHEMA: [&str; 9] = [
    "manifest::bad-example",
    "manifest::conflicting-isolation",
    "manifest::duplicate-directory",
    "manifest::duplicate-path",
    "manifest::duplicate-route",
    "manifest::duplicate-trigger",
    "manifest::imports-itself",
    "manifest::path-outside",
    "manifest::unknown-component",
];

struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let text = fs_err::read_to_string(kept()).expect("the schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("conjoin.schema.json", schema).expect("a resource");
        let index = compiler.compile("conjoin.schema.json", &mut schemas).expect("a schema");
        Self { schemas, index }
    }

    /// Why the schema refuses a manifest; `None` if it is no TOML at all.
    fn judge(&self, text: &str) -> Option<Result<(), String>> {
        let table: toml::Table = toml::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let value = serde_json::to_value(table).expect("TOML as JSON");
        Some(self.schemas.validate(&value, self.index).map_err(|error| error.to_string()))
    }
}

fn kept() -> PathBuf {
    repository().join("schema/conjoin.schema.json")
}

/// The codes of what conjoin says about a manifest; none if it is right.
fn codes(text: &str) -> BTreeSet<&'static str> {
    let parsed =
        conjoin_manifest::parse(&Arc::new(Source::new("conjoin.toml", text)), &conjoin_toolchains::all().languages());
    parsed.map_or_else(|found| found.iter().map(|diagnostic| diagnostic.code).collect(), |_| BTreeSet::new())
}

/// Every manifest of the repository, and the cases of the crate that reads them.
fn manifests() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending: Vec<PathBuf> =
        ["cli", "sample-apps", "tests"].iter().map(|folder| repository().join(folder)).collect();
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(&folder).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), "target" | "node_modules" | ".conjoin") {
                pending.push(path);
            } else if name == "conjoin.toml" || is_case(&path) {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 80, "the walk lost its way: {} manifests", files.len());
    files
}

fn is_case(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
        && path.parent().is_some_and(|folder| folder.ends_with("manifest/tests/cases"))
}

#[test]
fn the_schema_is_that_of_the_types() {
    let printed = succeed(&mut conjoin(&repository(), &["schema"]));
    let text = fs_err::read_to_string(kept()).expect("the schema");
    assert_eq!(printed, text, "`cargo xtask docs` writes it anew");
    let line = succeed(&mut conjoin(&repository(), &["schema", "--message-format", "json"]));
    let line: Value = serde_json::from_str(&line).expect("a JSON line");
    assert_eq!(line["schema"], serde_json::from_str::<Value>(&text).expect("JSON"));
}

#[test]
fn every_manifest_of_the_repository_is_judged_as_conjoin_judges_it() {
    let validator = Validator::new();
    let (mut accepted, mut refused) = (0, 0);
    for path in manifests() {
        // One case is about a manifest that is no text.
        let Ok(text) = fs_err::read_to_string(&path) else { continue };
        let codes = codes(&text);
        let Some(judged) = validator.judge(&text) else {
            assert!(!codes.is_empty(), "{}: no TOML, but accepted", path.display());
            continue;
        };
        if codes.is_empty() {
            assert_eq!(judged, Ok(()), "{}", path.display());
            accepted += 1;
        } else if !codes.iter().all(|code| BEYOND_A_SCHEMA.contains(code)) {
            assert!(judged.is_err(), "{}: the schema accepts what is refused with {codes:?}", path.display());
            refused += 1;
        }
    }
    assert!(accepted > 40 && refused > 25, "{accepted} accepted, {refused} refused");
}

#[test]
fn the_schema_refuses_nothing_that_conjoin_accepts() {
    let validator = Validator::new();
    let mut accepted = 0;
    for path in manifests().iter().filter(|path| is_case(path)) {
        let Ok(text) = fs_err::read_to_string(path) else { continue };
        for (start, letter) in text.char_indices() {
            let shorter = format!("{}{}", &text[..start], &text[start + letter.len_utf8()..]);
            if codes(&shorter).is_empty() {
                assert_eq!(validator.judge(&shorter), Some(Ok(())), "{shorter}");
                accepted += 1;
            }
        }
    }
    assert!(accepted > 500, "{accepted}");
}

#[test]
fn what_templates_render_is_right_and_names_the_schema() {
    let validator = Validator::new();
    for template in conjoin_scaffold::templates() {
        let folder = tempfile::tempdir().expect("a folder");
        succeed(&mut conjoin(folder.path(), &["new", "shop", "-t", &template.id]));
        let text = fs_err::read_to_string(folder.path().join("shop/conjoin.toml")).expect("a manifest");
        assert_eq!(validator.judge(&text), Some(Ok(())), "{}", template.id);
        assert!(text.starts_with("#:schema .conjoin/conjoin.schema.json\n"), "{}: {text}", template.id);
    }
}

#[test]
fn the_manifests_in_the_documentation_and_in_the_readme_are_right() {
    let validator = Validator::new();
    let book = Book::load(&repository().join("docs/src")).expect("the book");
    let readme = fs_err::read_to_string(repository().join("README.md")).expect("the readme");
    let pages = book.pages().map(|page| (page.path.as_path(), page.text.as_str()));
    let mut seen = BTreeSet::new();
    for (path, text) in pages.chain([(Path::new("README.md"), readme.as_str())]) {
        for block in text.split("\n```toml").skip(1) {
            let body = block.split_once('\n').map_or("", |(_, body)| body);
            let body = body.split("\n```").next().unwrap_or_default();
            if body.lines().any(|line| line.starts_with("conjoin = ")) {
                assert_eq!(codes(body), BTreeSet::new(), "{}: {body}", path.display());
                assert_eq!(validator.judge(body), Some(Ok(())), "{}: {body}", path.display());
                seen.insert(path);
            }
        }
    }
    assert!(seen.len() > 2 && seen.contains(Path::new("README.md")), "{seen:?}");
}
