//! The rules of the house that no lint knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}

/// Our own Rust files, with their paths relative to the repository.
fn rust_files() -> Vec<(PathBuf, String)> {
    let root = root();
    let mut files = Vec::new();
    for folder in ["cli", "fuzz", "tests"] {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 30, "the walk lost its way: {} files", files.len());
    files.iter().map(|path| (path.strip_prefix(&root).expect("below the root").to_owned(), read(path))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).expect("a folder of ours") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir()
            && !matches!(
                name.as_str(),
                "target" | "node_modules" | ".conjoin" | "guests" | "support" | "cases" | "plans"
            )
        {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(path: &Path) -> String {
    fs_err::read_to_string(path).expect("a file of ours")
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> =
        rust_files().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {silent:?}");
}

#[test]
fn no_file_grows_past_500_lines() {
    let long: Vec<_> = rust_files()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .collect();
    assert!(long.is_empty(), "these files want to be two: {long:?}");
}

#[test]
fn unsafe_code_stands_in_one_place() {
    // The lint `unsafe_code` is denied in the whole workspace, so it takes one of these to allow some.
    let places: Vec<_> = rust_files()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tidy.rs"))
        .flat_map(|(path, text)| text.matches("unsafe_code").map(|_| path.clone()).collect::<Vec<_>>())
        .collect();
    assert_eq!(
        places,
        [Path::new("cli/crates/runtime/src/code/cache.rs")],
        "unsafe is for loading precompiled code only"
    );
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("cargo metadata");
    for package in &metadata.packages {
        let manifest = read(package.manifest_path.as_std_path());
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} does not take the workspace's lints", package.name);
    }
}

#[test]
fn a_program_with_its_own_list_of_tests_has_no_others() {
    let list = ["libtest_mimic::", "tryfn::"];
    let forgotten: Vec<_> = rust_files()
        .into_iter()
        .filter(|(path, text)| !path.ends_with("tidy.rs") && list.iter().any(|list| text.contains(list)))
        .filter(|(_, text)| text.contains("#[test]"))
        .map(|(path, _)| path)
        .collect();
    assert!(forgotten.is_empty(), "nothing runs what is marked `#[test]` in {forgotten:?}");
}

#[test]
fn crates_depend_only_along_the_arrows() {
    // What ARCHITECTURE.md draws. An arrow allows what it reaches, too.
    let arrows: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("conjoin-diagnostics", &[][..]),
        ("conjoin-policy", &[]),
        ("conjoin-manifest", &["conjoin-diagnostics", "conjoin-policy"]),
        ("conjoin-wit", &["conjoin-diagnostics", "conjoin-policy"]),
        ("conjoin-plan", &["conjoin-diagnostics", "conjoin-manifest", "conjoin-policy", "conjoin-wit"]),
        (
            "conjoin-toolchains",
            &["conjoin-diagnostics", "conjoin-manifest", "conjoin-plan", "conjoin-policy", "conjoin-wit"],
        ),
        ("conjoin-engine", &["conjoin-diagnostics", "conjoin-plan"]),
        ("conjoin-compose", &["conjoin-diagnostics", "conjoin-wit"]),
        ("conjoin-runtime", &["conjoin-diagnostics", "conjoin-policy"]),
        ("conjoin-scaffold", &["conjoin-diagnostics"]),
        (
            "conjoin-fuzz-targets",
            &[
                "conjoin-compose",
                "conjoin-diagnostics",
                "conjoin-manifest",
                "conjoin-runtime",
                "conjoin-toolchains",
                "conjoin-wit",
            ],
        ),
        ("conjoin-test-support", &[]),
        ("conjoin-docs", &[]),
        ("xtask", &["conjoin-docs"]),
    ]);
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("cargo metadata");
    let ours: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    for package in &metadata.packages {
        let Some(allowed) = arrows.get(package.name.as_str()) else {
            assert!(matches!(package.name.as_str(), "conjoin" | "conjoin-tests"), "{} has no arrows", package.name);
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            let name = dependency.name.as_str();
            assert!(!ours.contains(name) || allowed.contains(&name), "{} must not depend on {name}", package.name);
        }
    }
}

