//! Starting programs, and saying what was started.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

/// Says a line on stderr.
#[expect(clippy::print_stderr, reason = "tasks speak to whoever typed them")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// The folder of this repository.
pub(crate) fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root.pop();
    root
}

/// Runs cargo in the repository's folder with these arguments and variables.
pub(crate) fn cargo(args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    run_in(&root(), "cargo", args, variables)
}

/// Runs a program in `folder`; its failure is an error. Says how long it took.
#[expect(clippy::disallowed_methods, reason = "tasks start programs themselves; the engine is what they test")]
pub(crate) fn run_in(folder: &Path, program: &str, args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let shown = format!("{program} {}", args.join(" "));
    say(&format!("\n==> {shown}"));
    let start = Instant::now();
    let status = std::process::Command::new(program)
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    say(&format!("<== {:.0} s: {shown}", start.elapsed().as_secs_f64()));
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// The folder that cargo builds into.
#[expect(clippy::disallowed_methods, reason = "tasks read their environment themselves")]
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Runs a program and gives its stdout; its failure is an error.
#[expect(clippy::disallowed_methods, reason = "tasks start programs themselves; the engine is what they test")]
pub(crate) fn capture(program: &Path, args: &[&str]) -> Result<String> {
    let output = std::process::Command::new(program)
        .args(args)
        .current_dir(root())
        .env("COLUMNS", "100")
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !output.status.success() {
        bail!("`{} {}` failed ({})", program.display(), args.join(" "), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}
