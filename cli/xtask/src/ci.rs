//! `cargo xtask ci` and `bless`.
//!
//! Everything is built once, in the release profile and for the whole workspace: cargo unites the features of dependencies over the
//! packages that it is asked for, so that asking for one package alone would build half of them again.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process::{capture, cargo, root, run_in, say};

/// The package with the tests of the whole program.
const WHOLE: &str = "conjoin-tests";

/// Runs every check and test. The last program is the test runner, so that its summary closes the output.
pub(crate) fn ci() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["build", "--release", "--locked", "--workspace", "--all-targets"], &[])?;
    cargo(&["clippy", "--release", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    cargo(&["doc", "--release", "--locked", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    let cache = root().join("target").join("ci-cache");
    say(&format!("tests install toolchains into {}", cache.display()));
    let variables = [("CONJOIN_TEST_CACHE", cache.to_string_lossy().into_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let test = |args: &[&str]| cargo(&[&["test", "--release", "--locked", "--workspace"], args].concat(), &variables);
    // From nothing, into the cache folder that the tests after it share.
    test(&["--test", "fresh_machine"])?;
    // What that run added to rustup has vanished with its overlay.
    let conjoin = root().join("target/release/conjoin").to_string_lossy().into_owned();
    let sample = root().join("sample-apps/polyglot-pipeline");
    let tools = [("CONJOIN_CACHE", variables[0].1)];
    run_in(&sample, &conjoin, &["doctor", "--fix"], &tools)?;
    let (of_crates, of_the_whole) = test_programs()?;
    let of_crates = of_crates.iter().flat_map(|name| ["--test", name]);
    test(&["--lib", "--bins"].into_iter().chain(of_crates).collect::<Vec<_>>())?;
    for name in of_the_whole.iter().filter(|name| *name != "fresh_machine") {
        test(&["--test", name])?;
    }
    Ok(())
}

/// The names of the test programs of crates, and of those of the whole program; the rules of the house close the output.
fn test_programs() -> Result<(Vec<String>, Vec<String>)> {
    let metadata = capture(Path::new("cargo"), &["metadata", "--no-deps", "--format-version", "1", "--locked"])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let (mut of_crates, mut of_the_whole) = (Vec::new(), Vec::new());
    for package in metadata["packages"].as_array().context("cargo names packages")? {
        let targets = package["targets"].as_array().context("cargo names targets")?.iter();
        let tests = targets.filter(|target| target["kind"][0] == "test");
        let names = tests.filter_map(|target| target["name"].as_str().map(str::to_owned));
        if package["name"] == WHOLE { of_the_whole.extend(names) } else { of_crates.extend(names) }
    }
    of_crates.sort();
    of_crates.dedup();
    of_the_whole.sort_by_key(|name| (name == "tidy", name.clone()));
    Ok((of_crates, of_the_whole))
}

/// Renders the sample app anew and accepts what the golden tests print now.
pub(crate) fn bless() -> Result<()> {
    cargo(&["build", "--release", "--workspace", "--all-targets"], &[])?;
    let samples = root().join("sample-apps");
    let sample = samples.join("polyglot-pipeline");
    if sample.exists() {
        fs_err::remove_dir_all(&sample)?;
    }
    fs_err::create_dir_all(&samples)?;
    let conjoin = root().join("target/release/conjoin");
    run_in(&samples, &conjoin.to_string_lossy(), &["new", "polyglot-pipeline", "-t", "polyglot"], &[])?;
    let variables = [("SNAPSHOTS", "overwrite"), ("TRYCMD", "overwrite")];
    let (of_crates, _) = test_programs()?;
    let tests = ["test", "--release", "--workspace", "--lib", "--bins", "--test", "cli"];
    let of_crates = of_crates.iter().flat_map(|name| ["--test", name]);
    cargo(&tests.into_iter().chain(of_crates).collect::<Vec<_>>(), &variables)?;
    crate::docs::docs()
}
