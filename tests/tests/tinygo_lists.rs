//! Lists through a component that TinyGo builds: conjoin's allocator is why they arrive.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use conjoin_tests::conjoin::{conjoin, copy_app, repository, run, succeed, text};

/// The app, built once for all tests of this file.
fn app() -> &'static Path {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    APP.get_or_init(|| {
        let folder = fresh("tinygo-lists");
        succeed(&mut conjoin(&folder, &["build", "--install-tools"]));
        folder
    })
}

fn fresh(name: &str) -> PathBuf {
    let folder = repository().join("target/tests").join(name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder).expect("the folder of the last run");
    }
    copy_app(&repository().join("tests/guests/tinygo-lists"), &folder);
    folder
}

fn call(app: &Path, test: &str) -> Output {
    run(&mut conjoin(app, &["run", "--", test]))
}

fn passes(test: &str) {
    let output = call(app(), test);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, format!("{test} passed\n"), "{stderr}");
}

#[test]
fn nested_lists_pass_both_ways() {
    for test in ["nested-arguments", "nested-results", "nested-both-ways", "nested-results-of-imports"] {
        passes(test);
    }
}

#[test]
fn many_records_pass_both_ways() {
    passes("records-both-ways");
    passes("records-of-imports");
}

#[test]
fn texts_in_variants_survive_the_collector() {
    for test in ["variants-copied", "variants-of-imports", "variants-kept"] {
        passes(test);
    }
}

#[test]
fn texts_of_many_megabytes_pass() {
    passes("long-texts");
}

#[test]
fn memory_does_not_grow_over_many_calls() {
    passes("many-calls");
}

/// The same project without conjoin's allocator, built by the command that conjoin itself runs.
#[test]
fn without_the_allocator_the_lists_do_not_arrive() {
    let app = fresh("tinygo-lists-without-allocator");
    succeed(&mut conjoin(&app, &["build", "--install-tools"]));
    let command = succeed(&mut conjoin(&app, &["plan"]));
    let command = command.lines().find(|line| line.contains(" build -target=")).expect("a command that runs TinyGo");

    let memory = app.join("passer/bindings/internal/runtime/memory.go");
    assert!(memory.is_file());
    fs_err::write(&memory, "package runtime\n\nfunc Begin() {}\n\nfunc Call() {}\n")
        .expect("the package can be replaced");
    succeed(&mut shell(command));
    let core = app.join(".conjoin/work/dev/passer/core.wasm");
    fs_err::copy(core, app.join("passer/core.wasm")).expect("a core module");

    let manifest = app.join("conjoin.toml");
    let built = "language = \"go\"\ntoolchain = \"tinygo\"\n";
    let made = "build = { command = [\"cp\", \"core.wasm\", \"made.wasm\"], inputs = [\"core.wasm\"], output = \"made.wasm\" }\n";
    let text_of_manifest = fs_err::read_to_string(&manifest).expect("a manifest");
    assert!(text_of_manifest.contains(built));
    fs_err::write(&manifest, text_of_manifest.replace(built, made)).expect("the manifest can be written");
    succeed(&mut conjoin(&app, &["build"]));

    for test in ["nested-arguments", "nested-both-ways", "nested-results-of-imports", "records-both-ways"] {
        let output = call(&app, test);
        assert!(!output.status.success(), "{test} passed: {}", text(&output.stdout));
    }
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}
