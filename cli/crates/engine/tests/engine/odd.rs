//! Files of odd names and kinds.

use std::{
    ffi::{OsStr, OsString},
    os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
    path::{Path, PathBuf},
};

use conjoin_engine::{StepOutcome, error_chain};
use conjoin_plan::{Action, Input, Plan, Step, WrittenFile};

use crate::fixture::{Fixture, all, outcomes, plan, step};

/// A step that reads all of `tree/`, and otherwise only writes.
fn tree(fixture: &Fixture) -> Plan {
    reading(fixture, Input::Tree { dir: fixture.layout.app.join("tree"), except: &[] })
}

fn reading(fixture: &Fixture, input: Input) -> Plan {
    let output = fixture.layout.dot_conjoin().join("out");
    let write = Action::Write(vec![WrittenFile::text(output.clone(), "x")]);
    plan(vec![Step { inputs: vec![input], outputs: vec![output], ..step("a/write", write) }])
}

fn path(fixture: &Fixture, name: impl AsRef<OsStr>) -> PathBuf {
    fixture.layout.app.as_path().join("tree").join(name.as_ref())
}

#[test]
fn names_may_have_any_letters() {
    let fixture = Fixture::new();
    fixture.write("tree/plain", "1");
    fixture.build(&tree(&fixture));
    let long = "x".repeat(255);
    let names =
        ["a b", "'", "\"", "a\nb", "-rf", "#", "$HOME", "%", "%25", "{app}", "a: b", "\\ c", "*", "größe", &long];
    let mut names: Vec<OsString> = names.map(OsString::from).to_vec();
    names.extend([OsStr::from_bytes(b"\xff\xfe").to_owned(), OsStr::from_bytes(b"%\xff").to_owned()]);
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        let file = path(&fixture, &name);
        let mut build = |what: &str| {
            assert_eq!(outcomes(&fixture.build(&tree(&fixture))), ["a/write Built"], "{name:?} {what}");
            let reasons = fixture.reasons();
            assert!(reasons.len() == 1 && reasons[0].ends_with(what), "{name:?} {what}: {reasons:?}");
            assert!(all(&fixture.build(&tree(&fixture)), StepOutcome::Fresh), "{name:?}: {:?}", fixture.reasons());
            seen.insert(reasons[0].clone());
        };
        fs_err::write(&file, "1").unwrap();
        build("is new");
        fs_err::write(&file, "2").unwrap();
        build("changed");
    }
    assert_eq!(seen.len(), 17 * 2, "two files have one name");
}

#[test]
fn links_are_what_they_lead_to() {
    let fixture = Fixture::new();
    fixture.write("tree/one", "1");
    fixture.write("tree/folder/two", "1");
    fixture.env.write("outside/three", "1");
    fixture.env.write("outside/folder/four", "1");
    for (name, to) in [
        ("to-file", "one"),
        ("to-folder", "folder"),
        ("out-to-file", "../../outside/three"),
        ("out-to-folder", "../../outside/folder"),
        ("to-link", "to-file"),
        ("nowhere", "none"),
        ("itself", "itself"),
        ("folder/up", ".."),
        ("ring-1", "ring-2"),
        ("ring-2", "ring-1"),
    ] {
        symlink(to, path(&fixture, name)).unwrap();
    }
    let outside = fixture.env.path("outside");
    symlink(fixture.layout.app.as_path(), outside.join("folder/back")).unwrap();
    fixture.build(&tree(&fixture));
    assert!(all(&fixture.build(&tree(&fixture)), StepOutcome::Fresh), "{:?}", fixture.reasons());
    let changes = |file: &Path, reason: &str| {
        fs_err::write(file, "2").unwrap();
        fixture.build(&tree(&fixture));
        assert!(fixture.reasons().contains(&format!("a/write: {reason}")), "{:?}", fixture.reasons());
    };
    changes(&path(&fixture, "one"), "`tree/to-link` changed");
    changes(&path(&fixture, "folder/two"), "`tree/to-folder/two` changed");
    changes(&outside.join("three"), "`tree/out-to-file` changed");
    changes(&outside.join("folder/four"), "`tree/out-to-folder/four` changed");
    fs_err::remove_file(path(&fixture, "to-file")).unwrap();
    symlink("folder/two", path(&fixture, "to-file")).unwrap();
    fs_err::write(path(&fixture, "folder/two"), "3").unwrap();
    fixture.build(&tree(&fixture));
    assert!(fixture.reasons().contains(&"a/write: `tree/to-link` changed".to_owned()), "{:?}", fixture.reasons());
}

#[test]
fn what_is_no_file_is_no_input() {
    let fixture = Fixture::new();
    fixture.write("tree/one", "1");
    fixture.build(&tree(&fixture));
    fixture.env.fifo("app/tree/pipe");
    let _socket = UnixListener::bind(path(&fixture, "socket")).unwrap();
    symlink("/dev/zero", path(&fixture, "device")).unwrap();
    assert!(all(&fixture.build(&tree(&fixture)), StepOutcome::Fresh), "{:?}", fixture.reasons());
    for name in ["pipe", "socket", "device"] {
        let file = Input::File(fixture.layout.app.join("tree").join(name));
        let report = fixture.build(&reading(&fixture, file));
        let text = fixture.env.redact(&error_chain(&report.failed[0].error));
        let expected = format!("`[ROOT]/app/tree/{name}` is a pipe, a socket or a device, not a file");
        assert_eq!(text, format!("step `a/write` cannot read what it needs: {expected}"));
    }
}

/// Root may read every file; the memory of a process at its beginning is what nobody can.
#[test]
fn what_cannot_be_read_is_named() {
    let fixture = Fixture::new();
    fixture.write("tree/one", "1");
    symlink("/proc/self/mem", path(&fixture, "two")).unwrap();
    let report = fixture.build(&tree(&fixture));
    let text = fixture.env.redact(&error_chain(&report.failed[0].error));
    let expected =
        "step `a/write` cannot read what it needs: failed to read from file `[ROOT]/app/tree/two`: Input/output error";
    assert!(text.starts_with(expected), "{text}");
}
