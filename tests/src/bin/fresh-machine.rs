//! Runs a program on what looks like a fresh machine.
//!
//! `fresh-machine CACHE SCRATCH -- PROGRAM ARGS...`, started by `unshare -rm` so that it has a mount namespace of its own:
//! - TinyGo, LLVM, clang, wasm tools and rustup's `wasm32-wasip2` are not to be found, neither on PATH nor where they are installed;
//! - everything is read-only but CACHE, SCRATCH, the temporary folder and the package managers' own folders;
//! - the changes to rustup's folder go to an overlay and vanish.
//!
//! Refuses to run outside of a user namespace, where it would change the machine itself.

use std::{
    env,
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail, ensure};

fn main() -> ExitCode {
    match prepare() {
        Ok(mut program) => {
            complain(&format!("cannot start it: {}", program.exec()));
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test helper speaks to whoever reads the test's output")]
fn complain(text: &str) {
    eprintln!("fresh-machine: {text}");
}

/// Makes the machine look fresh and gives the program to start on it.
#[expect(clippy::disallowed_methods, reason = "a test helper starts programs and reads its environment itself")]
fn prepare() -> Result<Command> {
    let mut args = env::args_os().skip(1);
    let mut next = |what: &str| args.next().with_context(|| format!("{what} is missing"));
    let cache = PathBuf::from(next("CACHE")?);
    let scratch = PathBuf::from(next("SCRATCH")?);
    ensure!(next("--")? == "--", "expected `--` before the program");
    let program = next("PROGRAM")?;
    let rest: Vec<OsString> = args.collect();
    let map = fs_err::read_to_string("/proc/self/uid_map")?;
    ensure!(
        map.split_whitespace().nth(2) == Some("1"),
        "not in a user namespace of its own: start it by `unshare -rm`"
    );

    let home = PathBuf::from(env::var_os("HOME").context("HOME is not set")?);
    let rustup = env::var_os("RUSTUP_HOME").map_or_else(|| home.join(".rustup"), PathBuf::from);
    hide_rust_target(&rustup, &scratch)?;
    hide_programs(&scratch)?;
    hide_installations(&scratch)?;

    let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let caches = [
        cargo.join("registry"),
        cargo.join("git"),
        home.join(".npm"),
        home.join(".cache/pip"),
        home.join(".cache/go-build"),
        home.join("go/pkg"),
    ];
    let mut writable = vec![cache.clone(), scratch, env::temp_dir(), rustup];
    for folder in caches {
        fs_err::create_dir_all(&folder)?;
        writable.push(folder);
    }
    for folder in &writable {
        mount(["--bind".as_ref(), folder.as_os_str(), folder.as_os_str()])?;
    }
    make_the_rest_read_only(&writable)?;
    ensure!(fs_err::write(home.join(".conjoin-fresh-machine"), "").is_err(), "the home folder can still be written");

    let mut command = Command::new(program);
    command.args(rest).env("CONJOIN_CACHE", cache).env_remove("TINYGOROOT");
    Ok(command)
}

/// Lays an overlay over rustup's folder and takes the target out of every toolchain there.
fn hide_rust_target(rustup: &Path, scratch: &Path) -> Result<()> {
    let (upper, work) = (scratch.join("rustup-upper"), scratch.join("rustup-work"));
    fs_err::create_dir_all(&upper)?;
    fs_err::create_dir_all(&work)?;
    let options =
        format!("userxattr,lowerdir={},upperdir={},workdir={}", rustup.display(), upper.display(), work.display());
    mount([
        "-t".as_ref(),
        "overlay".as_ref(),
        "overlay".as_ref(),
        "-o".as_ref(),
        options.as_ref(),
        rustup.as_os_str(),
    ])?;
    for toolchain in fs_err::read_dir(rustup.join("toolchains"))? {
        let rustlib = toolchain?.path().join("lib/rustlib");
        if !rustlib.join("wasm32-wasip2").exists() {
            continue;
        }
        fs_err::remove_dir_all(rustlib.join("wasm32-wasip2"))?;
        let manifest = rustlib.join("manifest-rust-std-wasm32-wasip2");
        if manifest.exists() {
            fs_err::remove_file(manifest)?;
        }
        let components = rustlib.join("components");
        let listed = fs_err::read_to_string(&components)?;
        let kept: String =
            listed.split_inclusive('\n').filter(|line| line.trim_end() != "rust-std-wasm32-wasip2").collect();
        fs_err::write(&components, kept)?;
        let config = rustlib.join("multirust-config.toml");
        let text = fs_err::read_to_string(&config)?;
        let mut kept = Vec::new();
        for table in text.split("[[components]]") {
            if !table.contains("wasm32-wasip2") {
                kept.push(table);
            }
        }
        fs_err::write(&config, kept.join("[[components]]"))?;
    }
    Ok(())
}

/// Puts an empty file over every program that a fresh machine does not have.
#[expect(clippy::disallowed_methods, reason = "a test helper reads its environment itself")]
fn hide_programs(scratch: &Path) -> Result<()> {
    let empty = scratch.join("hidden");
    fs_err::write(&empty, "")?;
    let beginnings = [
        "tinygo",
        "clang",
        "llvm-",
        "lld",
        "ld.lld",
        "wasm-ld",
        "wasm-opt",
        "wasm-tools",
        "wit-bindgen",
        "componentize",
    ];
    let path = env::var_os("PATH").context("PATH is not set")?;
    for folder in env::split_paths(&path) {
        let Ok(entries) = fs_err::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if beginnings.iter().any(|beginning| name.starts_with(beginning)) {
                mount(["--bind".as_ref(), empty.as_os_str(), entry.path().as_os_str()])?;
            }
        }
    }
    Ok(())
}

/// Puts an empty folder over every installation of LLVM and TinyGo.
fn hide_installations(scratch: &Path) -> Result<()> {
    let empty = scratch.join("hidden-folder");
    fs_err::create_dir_all(&empty)?;
    let mut folders =
        ["/usr/lib/tinygo", "/usr/local/lib/tinygo", "/usr/local/tinygo", "/opt/tinygo"].map(PathBuf::from).to_vec();
    for entry in fs_err::read_dir("/usr/lib")? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("llvm-") {
            folders.push(entry.path());
        }
    }
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        mount(["--bind".as_ref(), empty.as_os_str(), folder.as_os_str()])?;
    }
    Ok(())
}

