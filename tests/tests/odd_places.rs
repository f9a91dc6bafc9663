//! Apps in folders of odd names, and files that may not be read.

use std::{
    ffi::OsStr,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _},
    },
    process::Command,
};

use conjoin_tests::{
    app::App,
    conjoin::{conjoin, copy_app, program, run, succeed, text},
};

const MANIFEST: &str = r#"conjoin = 1
app.name = "odd"

[component.one]
build = { command = ["./build.sh"], inputs = ["**"], output = "out.wasm" }
"#;

const COMMAND: &str = r#"conjoin = 1
app.name = "odd"

[component.one]
build = { command = ["cp", "made.wasm", "out.wasm"], inputs = ["made.wasm"], output = "out.wasm" }

[[trigger.command]]
component = "one"
"#;

/// A program for WASI preview 1 that does nothing.
const NOTHING: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))"#;

const SCRIPT: &str = "#!/bin/sh
set -e
grep -q 'world one' \"$CONJOIN_WIT\"/*.wit
printf '\\000asm\\015\\000\\001\\000' > out.wasm
";

fn app() -> App {
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", b"package odd:app;\n\nworld one {}\n"),
        ("one/build.sh", SCRIPT.as_bytes()),
    ])
}

#[test]
fn an_app_may_lie_in_a_folder_of_any_name() {
    let app = app();
    let long = "x".repeat(200);
    let names = ["a b", "q'\"x", "new\nline", "-rf", "$HOME", "#x", "{app}", "%41", "*?[a]", "b\\c", "größe", &long];
    let names = names.map(OsStr::new).into_iter().chain([OsStr::from_bytes(b"\xff\xfe")]);
    for (number, name) in names.enumerate() {
        // A source that was never built, so that it is not taken from the store.
        app.write("one/number", number.to_string());
        let folder = app.cache().with_file_name(name);
        copy_app(&app.path(), &folder);
        let build = || {
            let mut build = conjoin(&folder, &["build"]);
            let output = run(build.env("CONJOIN_CACHE", app.cache()));
            assert!(output.status.success(), "{name:?}: {}", text(&output.stderr));
            text(&output.stderr)
        };
        assert!(build().contains("Built one"), "{name:?}");
        assert!(folder.join(".conjoin/artifacts/dev/one.wasm").is_file(), "{name:?}");
        assert!(build().contains(": 1 fresh"), "{name:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn a_composition_is_written_through_what_is_no_file() {
    let app = App::new(&[
        ("conjoin.toml", COMMAND.as_bytes()),
        ("wit/app.wit", b"package odd:app;\n\nworld one {\n  export wasi:cli/run@0.2.12;\n}\n"),
        ("one/made.wasm", &wat::parse_str(NOTHING).expect("the text is right")),
    ]);
    let at = |name: &str| app.path().join(name);
    let compose = |name: &str| succeed(&mut app.conjoin(&["compose", "-q", "-o", name]));
    compose("whole.wasm");
    let whole = fs_err::read(at("whole.wasm")).expect("a composition");
    fs_err::write(at("target.wasm"), vec![b'x'; whole.len() * 2]).expect("a file");
    fs_err::os::unix::fs::symlink("target.wasm", at("link.wasm")).expect("a link");
    compose("link.wasm");
    assert!(fs_err::symlink_metadata(at("link.wasm")).expect("it is there").is_symlink());
    assert!(fs_err::read(at("target.wasm")).expect("a composition") == whole);
    succeed(Command::new("mkfifo").arg(at("pipe")));
    let pipe = at("pipe");
    let reader = std::thread::spawn(move || fs_err::read(pipe).expect("a composition"));
    compose("pipe");
    assert!(reader.join().expect("it reads") == whole);
}

/// conjoin without root's right to read everything, where the test has it.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn without_rights(app: &App, args: &[&str]) -> Command {
    let is_root = fs_err::metadata("/proc/self").expect("this process").uid() == 0;
    if !is_root {
        return app.conjoin(args);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search"]).arg(program("conjoin")).args(args);
    command.current_dir(app.path()).env("CONJOIN_CACHE", app.cache());
    command
}

#[test]
fn what_may_not_be_read_is_named() {
    let app = app();
    app.write("one/folder/two", "2");
    let said = |path: &str| {
        let path = app.path().join(path);
        let mode = fs_err::metadata(&path).expect("it is there").permissions();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("our own file");
        let output = run(&mut without_rights(&app, &["build"]));
        fs_err::set_permissions(&path, mode).expect("our own file");
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{path:?}: {said}");
        assert!(said.contains(&path.display().to_string()) && said.contains("Permission denied"), "{said}");
    };
    for path in ["one/folder/two", "one/folder", "one/build.sh"] {
        said(path);
    }
    succeed(&mut without_rights(&app, &["build"]));
    assert_eq!(app.built(), [""; 0]);
}
