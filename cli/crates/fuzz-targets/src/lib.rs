//! What fuzzing hands bytes to. A target takes any bytes and fails by a panic alone.
//!
//! `fuzz/` holds the programs for `cargo fuzz`, which needs a nightly compiler. `tests/bounded.rs` runs the same targets on the pinned
//! compiler with a fixed number of mutations of the seeds, always the same ones.
//!
//! ```
//! conjoin_fuzz_targets::run("manifest", b"conjoin = 1");
//! ```

mod compose;
mod dummy;
mod http;

use std::{path::PathBuf, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, Style, render};
use conjoin_manifest::LanguageSet;

/// A function to fuzz, and where its seeds are.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of its program and of its folder in `fuzz/corpus/`.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]),
    /// Where the repository has more seeds.
    pub seeds: &'static [Seeds],
}

/// Files of the repository to start from.
#[derive(Clone, Copy, Debug)]
pub struct Seeds {
    /// The folder that holds them, or whose folders do.
    pub folder: &'static str,
    /// What their names end with.
    pub ending: &'static str,
}

/// All targets.
pub const TARGETS: [Target; 5] = [
    Target { name: "component", run: component, seeds: &[Seeds { folder: "tests/cases", ending: ".wasm" }] },
    Target {
        name: "compose",
        run: compose::compose,
        seeds: &[Seeds { folder: "cli/crates/compose/tests/cases", ending: ".wit" }],
    },
    Target { name: "http", run: http::heads, seeds: &[] },
    Target {
        name: "manifest",
        run: manifest,
        seeds: &[Seeds { folder: "cli/crates/manifest/tests/cases", ending: ".toml" }],
    },
    Target { name: "wit", run: wit, seeds: &[Seeds { folder: "cli/crates/wit/tests/cases", ending: ".wit" }] },
];

/// Runs the target of this name.
///
/// # Panics
///
/// If there is none, or it fails.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target has this name");
    (target.run)(bytes);
}

/// Reads the bytes as `conjoin.toml`, says what is wrong with it, lists its names, and adds a component to it.
fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let languages = conjoin_toolchains::all().languages();
    drop(conjoin_manifest::outline(text));
    let is_valid = problems(text, &languages).is_none();
    let added = conjoin_manifest::insert(text, "[component.added-by-fuzzing]\nlanguage = \"rust\"\n");
    if let (true, Ok(added)) = (is_valid, added) {
        assert_eq!(problems(&added, &languages), None, "a component was added to\n{text}\nwhich gave\n{added}");
    }
}

/// What is wrong with a manifest, if anything is.
fn problems(text: &str, languages: &LanguageSet) -> Option<String> {
    conjoin_manifest::parse(&source("conjoin.toml", text), languages).err().map(|found| rendered(&found))
}

/// Reads the bytes as the files of a WIT folder, each after a line `// file: NAME`, and describes their worlds.
fn wit(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut files: Vec<(PathBuf, String)> = vec![("app.wit".into(), String::new())];
    for line in text.split_inclusive('\n') {
        match (line.trim_end().strip_prefix("// file: "), files.last_mut()) {
            (Some(name), _) => files.push((name.into(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    let sources: Vec<Arc<Source>> = files.iter().map(|(name, text)| source(&name.to_string_lossy(), text)).collect();
    drop(conjoin_wit::missing_wasi(&sources, ""));
    match conjoin_wit::parse(&sources, "") {
        Ok(wit) => {
            for world in wit.worlds().iter().filter_map(|name| wit.world(name)) {
                drop((world.digest(), world.surface(), world.render(&conjoin_wit::Dialect::default())));
            }
        }
        Err(found) => drop(rendered(&found)),
    }
}

/// Inspects the bytes as a built component.
fn component(bytes: &[u8]) {
    match conjoin_wit::inspect(bytes) {
        Ok(surface) => {
            for item in surface.imports.iter().chain(&surface.exports) {
                assert_eq!(conjoin_wit::differences(item, item), [], "{} differs from itself", item.name);
            }
        }
        Err(error) => drop(error.to_string()),
    }
    drop((conjoin_wit::packages_of_component(bytes), conjoin_wit::strip(bytes), conjoin_wit::types_provider(bytes)));
}

fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source::new(name, text))
}

fn rendered(found: &[Diagnostic]) -> String {
    found.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect()
}
