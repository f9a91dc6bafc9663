//! Lists through a component that the standard Go compiler builds: the guards of conjoin's support code are why they arrive.

use std::{
    path::{Path, PathBuf},
    process::Output,
    sync::OnceLock,
};

use cargo_metadata::MetadataCommand;
use conjoin_tests::conjoin::{build_without_go_modules, conjoin, copy_app, repository, run, succeed, text};

/// The component that the lists pass through, between the others of `lists`; built once for all tests of this file.
fn lists() -> &'static Path {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    APP.get_or_init(|| {
        let folder = fresh("go-lists", &["lists", "go-lists"]);
        build_without_go_modules(&folder, &["passer/main.go"]);
        folder
    })
}

/// A folder with the files of these guests, later ones in place of earlier ones.
fn fresh(name: &str, guests: &[&str]) -> PathBuf {
    let folder = repository().join("target/tests").join(name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder).expect("the folder of the last run");
    }
    for guest in guests {
        copy_app(&repository().join("tests/guests").join(guest), &folder);
    }
    folder
}

fn call(app: &Path, test: &str) -> Output {
    let words = ["run", "--"].into_iter().chain(test.split(' ')).collect::<Vec<_>>();
    run(&mut conjoin(app, &words))
}

fn passes(test: &str) {
    let output = call(lists(), test);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{test}: {}\n{stdout}\n{stderr}", output.status);
    assert!(stdout.ends_with(" passed\n"), "{stdout}\n{stderr}");
}

#[test]
fn nested_lists_of_400_000_texts_pass_both_ways() {
    for test in ["nested-arguments", "nested-results", "nested-both-ways", "nested-results-of-imports"] {
        passes(&format!("{test} 20000"));
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

/// Without the module's own code for it, neither conjoin nor `go.mod` brings anything into the project that is not below it.
#[test]
fn the_project_stays_the_users() {
    let passer = lists().join("passer");
    let go_mod = fs_err::read_to_string(passer.join("go.mod")).expect("the module");
    assert_eq!(go_mod, "module example.com/tests/passer\n\ngo 1.25\n");
    assert!(!passer.join("go.sum").exists());
}

/// How the collector's call of the host while the host gives memory ends.
const TRAP: &str = "cannot leave component instance";

/// How conjoin builds the component, as a command of one's own: of that conjoin does not see to it that the bindings stay as they are.
const BY_HAND: &str = r#"build = { command = ["env", "GOOS=wasip1", "GOARCH=wasm", "GOWORK=off", "GOFLAGS=-buildvcs=false", "go", "build", "-trimpath", "-buildmode=c-shared", "-ldflags=-checklinkname=0 -w", "-o", "core.wasm", "."], inputs = ["**/*.go", "go.mod"], output = "core.wasm" }"#;

/// What is put in the place of the support code, which tests then fail, and what they say.
fn without_guard(name: &str, change: impl Fn(&Path), tests: &[&str], says: &str) {
    let app = fresh(name, &["lists", "go-lists"]);
    succeed(&mut conjoin(&app, &["build", "--install-tools"]));
    let support = app.join("passer/bindings/internal/runtime");
    assert!(support.join("realloc_wasm.go").is_file());
    change(&support);
    let manifest = app.join("conjoin.toml");
    let text_of_manifest = fs_err::read_to_string(&manifest).expect("a manifest");
    assert!(text_of_manifest.contains("language = \"go\""), "{text_of_manifest}");
    let by_hand = text_of_manifest.replace("language = \"go\"", BY_HAND);
    fs_err::write(&manifest, by_hand).expect("the manifest can be changed");
    succeed(&mut conjoin(&app, &["build"]));
    for test in tests {
        let output = call(&app, test);
        assert!(!output.status.success(), "{test} passed: {}", text(&output.stdout));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(says), "{test} failed in another way:\n{stderr}");
    }
}

#[test]
fn with_the_generators_own_support_code_lists_do_not_arrive() {
    let tests = ["nested-arguments 20000", "records-both-ways"];
    without_guard("go-lists-with-stock-support", put_stock_support, &tests, TRAP);
}

#[test]
fn while_the_clock_runs_lists_do_not_arrive() {
    let change = |support: &Path| replace(&support.join("realloc_wasm.go"), &["pauseClock(true)", "pauseClock(false)"]);
    without_guard("go-lists-without-clock", change, &["nested-arguments 20000", "records-both-ways"], TRAP);
}

#[test]
fn while_the_collector_may_begin_lists_do_not_arrive() {
    let change = |support: &Path| replace(&support.join("realloc_wasm.go"), &["\tprocPin()\n", "\tprocUnpin()\n"]);
    without_guard("go-lists-without-pin", change, &["nested-arguments 20000", "nested-both-ways"], TRAP);
}

#[test]
fn what_is_not_given_up_makes_memory_grow() {
    let arguments = ["\tclear(arguments)\n", "\targuments = arguments[:0]\n"];
    let results = ["\t\tclear(results)\n", "\t\tresults = results[:0]\n"];
    for (name, texts) in [("go-lists-without-unpin", arguments), ("go-lists-without-leave", results)] {
        let change = |support: &Path| replace(&support.join("memory.go"), &texts);
        without_guard(name, change, &["many-calls"], "the memory has grown");
    }
}

/// Puts the copy that lies in the generator's crate in the place of conjoin's support code.
fn put_stock_support(support: &Path) {
    let metadata = MetadataCommand::new().current_dir(repository()).other_options(["--locked".to_owned()]).exec();
    let metadata = metadata.expect("cargo metadata");
    let generator = metadata.packages.iter().find(|package| package.name.as_str() == "wit-bindgen-go");
    let generator = generator.expect("conjoin uses it").manifest_path.parent().expect("a folder").to_owned();
    for name in ["handle.go", "memory.go", "realloc_wasm.go"] {
        fs_err::remove_file(support.join(name)).expect("a file of the support code");
    }
    let stock = generator.join("src/pkg/wit/runtime/runtime.go");
    fs_err::copy(stock, support.join("stock.go")).expect("the generator brings its own");
    let rest = "package runtime\n\nimport \"unsafe\"\n\nfunc Enter() {}\n\nfunc Leave() {}\n\nfunc Call(bool) {}\n\n\
                func Pointer[T uintptr | unsafe.Pointer](address T) unsafe.Pointer {\n\
                \treturn *(*unsafe.Pointer)(unsafe.Pointer(&address))\n}\n";
    fs_err::write(support.join("rest.go"), rest).expect("a file");
}

/// Takes these texts out of a file.
fn replace(path: &Path, texts: &[&str]) {
    let mut contents = fs_err::read_to_string(path).expect("a file");
    for text in texts {
        assert!(contents.contains(text), "{text} is gone");
        contents = contents.replace(text, "");
    }
    fs_err::write(path, contents).expect("a file");
}
