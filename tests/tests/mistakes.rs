//! Mistakes that are easily made, built with the real tools: `tests/mistakes/*/` with the app, and in `expected.txt` what the user
//! reads. And what looks like one and is none.

use std::{fmt::Write as _, path::Path, thread};

use conjoin_tests::conjoin::{conjoin, copy_app, repository, run, shared_cache, succeed, text};
use snapbox::{Data, assert_data_eq};

#[test]
fn folders_of_mistakes() {
    let root = repository().join("tests/mistakes");
    let cases: Vec<_> =
        fs_err::read_dir(&root).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    assert!(cases.len() > 5, "the cases are gone");
    let said = thread::scope(|scope| {
        let builds: Vec<_> = cases.iter().map(|case| scope.spawn(|| build(case))).collect();
        builds.into_iter().map(|build| build.join().expect("no panic")).collect::<Vec<_>>()
    });
    for (case, said) in cases.iter().zip(said) {
        assert_data_eq!(said, Data::read_from(&case.join("expected.txt"), None).raw());
    }
}

/// What `conjoin build` says of failures.
fn build(case: &Path) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy_app(case, folder.path());
    let output = run(&mut conjoin(folder.path(), &["build", "--install-tools"]));
    let mut said = text(&output.stderr);
    for (path, name) in [(folder.path().to_owned(), "[APP]"), (shared_cache(), "[CACHE]")] {
        said = said.replace(&*path.to_string_lossy(), name);
    }
    let failed = said.find("  Failed adder").expect("the component cannot be built");
    let mut shown = said[failed..].split_once('\n').map_or(String::new(), |(_, below)| below.to_owned());
    writeln!(shown, "--- exit code {}", output.status.code().unwrap_or(-1)).expect("text");
    shown
}

#[test]
fn a_module_may_have_the_name_of_the_world() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_app(&repository().join("tests/mistakes/python-no-class"), folder.path());
    let dir = folder.path().join("adder");
    fs_err::write(dir.join("adder.py"), "def add(x: int, y: int) -> int:\n    return x + y\n").expect("a module");
    let app = "import adder\nfrom wit_world import exports\n\n\nclass Add(exports.Add):\n    def add(self, x: int, y: int) -> \
               int:\n        return adder.add(x, y)\n";
    fs_err::write(dir.join("app.py"), app).expect("the module app");
    succeed(&mut conjoin(folder.path(), &["build", "--install-tools"]));
}
