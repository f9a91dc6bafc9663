//! What Rust is called and chosen by, and what its tools leave in backtraces and read from the environment.

use conjoin_manifest::{LanguageSpec, ToolchainSpec};

pub(super) static BY_CARGO: ToolchainSpec = ToolchainSpec::new("rust");

pub(super) static RUST: LanguageSpec =
    LanguageSpec { name: "rust", called: &["rs", "cargo"], default: &BY_CARGO, toolchains: &[], engines: &[] };

pub(super) const MACHINERY: &[&str] =
    &["<alloc::", "<core::", "<std::", "__rust", "alloc::", "core::", "dlmalloc", "rust_", "std::"];

const CHANGES: &str = "changes the artifact without being part of the key";
const BY_CARGO_RUN: &str = "set by `cargo run`";
const ANOTHER: &str = "another compiler than the one whose version is in the key";

pub(super) const WITHHELD: &[(&str, &str)] = &[
    ("CARGO", "set by `cargo run` for the program it runs; describes conjoin's build, not the app's"),
    ("CARGO_MANIFEST_*", BY_CARGO_RUN),
    ("CARGO_PKG_*", BY_CARGO_RUN),
    ("CARGO_BIN_*", BY_CARGO_RUN),
    ("CARGO_CRATE_NAME", BY_CARGO_RUN),
    ("CARGO_PRIMARY_PACKAGE", BY_CARGO_RUN),
    ("OUT_DIR", "set by cargo for build scripts"),
    ("RUSTC", ANOTHER),
    ("RUSTC_WORKSPACE_WRAPPER", ANOTHER),
    ("RUSTFLAGS", CHANGES),
    ("CARGO_ENCODED_RUSTFLAGS", CHANGES),
    ("CARGO_BUILD_*", "changes the artifact, or where it lies"),
    ("CARGO_TARGET_DIR", "changes where artifacts lie"),
    ("CARGO_TARGET_WASM32_*", CHANGES),
    ("CARGO_PROFILE_*", CHANGES),
    ("CARGO_TERM_COLOR", "puts escape sequences into output that hints are compared with"),
    ("CARGO_TERM_PROGRESS_*", "draws bars into output that is kept"),
];

pub(super) const OFFLINE: &[(&str, &str)] = &[("CARGO_NET_OFFLINE", "true"), ("RUSTUP_AUTO_INSTALL", "0")];
