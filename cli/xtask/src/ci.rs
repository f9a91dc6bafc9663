//! `cargo xtask ci`, `test`, `fuzz` and `bless`.
//!
//! Everything is built once, in the release profile and for the whole workspace: cargo unites the features of dependencies over the
//! packages that it is asked for, so that asking for one package alone would build half of them again.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{capture, cargo, root, run_in, say, target};

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
    let programs = test_programs()?;
    let of_crates = programs.of_crates.iter().flat_map(|name| ["--test", name]);
    test(&["--lib", "--bins"].into_iter().chain(of_crates).collect::<Vec<_>>())?;
    // The examples of the crates' front pages.
    test(&["--doc"])?;
    for name in programs.of_the_whole.iter().filter(|name| *name != "fresh_machine") {
        test(&["--test", name])?;
    }
    Ok(())
}

/// Builds for development and runs all tests that need neither toolchains nor a network; or those of one test program, with what else is
/// said to it, such as a part of the names of tests.
pub(crate) fn test(words: &[String]) -> Result<()> {
    let programs = test_programs()?;
    let (mut targets, mut filter) = (vec!["--locked", "--workspace"], &words[..0]);
    if let [program, rest @ ..] = words {
        targets.extend(["--test", program]);
        filter = rest;
    } else {
        targets.push("--lib");
        targets.extend(programs.without_toolchains.iter().flat_map(|name| ["--test", name]));
    }
    // The tests start the program. It is built together with tests, because cargo unites the features of dependencies over all that it is
    // asked for, and would build many a second time for the program alone.
    cargo(&[&["build", "--bins"], &targets[..]].concat(), &[])?;
    if words.is_empty() {
        targets.push("--bins");
    }
    let filter = filter.iter().map(String::as_str);
    cargo(&["test"].into_iter().chain(targets).chain(["--"]).chain(filter).collect::<Vec<_>>(), &[])
}

/// Runs a fuzz target until it fails, or for as long as the options of libFuzzer say that follow its name. Starts from its seeds and from what
/// earlier runs have found. Takes the versions of dependencies from the workspace.
pub(crate) fn fuzz(words: &[String]) -> Result<()> {
    let [name, options @ ..] = words else { bail!("`cargo xtask fuzz TARGET`: the targets are in fuzz/fuzz_targets") };
    fs_err::copy(root().join("Cargo.lock"), root().join("fuzz/Cargo.lock"))?;
    let found = target().join("fuzz").join(name);
    fs_err::create_dir_all(&found)?;
    // Cases of the crate whose name the target has are seeds, too.
    let seeds = [format!("fuzz/corpus/{name}"), format!("cli/crates/{name}/tests/cases")];
    let seeds = seeds.iter().filter(|folder| root().join(folder).is_dir());
    let found = found.to_string_lossy();
    let mut args = vec!["+nightly", "fuzz", "run", name, found.as_ref()];
    args.extend(seeds.map(String::as_str));
    args.push("--");
    args.extend(options.iter().map(String::as_str));
    cargo(&args, &[])
}

/// The names of the test programs of the workspace, sorted.
struct TestPrograms {
    of_crates: Vec<String>,
    /// Those of the whole program; the rules of the house close the output.
    of_the_whole: Vec<String>,
    /// Those, of both kinds, that need neither toolchains nor a network.
    without_toolchains: Vec<String>,
}

/// Asks cargo for them. A package names those that need toolchains in its `package.metadata.tests`.
fn test_programs() -> Result<TestPrograms> {
    let metadata = capture(Path::new("cargo"), &["metadata", "--no-deps", "--format-version", "1", "--locked"])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let mut programs = TestPrograms { of_crates: Vec::new(), of_the_whole: Vec::new(), without_toolchains: Vec::new() };
    for package in metadata["packages"].as_array().context("cargo names packages")? {
        let targets = package["targets"].as_array().context("cargo names targets")?.iter();
        let tests = targets.filter(|target| target["kind"][0] == "test");
        let needs = package["metadata"]["tests"]["need-toolchains"].as_array();
        for name in tests.filter_map(|target| target["name"].as_str()) {
            if !needs.is_some_and(|needs| needs.iter().any(|need| need == name)) {
                programs.without_toolchains.push(name.to_owned());
            }
            let list = if package["name"] == WHOLE { &mut programs.of_the_whole } else { &mut programs.of_crates };
            list.push(name.to_owned());
        }
    }
    programs.of_crates.sort();
    programs.of_crates.dedup();
    programs.of_the_whole.sort_by_key(|name| (name == "tidy", name.clone()));
    programs.without_toolchains.sort();
    programs.without_toolchains.dedup();
    Ok(programs)
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
    let variables = [("SNAPSHOTS", "overwrite")];
    let programs = test_programs()?;
    let tests = ["test", "--release", "--workspace", "--lib", "--bins", "--test", "cli"];
    let of_crates = programs.of_crates.iter().flat_map(|name| ["--test", name]);
    cargo(&tests.into_iter().chain(of_crates).collect::<Vec<_>>(), &variables)?;
    crate::docs::docs()
}
