//! Mistakes that are easily made, built with the real tools: `tests/mistakes/*/` with the app, and in `expected.txt` what the user
//! reads. Each folder is a test of its name: `cargo test -p conjoin-tests --test mistakes python-` runs those of Python.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use conjoin_tests::conjoin::{conjoin, copy_app, run, shared_cache, text};

fn main() {
    let outcome = |manifest: &Path| Ok::<_, String>(said(manifest));
    tryfn::Harness::new("mistakes", setup, outcome).select(["/*/conjoin.toml"]).test();
}

fn setup(manifest: PathBuf) -> tryfn::Case {
    let folder = manifest.parent().expect("a case is a folder");
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let expected = tryfn::Data::read_from(&folder.join("expected.txt"), None).raw();
    tryfn::Case { name, fixture: manifest, expected }
}

/// What `conjoin build` says of failures.
fn said(manifest: &Path) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy_app(manifest.parent().expect("a case is a folder"), folder.path());
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
