//! What conjoin keeps, damaged or written by another version of it: noticed, made again, and said.

use std::path::{Path, PathBuf};

use conjoin_engine::StepOutcome;

use crate::fixture::{Fixture, all, outcomes};

fn built() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Built));
    fixture
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Builds; the result is right, and then nothing is to be done.
fn build(fixture: &Fixture, what: &str) -> Vec<String> {
    let report = fixture.build(&fixture.app_of_two());
    assert!(report.failed.is_empty(), "{what}: {:?}", outcomes(&report));
    assert_eq!(fixture.read(".conjoin/build/dev/app.wasm"), "A1\nB1\n", "{what}");
    let reasons = fixture.reasons();
    assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Fresh), "{what}: {:?}", fixture.reasons());
    reasons
}

#[test]
fn every_file_of_an_app_may_be_damaged() {
    let fixture = built();
    let kept = files(fixture.layout.dot_conjoin().as_path());
    let results = ["a.o", "b.o", "a.wasm", "b.wasm", "app.wasm"];
    for path in &kept {
        for damage in [&b""[..], b"\xff\0 damaged", b"{}", b"[]"] {
            // What the test before has written is not what a first build leaves.
            fs_err::remove_file(path).unwrap();
            fs_err::write(path, damage).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let reasons = build(&fixture, name);
            if results.contains(&name) {
                assert!(reasons.iter().any(|reason| reason.ends_with(&format!("{name}` was changed"))), "{reasons:?}");
            }
        }
    }
    assert!(kept.len() >= 10, "{kept:?}");
}

#[test]
fn every_file_of_the_store_may_be_damaged() {
    let fixture = built();
    let kept = files(&fixture.env.cache().join("artifacts"));
    for path in &kept {
        for damage in [&b""[..], b"\xff\0 damaged", b"{}", b"[]"] {
            fs_err::remove_file(path).unwrap();
            fs_err::write(path, damage).unwrap();
            fs_err::remove_dir_all(fixture.layout.dot_conjoin()).unwrap();
            let reasons = build(&fixture, &path.display().to_string());
            let told = reasons.iter().any(|reason| reason.contains("in the cache folder was damaged"));
            assert_eq!(told, path.parent().unwrap().parent().unwrap().ends_with("blobs"), "{path:?} {reasons:?}");
        }
    }
    assert_eq!(kept.len(), 4, "{kept:?}");
}

/// Rewrites all files in JSON as a version would that has another format.
fn as_another_version(folder: &Path, format: &str) {
    for path in files(folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let text = fs_err::read_to_string(&path).unwrap();
        // Its hashes are others, too: whoever takes them for its own does wrong things.
        let other = text.replace("\"format\":1", format).replace(['0', '1', '2'], "3");
        let other = other.replace("\"format\":3", format);
        fs_err::remove_file(&path).unwrap();
        fs_err::write(path, other).unwrap();
    }
}

#[test]
fn what_another_version_has_written_is_not_read() {
    for format in ["\"format\":0", "\"format\":999", "\"format\":\"2.0\"", "\"version\":2"] {
        let fixture = built();
        let app = fixture.layout.dot_conjoin();
        let mine = fixture.env.write("app/.conjoin/state/dev/of-another-version", "keep");
        let theirs = fixture.env.write("cache/artifacts/of-another-version/x", "keep");
        as_another_version(app.as_path(), format);
        as_another_version(&fixture.env.cache(), format);
        let reasons = build(&fixture, format);
        assert!(reasons.contains(&"a/cc: it was not built before".to_owned()), "{format}: {reasons:?}");
        assert!(mine.exists() && theirs.exists(), "{format}: what it does not know is not its own");
    }
}

#[test]
fn what_another_version_keeps_in_the_store_stays_there() {
    let mut fixture = built();
    let entries = files(&fixture.env.cache().join("artifacts/keys"));
    let other = entries[0].with_file_name("of-another-version.json");
    fs_err::write(&other, "{\"format\":2,\"results\":[]}").unwrap();
    let broken = entries[0].with_file_name("broken.json");
    fs_err::write(&broken, "{\"format\":1}").unwrap();
    fixture.store_limit = 4;
    fixture.write("a.src", "A2\n");
    fixture.build(&fixture.app_of_two());
    assert!(other.exists() && !broken.exists());
}
