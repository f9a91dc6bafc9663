//! A disk that is full, and one that cannot be written: a clear error, and the next build is right.

use conjoin_tests::{
    app::App,
    conjoin::{run, succeed, text},
};

const MANIFEST: &str = r#"conjoin = 1
app.name = "large"

[component.large]
build = { command = ["./build.sh"], inputs = ["number"], output = "out.wasm" }

[component.small]
build = { command = ["cp", "small.wasm", "out.wasm"], inputs = ["small.wasm"], output = "out.wasm" }
"#;

/// Makes a component of more than two megabytes, which a section of that length is all of, and which is another one for each number.
const SCRIPT: &str = "#!/bin/sh
set -e
{
  printf '\\000asm\\015\\000\\001\\000\\000\\200\\200\\200\\001\\004name'
  head -c 2097147 /dev/zero | tr '\\000' \"$(cat number)\"
} > out.wasm
";

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn app() -> App {
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", b"package large:app;\n\nworld large {}\n\nworld small {}\n"),
        ("large/number", b"1"),
        ("large/build.sh", SCRIPT.as_bytes()),
        ("small/small.wasm", COMPONENT),
    ])
}

/// One megabyte of disk.
const FULL: &str = "mount -t tmpfs -o size=1m,mode=700 tmpfs \"$1\"";
const READ_ONLY: &str = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\"";

#[test]
fn a_full_disk_is_told_and_the_next_build_is_right() {
    for folder in ["cache", "artifacts"] {
        let app = app();
        let small = app.path().join("small/small.wasm");
        let full = if folder == "cache" { app.cache() } else { app.path().join(".conjoin/artifacts") };
        fs_err::create_dir_all(&full).expect("a folder");
        let output = run(&mut app.conjoin_on(&full, FULL, &["build"]));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("No space left on device"), "{said}");
        assert!(said.contains("Built small"), "what has room is built: {said}");
        succeed(&mut app.conjoin(&["build"]));
        assert_eq!(app.built(), [""; 0]);
        let artifacts = app.path().join(".conjoin/artifacts/dev");
        let made = fs_err::read(app.path().join("large/out.wasm")).expect("the component");
        assert!(fs_err::read(artifacts.join("large.wasm")).expect("the artifact") == made);
        assert_eq!(fs_err::read(artifacts.join("small.wasm")).expect("the artifact"), fs_err::read(small).expect("it"));
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let app = app();
    for args in [&["schema"][..], &["plan"], &["build", "--message-format", "json"]] {
        let full = fs_err::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = run(app.conjoin(args).stdout(full.into_file()));
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        if !args.contains(&"json") {
            assert!(text(&output.stderr).contains("error[machine::stdout]: stdout cannot be written: No space left"));
        }
    }
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_told_and_the_next_build_is_right() {
    let app = app();
    succeed(&mut app.conjoin(&["build"]));
    app.write("large/number", "2");
    let output = run(&mut app.conjoin_on(&app.cache(), READ_ONLY, &["build"]));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("cannot write to the cache folder") && said.contains("CONJOIN_CACHE"), "{said}");
    assert_eq!(app.built(), ["large"]);
    assert_eq!(app.built(), [""; 0]);
}
