//! What holds for every manifest and for all cases together.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use conjoin_diagnostics::{Source, Style, render};
use conjoin_manifest::{PermissionValue, TRIGGER_KINDS, parse};
use conjoin_policy::{Origin, PERMISSIONS, Route};

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(folder).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push((path.clone(), fs_err::read_to_string(&path).expect("a text")));
            }
        }
    }
    files
}

/// The words `manifest::x` of a text, without what follows them.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| !(letter.is_ascii_lowercase() || letter == '-');
    text.split("manifest::").skip(1).map(move |rest| rest.split(ends).next().unwrap_or_default())
}

#[test]
fn every_code_has_a_case() {
    let sources = files("src", "rs");
    let literals = sources.iter().flat_map(|(_, text)| text.split('"').filter(|text| text.starts_with("manifest::")));
    let written: BTreeSet<&str> = literals.flat_map(codes).collect();
    let outs = files("tests/cases", "out");
    let shown: BTreeSet<&str> = outs.iter().flat_map(|(_, text)| codes(text)).collect();
    assert!(written.len() > 20, "the codes are gone: {written:?}");
    assert_eq!(written, shown, "left the codes of the source, right those of the cases");
}

#[test]
fn every_case_has_both_files() {
    let stems = |extension| -> BTreeSet<PathBuf> {
        files("tests/cases", extension).into_iter().map(|(path, _)| path.with_extension("")).collect()
    };
    assert_eq!(stems("toml"), stems("out"));
}

#[test]
fn a_manifest_cut_anywhere_gives_a_manifest_or_diagnostics() {
    for (path, text) in valid() {
        for (end, _) in text.char_indices() {
            judge(&path, &text[..end]);
        }
    }
}

#[test]
fn a_manifest_without_one_letter_gives_a_manifest_or_diagnostics() {
    for (path, text) in valid() {
        // Every third letter: a second less, and as telling.
        for (start, letter) in text.char_indices().step_by(3) {
            judge(&path, &format!("{}{}", &text[..start], &text[start + letter.len_utf8()..]));
        }
    }
}

#[test]
fn a_case_without_one_line_gives_a_manifest_or_diagnostics() {
    for (path, text) in files("tests/cases", "toml") {
        for (start, line) in text.match_indices('\n') {
            let end = text[start + line.len()..].find('\n').map_or(text.len(), |end| start + line.len() + end);
            judge(&path, &format!("{}{}", &text[..start], &text[end..]));
        }
    }
}

fn valid() -> Vec<(PathBuf, String)> {
    let mut files = files("tests/cases", "toml");
    files.retain(|(path, _)| path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("valid")));
    assert!(files.len() > 3, "the valid manifests are gone");
    files
}

/// Parses and, if it fails, renders everything that is said about it.
fn judge(path: &Path, text: &str) {
    if let Err(diagnostics) =
        parse(&Arc::new(Source::new("conjoin.toml", text)), &conjoin_toolchains::all().languages())
    {
        assert!(!diagnostics.is_empty(), "{}: neither a manifest nor an error: {text}", path.display());
        for diagnostic in &diagnostics {
            assert!(!diagnostic.labels.is_empty(), "{}: no place: {diagnostic:?}", path.display());
            assert!(render(diagnostic, Style::Plain).contains(diagnostic.code));
        }
    }
}

#[test]
fn the_line_that_grants_a_permission_grants_it() {
    for permission in PERMISSIONS {
        let line = permission.line(None);
        let text = format!("conjoin = 1\napp.name = \"a\"\n[component.b]\nlanguage = \"rust\"\n{line}\n");
        let manifest =
            parse(&Arc::new(Source::new("conjoin.toml", text)), &conjoin_toolchains::all().languages()).unwrap();
        let permissions = &manifest.component("b").expect("it was written").permissions;
        let granted: Vec<_> = PERMISSIONS.iter().filter(|other| permissions.has(other)).collect();
        assert_eq!(granted, [permission]);
    }
}

/// Parses a manifest with this origin and this route; gives what it understood, or whether it refused the origin, the route or both.
fn read(origin: &str, route: &str) -> Result<(Origin, Route), (bool, bool)> {
    let text = format!(
        "conjoin = 1\napp.name = \"a\"\n[component.b]\nlanguage = \"rust\"\npermissions.outbound-http = [{origin:?}]\n\
         [[trigger.http]]\nroute = {route:?}\ncomponent = \"b\"\n"
    );
    let manifest = parse(&Arc::new(Source::new("conjoin.toml", text)), &conjoin_toolchains::all().languages())
        .map_err(|diagnostics| {
            let has = |code| diagnostics.iter().any(|diagnostic| diagnostic.code == code);
            (has("manifest::bad-origin"), has("manifest::bad-route"))
        })?;
    let permissions = &manifest.component("b").expect("it was written").permissions;
    let route = manifest.triggers[0].settings["route"].as_str().expect("a route");
    let Some((_, PermissionValue::Origins(origins))) = permissions.iter().next() else { panic!("no origin") };
    Ok((origins[0].value.clone(), Route::parse(route).expect("it was checked")))
}

#[test]
fn origins_and_routes_are_what_their_grammar_says() {
    let origins = [
        "https://a",
        "HTTP://A.b:8080",
        "https://*.a.b",
        "http://*.1",
        "http://[::1]:80",
        "http://[::g]",
        "https://a/",
        "https://a:443",
        "https://a:0",
        "https://u@a",
        "https://a.",
        "ftp://a",
        "https://*",
        "a",
        "",
    ];
    let routes = [
        "/",
        "/...",
        "/a/b/...",
        "/ü",
        "/%C3%BC",
        "/%2e%2e/a",
        "//",
        "/a//...",
        "/*",
        "/a...",
        "a",
        "",
        "/a b",
        "/a?b",
        "/a/",
    ];
    for (origin, route) in origins.iter().flat_map(|origin| routes.map(|route| (*origin, route))) {
        let expected = match (Origin::parse(origin), Route::parse(route)) {
            (Ok(origin), Ok(route)) => Ok((origin, route)),
            (origin, route) => Err((origin.is_err(), route.is_err())),
        };
        assert_eq!(read(origin, route), expected, "{origin} and {route}");
    }
}

#[test]
fn the_table_that_a_kind_proposes_is_one_of_its_kind() {
    for kind in TRIGGER_KINDS {
        let text = format!("conjoin = 1\napp.name = \"a\"\n[component.b]\nlanguage = \"rust\"\n{}\n", kind.table("b"));
        let manifest =
            parse(&Arc::new(Source::new("conjoin.toml", text)), &conjoin_toolchains::all().languages()).unwrap();
        assert_eq!(manifest.triggers[0].kind, *kind);
        assert!(kind.export.split('@').next().is_some_and(|export| kind.exports.contains(&export)), "{}", kind.key);
    }
}