#[test]
fn pure_crates_have_no_way_to_touch_anything() {
    let impure = ["fs-err", "tempfile", "tokio", "wasmtime", "rustix", "ignore"];
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("cargo metadata");
    for name in [
        "conjoin-diagnostics",
        "conjoin-policy",
        "conjoin-manifest",
        "conjoin-wit",
        "conjoin-plan",
        "conjoin-toolchains",
        "conjoin-compose",
    ] {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name).expect("a crate of ours");
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            assert!(!impure.contains(&dependency.name.as_str()), "{name} is pure but depends on {}", dependency.name);
        }
    }
}

#[test]
fn wasmtime_stays_on_the_supported_line() {
    let lock = read(&root().join("Cargo.lock"));
    let packages: Vec<&str> = lock.split("[[package]]").collect();
    let versions = |name: &str| -> Vec<String> {
        let name = format!("\nname = \"{name}\"\n");
        let of_name = packages.iter().filter(|package| package.contains(&name));
        of_name
            .filter_map(|package| Some(package.split("version = \"").nth(1)?.split('"').next()?.to_owned()))
            .collect()
    };
    let wasmtime = versions("wasmtime");
    assert_eq!(wasmtime.len(), 1, "{wasmtime:?}");
    assert!(wasmtime[0].starts_with("48.0."), "49 needs a newer compiler: {wasmtime:?}");
    let ours: Vec<_> = versions("wit-parser").into_iter().filter(|version| version.starts_with("0.258.")).collect();
    assert_eq!(ours.len(), 1, "our own code and wac share one version of wasm-tools");
}

