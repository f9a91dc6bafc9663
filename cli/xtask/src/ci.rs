//! `cargo xtask ci` and `bless`.
//!
//! Everything that needs Wasmtime is built once, in the release profile: the binary of the README's first command, the tests
//! and what they start.

use anyhow::Result;

use crate::process::{cargo, root, run_in, say};

/// Runs every check and test. The last program is the test runner, so that its summary closes the output.
pub(crate) fn ci() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["build", "--release", "--locked", "--workspace", "--bins"], &[])?;
    cargo(&["clippy", "--release", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    cargo(&["doc", "--release", "--locked", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    let cache = root().join("target").join("ci-cache");
    say(&format!("tests install toolchains into {}", cache.display()));
    let variables = [("CONJOIN_TEST_CACHE", cache.to_string_lossy().into_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let test = |args: &[&str]| cargo(&[&["test", "--release", "--locked"], args].concat(), &variables);
    // From nothing, into the cache folder that the tests after it share.
    test(&["--package", "conjoin-tests", "--test", "fresh_machine"])?;
    // What that run added to rustup has vanished with its overlay.
    let conjoin = root().join("target/release/conjoin").to_string_lossy().into_owned();
    let sample = root().join("sample-apps/polyglot-pipeline");
    let tools = [("CONJOIN_CACHE", variables[0].1)];
    run_in(&sample, &conjoin, &["doctor", "--fix"], &tools)?;
    test(&["--workspace", "--exclude", "conjoin-tests", "--lib", "--bins", "--tests"])?;
    for name in whole_program_tests()? {
        test(&["--package", "conjoin-tests", "--test", &name])?;
    }
    Ok(())
}

/// The test programs in `tests/tests/` that are left, by name; the rules of the house close the output.
fn whole_program_tests() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(root().join("tests/tests"))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|end| end == "rs")) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.retain(|name| name != "fresh_machine");
    names.sort_by_key(|name| (name == "tidy", name.clone()));
    Ok(names)
}

/// Renders the sample app anew and accepts what the golden tests print now.
pub(crate) fn bless() -> Result<()> {
    cargo(&["build", "--release", "--workspace", "--bins"], &[])?;
    let samples = root().join("sample-apps");
    let sample = samples.join("polyglot-pipeline");
    if sample.exists() {
        fs_err::remove_dir_all(&sample)?;
    }
    fs_err::create_dir_all(&samples)?;
    let conjoin = root().join("target/release/conjoin");
    run_in(&samples, &conjoin.to_string_lossy(), &["new", "polyglot-pipeline", "-t", "polyglot"], &[])?;
    let variables = [("SNAPSHOTS", "overwrite"), ("TRYCMD", "overwrite")];
    cargo(&["test", "--release", "--workspace", "--exclude", "conjoin-tests"], &variables)?;
    cargo(&["test", "--release", "--package", "conjoin-tests", "--test", "cli"], &variables)?;
    crate::docs::docs()
}
