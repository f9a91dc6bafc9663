//! The tools of Rust.

use conjoin_plan::{Locate, Parallelism, Probe, ToolSpec, Window};

use super::{PLATFORM, rustup::RustupTarget, sources};

const WINDOW: Window =
    Window { at_least: (1, 91, 0), below: None, because: "wstd, through which Rust components speak HTTP, needs it" };

/// A question must not download a toolchain.
const ASKED_WITH: &[(&str, &str)] = &[("RUSTUP_AUTO_INSTALL", "0")];

/// Rust's package manager.
pub(crate) static CARGO: ToolSpec = ToolSpec {
    variable: "CONJOIN_CARGO",
    locate: Locate::Path { names: &["cargo"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "cargo " },
    probe_env: ASKED_WITH,
    window: WINDOW,
    by_hand: "see https://rustup.rs, then `rustup update`",
    parallelism: Some(Parallelism::Jobserver),
    ..ToolSpec::new("cargo", "cargo")
};

/// Rust's compiler.
pub(crate) static RUSTC: ToolSpec = ToolSpec {
    variable: "CONJOIN_RUSTC",
    locate: Locate::Path { names: &["rustc"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "rustc " },
    probe_env: ASKED_WITH,
    window: WINDOW,
    by_hand: "see https://rustup.rs, then `rustup update`",
    ..ToolSpec::new("rustc", "rustc")
};

/// Rust's toolchain manager.
pub(crate) static RUSTUP: ToolSpec = ToolSpec {
    variable: "CONJOIN_RUSTUP",
    locate: Locate::Path { names: &["rustup"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "rustup " },
    probe_env: ASKED_WITH,
    by_hand: "see https://rustup.rs",
    ..ToolSpec::new("rustup", "rustup")
};

/// The standard library of Rust for `wasm32-wasip2`.
pub(crate) static RUST_TARGET: ToolSpec = ToolSpec {
    variable: "CONJOIN_RUST_TARGET",
    locate: Locate::FolderOf {
        tool: &RUSTC,
        args: &["--print", "target-libdir", "--target", PLATFORM],
        file_starts_with: "libstd-",
        cached: Some((sources::RECIPE, sources::LIBRARIES)),
    },
    probe: Probe::SameAs(&RUSTC),
    window: Window {
        because: "every component is linked with it, and it does not come with the compiler",
        ..Window::ANY
    },
    providers: &[&RustupTarget, &sources::DebianSources],
    by_hand: "`rustup target add wasm32-wasip2` in the app's folder",
    removal: Some("`rustup target remove wasm32-wasip2` removes it if rustup has installed it"),
    ..ToolSpec::new("rust-target", "Rust's standard library for wasm32-wasip2")
};
