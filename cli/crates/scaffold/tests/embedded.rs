//! The templates that are embedded in the binary are whole, and nothing else is.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use conjoin_diagnostics::Source;
use conjoin_manifest::Origin;
use conjoin_scaffold::{Answers, FileSet, embedded_paths, find, render, templates};

/// What building or editing inside a template would leave behind.
const LEFT_BEHIND: [&str; 8] =
    ["target", "node_modules", ".conjoin", "__pycache__", ".venv", "dist", ".DS_Store", ".mypy_cache"];

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn rendered(id: &str, name: &str) -> FileSet {
    let template = find(id).expect(id);
    let answers = template.variables().iter().filter(|variable| variable.default.is_none());
    let answers = answers.fold(Answers::new(name), |answers, variable| answers.with(&variable.name, "x"));
    render(&template, &answers).unwrap_or_else(|error| panic!("{id}: {error}"))
}

#[test]
fn nothing_that_a_build_leaves_behind_is_embedded() {
    let bad: Vec<String> = embedded_paths()
        .into_iter()
        .filter(|path| path.split('/').any(|part| LEFT_BEHIND.contains(&part)) || has_extension(path, "wasm"))
        .collect();
    assert!(bad.is_empty(), "somebody built inside `templates/`; remove these: {bad:#?}");
}

#[test]
fn every_folder_is_a_template_of_its_own_name() {
    let listed: BTreeSet<String> = templates().into_iter().map(|template| template.id).collect();
    let folders: BTreeSet<String> = embedded_paths()
        .iter()
        .filter_map(|path| {
            let mut parts = path.split('/');
            Some(match (parts.next()?, parts.next()?) {
                ("app", name) => name.to_owned(),
                (language, kind) => format!("{kind}-{language}"),
            })
        })
        .collect();
    assert_eq!(listed, folders, "left those that can be chosen, right those that are there");
    assert!(listed.contains("http-rust") && listed.contains("polyglot"), "{listed:?}");
}

#[test]
fn every_template_makes_an_app_whose_manifest_is_right() {
    for template in templates() {
        let files = rendered(&template.id, "my-app");
        let text = |path: &str| String::from_utf8(files.get(path).expect(path).to_vec()).expect("a text");
        let source = Arc::new(Source::new("conjoin.toml", text("conjoin.toml")));
        let manifest = conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages())
            .unwrap_or_else(|error| panic!("{}: {error:#?}", template.id));
        assert_eq!(manifest.app.name.value, "my-app");
        let languages: BTreeSet<String> = manifest
            .components
            .values()
            .filter_map(|component| match &component.origin {
                Origin::Built(built) => Some(built.language.value.to_string()),
                Origin::Source(_) | Origin::Custom(_) => None,
            })
            .collect();
        assert_eq!(languages, template.languages.iter().cloned().collect(), "{}", template.id);
        for component in manifest.components.values() {
            let folder = format!("{}/", component.name.value);
            assert!(files.iter().any(|(path, _)| path.starts_with(&folder)), "{}: no `{folder}`", template.id);
        }
        assert!(files.get(".gitignore").is_some() && files.get("README.md").is_some(), "{}", template.id);
    }
}

#[test]
fn every_template_makes_an_app_whose_wit_has_the_worlds_of_its_manifest() {
    for template in templates() {
        // A word of WIT itself is the hardest name.
        let files = rendered(&template.id, "list");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a text");
        let wit = files.iter().filter(|(path, _)| path.starts_with("wit/") && has_extension(path, "wit"));
        let mut sources: Vec<_> = wit.map(|(path, bytes)| Arc::new(Source::new(path, text(bytes)))).collect();
        let wasi = conjoin_wit::wasi_deps(&conjoin_wit::missing_wasi(&sources, "wit"));
        sources.extend(
            wasi.into_iter().map(|file| Arc::new(Source::new(format!("wit/{}", file.path.display()), file.text))),
        );
        let wit = conjoin_wit::parse(&sources, "wit").unwrap_or_else(|error| panic!("{}: {error:#?}", template.id));
        let source = Arc::new(Source::new("conjoin.toml", text(files.get("conjoin.toml").expect("a manifest"))));
        let manifest = conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages()).expect("a manifest");
        let worlds: BTreeSet<&str> = manifest.components.values().map(|one| one.world.value.as_str()).collect();
        let defined = wit.worlds();
        assert_eq!(worlds, defined.iter().map(String::as_str).collect(), "{}", template.id);
    }
}

#[test]
fn every_rust_project_of_a_template_has_a_lock_file() {
    for template in templates() {
        let files = rendered(&template.id, "my-app");
        for (path, _) in files.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
            let lock = format!("{}.lock", path.trim_end_matches(".toml"));
            assert!(files.get(&lock).is_some(), "{}: no `{lock}`", template.id);
        }
    }
}
