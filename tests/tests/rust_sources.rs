//! Rust where rustup does not give the target: the standard library is built from Debian's sources, once.

use std::{
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use conjoin_tests::conjoin::{copy_app, program, repository, run, succeed, text};

/// A copy of the guest, and an empty cache folder.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = folder.path().join("rust-macros");
        copy_app(&repository().join("tests/guests/rust-macros"), &app);
        fs_err::create_dir(folder.path().join("cache")).expect("a cache folder");
        Self { folder }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// `conjoin ARGS` in the app's folder, where rustup has no target and cannot download one.
    #[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
    fn conjoin(&self, args: &[&str]) -> Command {
        let scratch = tempfile::tempdir_in(self.folder.path()).expect("a folder").keep();
        let mut command = Command::new("unshare");
        command.arg("-rm").arg(program("fresh-machine")).arg(self.path("cache")).arg(scratch);
        command.arg("--").arg(program("conjoin")).args(args).current_dir(self.path("rust-macros"));
        command.env("RUSTUP_DIST_SERVER", nobody());
        command
    }
}

/// An address at which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

#[test]
fn the_standard_library_is_built_from_sources_when_rustup_does_not_give_it() {
    let machine = Machine::new();
    let missing = run(&mut machine.conjoin(&["doctor"]));
    let table = text(&missing.stdout);
    assert_eq!(missing.status.code(), Some(3), "{table}");
    assert!(table.contains("missing  Rust's standard library for wasm32-wasip2"), "{table}");

    let fixed = run(&mut machine.conjoin(&["doctor", "--fix"]));
    let said = text(&fixed.stderr);
    assert!(fixed.status.success(), "{said}");
    assert!(said.contains("warning[install::step-failed]") && said.contains("rustup target add"), "{said}");
    assert!(said.contains("rustup did not give it, so it is taken from Debian sources"), "{said}");
    assert!(text(&fixed.stdout).contains("conjoin's cache"), "{}", text(&fixed.stdout));

    // The second time, nothing is installed. The macro and the build script were compiled for the machine itself.
    let hello = succeed(&mut machine.conjoin(&["run", "--offline"]));
    assert_eq!(hello, "hello from wasm32-wasip2\n");
    let again = run(&mut machine.conjoin(&["build", "--install-tools"]));
    let said = text(&again.stderr);
    assert!(again.status.success() && said.contains(": 1 fresh") && !said.contains("Installed"), "{said}");
}

#[test]
fn a_compiler_of_which_debian_has_no_sources_is_told_of_which_it_has() {
    let machine = Machine::new();
    let rustc = script(&machine.path("rustc"), "rustc 1.94.99 (000000000 2026-01-01)");
    let cargo = script(&machine.path("cargo"), "cargo 1.94.99 (000000000 2026-01-01)");
    let mut fix = machine.conjoin(&["doctor", "--fix"]);
    fix.env("CONJOIN_RUSTC", rustc).env("CONJOIN_CARGO", cargo).env("CONJOIN_RUSTUP", "/nowhere");
    let refused = run(&mut fix);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("Version '1.94.99+*' for 'rust-src' was not found"), "{said}");
    assert!(said.contains("rust-src | 1."), "the versions that there are: {said}");
    assert!(said.contains("choose one of them in rust-toolchain.toml"), "{said}");
}

/// A program that says `version` whatever it is asked.
fn script(path: &Path, version: &str) -> PathBuf {
    fs_err::write(path, format!("#!/bin/sh\necho '{version}'\n")).expect("a script");
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    path.to_owned()
}