/// Remounts every mount point that is not at or below one of `writable` read-only.
fn make_the_rest_read_only(writable: &[PathBuf]) -> Result<()> {
    let mounts = fs_err::read_to_string("/proc/self/mounts")?;
    for line in mounts.lines() {
        let point = line.split(' ').nth(1).unwrap_or_default().replace("\\040", " ");
        let system = ["/proc", "/sys", "/dev", "/run"].iter().any(|folder| Path::new(&point).starts_with(folder));
        // What lies below a hidden folder cannot be reached, and needs no remount.
        if system || !Path::new(&point).exists() || writable.iter().any(|folder| Path::new(&point).starts_with(folder))
        {
            continue;
        }
        // Flags that the mount had before the namespace existed are locked and must be repeated.
        let had = line.split(' ').nth(3).unwrap_or_default();
        let mut flags = "remount,bind,ro".to_owned();
        for flag in ["nosuid", "nodev", "noexec", "noatime", "relatime"] {
            if had.split(',').any(|other| other == flag) {
                flags = format!("{flags},{flag}");
            }
        }
        mount(["-o".as_ref(), flags.as_ref(), point.as_ref()])?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a test helper starts programs itself")]
fn mount<const N: usize>(args: [&std::ffi::OsStr; N]) -> Result<()> {
    let output = Command::new("mount").args(args).output().context("cannot start `mount`")?;
    if !output.status.success() {
        bail!("mount {args:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
