//! Lists through a component of every toolchain: many pieces of memory go in and out, and arrive as they were.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

use conjoin_tests::conjoin::{conjoin, copy_app, repository, run, succeed, text};

/// The app `tests/guests/lists` with the component `passer-NAME`, in a new folder `target/tests/FOLDER`.
fn fresh(name: &str, folder: &str) -> PathBuf {
    let to = repository().join("target/tests").join(folder);
    if to.exists() {
        fs_err::remove_dir_all(&to).expect("the folder of the last run");
    }
    let from = repository().join("tests/guests/lists");
    let read = |path: &str| fs_err::read_to_string(from.join(path)).expect("a manifest");
    let component = read(&format!("passer-{name}/component.toml"));
    for part in ["caller", "maker", "wit", path_of(&component)] {
        copy_app(&from.join(part), &to.join(part));
    }
    let manifest = [read("conjoin.toml"), component].concat();
    fs_err::write(to.join("conjoin.toml"), manifest).expect("a manifest");
    to
}

/// The folder with the sources: two engines share one.
fn path_of(component: &str) -> &str {
    let path = component.lines().find_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
    path.expect("each component names its folder")
}

fn call(app: &Path, test: &str) -> Output {
    run(&mut conjoin(app, &["run", "--", test]))
}

/// Builds the app with `passer-NAME` and has it pass every list.
fn passes(name: &str) {
    let app = fresh(name, &format!("lists-{name}"));
    succeed(&mut conjoin(&app, &["build", "--install-tools"]));
    for test in TESTS {
        let output = call(&app, test);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{name}, {test}: {}\n{stdout}\n{stderr}", output.status);
        assert_eq!(stdout, format!("{test} passed\n"), "{name}: {stderr}");
    }
}

/// What the component `caller` knows.
const TESTS: [&str; 11] = [
    "nested-arguments",
    "nested-results",
    "nested-both-ways",
    "nested-results-of-imports",
    "records-both-ways",
    "records-of-imports",
    "variants-copied",
    "variants-of-imports",
    "variants-kept",
    "long-texts",
    "many-calls",
];

#[test]
fn rust_passes_lists() {
    passes("rust");
}

#[test]
fn c_passes_lists() {
    passes("c");
}

#[test]
fn python_passes_lists() {
    passes("python");
}

#[test]
fn quickjs_passes_lists() {
    passes("quickjs");
}

#[test]
fn starling_passes_lists() {
    passes("starling");
}

#[test]
fn tinygo_passes_lists() {
    passes("tinygo");
}

/// The same project, built in the same way, but without conjoin's allocator.
#[test]
fn without_the_allocator_of_tinygo_the_lists_do_not_arrive() {
    let app = fresh("tinygo", "lists-tinygo-without-allocator");
    succeed(&mut conjoin(&app, &["build", "--install-tools"]));

    // The list of what was generated stays as it is, so conjoin does not notice; the edit makes it run TinyGo again.
    let memory = app.join("passer-tinygo/bindings/internal/runtime/memory.go");
    assert!(memory.is_file());
    fs_err::write(&memory, "package runtime\n\nfunc Begin() {}\n\nfunc Call() {}\n")
        .expect("the package can be replaced");
    let main = app.join("passer-tinygo/main.go");
    let text_of_main = fs_err::read_to_string(&main).expect("a project");
    fs_err::write(&main, format!("{text_of_main}\n// Built again.\n")).expect("the project can be changed");
    succeed(&mut conjoin(&app, &["build"]));
    let left = fs_err::read_to_string(&memory).expect("the package");
    assert!(!left.contains("cabi_import_realloc"), "conjoin has generated the bindings again");

    for test in ["nested-arguments", "nested-both-ways", "nested-results-of-imports", "records-both-ways"] {
        let output = call(&app, test);
        assert!(!output.status.success(), "{test} passed: {}", text(&output.stdout));
    }
}
