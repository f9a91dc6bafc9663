//! Compiles the fake tool, so that tests find it however they are started.
//!
//! Cargo gives a package's programs only to the tests of that package; a program in the build script's folder is there for
//! everyone. It needs nothing but the standard library.

use std::{env, path::PathBuf, process::Command};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo talks to build scripts through the environment, and they start compilers"
)]
fn main() {
    println!("cargo::rerun-if-changed=src/bin/fake-tool.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let status = Command::new(env::var_os("RUSTC").expect("cargo sets RUSTC"))
        .args(["--edition=2024", "--crate-name=fake_tool", "-Copt-level=1", "-Cstrip=symbols", "-o"])
        .arg(folder.join("fake-tool"))
        .arg("src/bin/fake-tool.rs")
        .status()
        .expect("rustc can be started");
    assert!(status.success(), "the fake tool does not compile");
}