#[test]
fn no_committed_text_names_a_registry_host_or_a_home() {
    let hosts = [
        "registry.npmjs.org",
        "files.pythonhosted.org",
        "proxy.golang.org",
        "index.crates.io",
        "deb.debian.org",
        "/root/",
    ];
    let mut bad = Vec::new();
    let mut pending = vec![root()];
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if matches!(name.as_str(), ".git" | "target" | "node_modules" | ".conjoin" | "tidy.rs") {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
            } else if let Ok(text) = fs_err::read_to_string(&path) {
                let found = hosts.iter().filter(|host| text.contains(**host));
                bad.extend(found.map(|host| format!("{}: {host}", path.display())));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn every_diagnostic_has_a_case() {
    let exceptions = BTreeMap::from([
        ("add::manifest", "no manifest is known that `insert` cannot continue"),
        ("app::unreadable", "tests may run as root, who reads everything"),
        ("clang::machine", "it is about machines other than that of the test"),
        ("clang::warning", "a test of `toolchains` has what clang says"),
        ("compose::unwritable", "tests may run as root, who writes everywhere"),
        ("debian::folder", "it is about the machine's own settings of apt"),
        ("debian::no-mirror", "it is about the machine's own settings of apt"),
        ("doctor::remove", "tests may run as root, who removes everything"),
        ("internal::bug", "what is known to panic is fixed instead; a test of the crate `conjoin` has one"),
        ("javascript::warning", "a test of `toolchains` has what esbuild says"),
        ("machine::signals", "no machine is known that refuses it"),
        ("machine::stdout", "it takes a device that is full, which the tests of disks have"),
        ("plan::inconsistent", "it takes toolchains whose steps contradict one another; no app leads to it"),
        ("plan::no-toolchain", "languages are those of the toolchains, so each has one"),
        ("run::port-in-use", "the port differs each time; a test of `runtime` has one"),
        ("rust::no-sources", "it takes a nightly compiler and all of Debian's tools"),
        ("tinygo::machine", "it is about machines other than that of the test"),
        ("toolchain::missing-tool", "the tools that are missing are named before"),
        ("typescript::error", "TypeScript comes from npm; a test of `toolchains` has what it says"),
        ("usage::arguments", "as text, the parser's own words are printed; the case usage-json has the line"),
        ("verify::copy", "tests may run as root, who writes everywhere"),
    ]);
    let without_case = conjoin_docs::codes_without_case(&root()).expect("our own files");
    let without_case: BTreeSet<&str> = without_case.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = exceptions.into_keys().collect();
    let forgotten: Vec<_> = without_case.difference(&known).collect();
    assert!(forgotten.is_empty(), "these codes need a golden case, or a reason: {forgotten:?}");
    let obsolete: Vec<_> = known.difference(&without_case).collect();
    assert!(obsolete.is_empty(), "these codes have a case now: {obsolete:?}");
}

/// What builds a language says what is known of it, and nobody else: these files name one all the same.
const NAMES_OF_LANGUAGES: [(&str, &str); 8] = [
    (
        "cli/crates/engine/src/environment.rs",
        "the variable of the jobserver has the name of the one program that reads it",
    ),
    ("cli/crates/engine/src/jobs.rs", "the variable of the jobserver has the name of the one program that reads it"),
    ("cli/crates/engine/src/probe/identity.rs", "managers of versions put a program in the place of another"),
    ("cli/src/app.rs", "a hint names a template as an example"),
    ("cli/src/args.rs", "the help names templates as examples"),
    ("cli/src/commands/add/mod.rs", "a hint names a template as an example"),
    ("cli/src/commands/new.rs", "a hint names a template as an example"),
    ("cli/src/ui/failure.rs", "the folder of a project's packages holds what others have written"),
];

#[test]
fn languages_and_their_tools_are_named_by_what_builds_them_alone() {
    let set = conjoin_toolchains::all();
    let toolchains = set.toolchains.iter().flat_map(|toolchain| {
        let languages = toolchain.languages().iter().map(|language| language.name);
        let tools = toolchain.requirements().iter().map(|tool| tool.id);
        languages.chain(tools).chain([toolchain.spec().name])
    });
    // Two letters are too few to tell a name from a word.
    let names: BTreeSet<&str> = toolchains.filter(|name| name.len() > 2).collect();
    let mut seen = BTreeMap::<String, Vec<String>>::new();
    for (path, text) in rust_files() {
        let path = path.to_string_lossy().into_owned();
        let folders = ["cli/crates/plan/src/", "cli/crates/engine/src/", "cli/src/"];
        if !folders.iter().any(|folder| path.starts_with(folder)) || path.ends_with("/tests.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().replace("env!(\"CARGO_PKG_VERSION\")", "");
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let lower = line.to_ascii_lowercase();
            let words: Vec<&str> =
                lower.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').collect();
            let parts = words.iter().flat_map(|word| word.split('-'));
            if parts.chain(words.iter().copied()).any(|word| names.contains(word)) {
                seen.entry(path.clone()).or_default().push(line.trim().to_owned());
            }
        }
    }
    for (path, reason) in NAMES_OF_LANGUAGES {
        assert!(seen.remove(path).is_some(), "{path} names no language: remove it from the list ({reason})");
    }
    assert!(seen.is_empty(), "these name languages or their tools: {seen:#?}");
}

#[test]
fn lines_that_grant_permissions_come_from_their_table() {
    let mut seen = Vec::new();
    for (path, text) in rust_files() {
        let is_product = path.components().any(|part| part.as_os_str() == "src");
        let may = ["cli/crates/policy", "cli/crates/docs", "tests"].iter().any(|folder| path.starts_with(folder));
        if may || !is_product {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let mut keys = conjoin_policy::PERMISSION_KEYS.iter();
            if keys.any(|key| line.contains(&format!("permissions.{key} = "))) {
                seen.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(seen.is_empty(), "`Permission::line` says these: {seen:#?}");
}
