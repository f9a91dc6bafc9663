//! Lists through a component that TinyGo builds: conjoin's allocator is why they arrive.

use std::{
    path::{Path, PathBuf},
    process::Output,
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

/// The same project, built in the same way, but without conjoin's allocator.
#[test]
fn without_the_allocator_the_lists_do_not_arrive() {
    let app = fresh("tinygo-lists-without-allocator");
    succeed(&mut conjoin(&app, &["build", "--install-tools"]));

    // The list of what was generated stays as it is, so conjoin does not notice; the edit makes it run TinyGo again.
    let memory = app.join("passer/bindings/internal/runtime/memory.go");
    assert!(memory.is_file());
    fs_err::write(&memory, "package runtime\n\nfunc Begin() {}\n\nfunc Call() {}\n")
        .expect("the package can be replaced");
    let main = app.join("passer/main.go");
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
