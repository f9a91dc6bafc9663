//! Folders of `conjoin.toml` and `wit/` become the connections of an app, or diagnostics: `tests/wire/*/expected.txt`.
//!
//! A component with `source = "NAME.wasm"` is made from the world in `NAME.wit` beside `conjoin.toml`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use conjoin_diagnostics::{Diagnostic, Source, Style, render};
use conjoin_manifest::ComponentName;
use conjoin_plan::{AbsPath, AppWiring, UnusableSource, wire};
use libtest_mimic::{Arguments, Trial};
use snapbox::{Data, assert_data_eq};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

fn main() {
    let mut trials = vec![trial("dense_apps_are_wired", dense_apps_are_wired)];
    for entry in fs_err::read_dir("tests/wire").unwrap() {
        let case = entry.unwrap().path();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        trials.push(trial(&name, move || {
            assert_data_eq!(wire_text(&case), Data::read_from(&case.join("expected.txt"), None));
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn wire_text(case: &Path) -> String {
    match wire_case(case) {
        Ok(text) => text,
        Err(diagnostics) => {
            diagnostics.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn wire_case(case: &Path) -> Result<String, Vec<Diagnostic>> {
    let source = |path: &Path| {
        let name = path.strip_prefix(case).unwrap().to_string_lossy().into_owned();
        Arc::new(Source::new(name, fs_err::read_to_string(path).unwrap()))
    };
    let manifest =
        conjoin_manifest::parse(&source(&case.join("conjoin.toml")), &conjoin_toolchains::all().languages())?;
    let mut files = wit_files(&case.join("wit"));
    files.sort();
    let files: Vec<Arc<Source>> = files.iter().map(|path| source(path)).collect();
    let wit = conjoin_wit::parse(&files, "wit")?;
    let app = AbsPath::new("/app").unwrap();
    let mut sources = BTreeMap::new();
    for entry in fs_err::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let built = path.with_extension("wasm");
            let surface = conjoin_wit::inspect(&component(&fs_err::read_to_string(path).unwrap()));
            let surface =
                surface.map_err(|error| UnusableSource { why: error.to_string(), hint: error.hint().to_owned() });
            sources.insert(app.join(built.file_name().unwrap()), surface);
        }
    }
    let wiring = wire(&manifest, &wit, &app, &sources)?;
    Ok(manifest.entries().into_iter().map(|entry| text_of(&wiring, entry)).collect())
}

/// The composition of `entry`.
fn text_of(wiring: &AppWiring, entry: &ComponentName) -> String {
    let composition = wiring.composition(entry);
    let mut text = String::new();
    writeln!(text, "{entry}: {}", composition.order.join(", ")).unwrap();
    for edge in composition.edges {
        writeln!(text, "  {} {} <- {} {}", edge.importer, edge.import, edge.exporter, edge.export).unwrap();
    }
    text
}

/// As many imports as these have on their ways are beyond counting: wiring them ends only if it looks at each import once.
fn dense_apps_are_wired() {
    let layered = dense(60, |importer, exporter| exporter / 6 == importer / 6 + 1);
    assert_eq!(layered.lines().next().unwrap().split(", ").count(), 55);
    assert_eq!(layered.lines().count(), 1 + 6 + 6 * 6 * 8);
    let all_later = dense(24, |importer, exporter| exporter > importer);
    assert!(all_later.starts_with("c0: c23, c22, "), "{all_later}");
    assert_eq!(all_later.lines().count(), 1 + 24 * 23 / 2);
}

/// The composition of the first of so many components, where one imports from another if `imports` says so.
fn dense(count: usize, imports: impl Fn(usize, usize) -> bool) -> String {
    let mut manifest = "conjoin = 1\n[app]\nname = \"dense\"\n".to_owned();
    let mut wit = "package dense:api@0.1.0;\n".to_owned();
    for importer in 0..count {
        writeln!(manifest, "[component.c{importer}]\nlanguage = \"rust\"").unwrap();
        writeln!(wit, "interface i{importer} {{ f: func(); }}\nworld c{importer} {{ export i{importer};").unwrap();
        for exporter in (0..count).filter(|exporter| imports(importer, *exporter)) {
            writeln!(wit, "  import i{exporter};").unwrap();
        }
        writeln!(wit, "}}").unwrap();
    }
    let manifest = conjoin_manifest::parse(
        &Arc::new(Source::new("conjoin.toml", manifest)),
        &conjoin_toolchains::all().languages(),
    )
    .unwrap();
    let wit = conjoin_wit::parse(&[Arc::new(Source::new("wit/dense.wit", wit))], "wit").unwrap();
    let wiring = wire(&manifest, &wit, &AbsPath::new("/app").unwrap(), &BTreeMap::new()).unwrap();
    text_of(&wiring, manifest.components.keys().next().unwrap())
}

/// A component that implements the only world of the text, with functions that trap.
fn component(text: &str) -> Vec<u8> {
    let mut resolve = Resolve::new();
    let package = resolve.push_str("source.wit", text).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn wit_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(wit_files(&path));
        } else {
            files.push(path);
        }
    }
    files
}
