//! What Go is called and chosen by, and what its tools leave in backtraces and read from the environment.

use conjoin_manifest::{LanguageSpec, ToolchainSpec};

/// The standard compiler.
pub(crate) static BY_GO: ToolchainSpec = ToolchainSpec::new("go");
/// TinyGo.
pub(crate) static BY_TINYGO: ToolchainSpec = ToolchainSpec::new("tinygo");

pub(crate) static GO: LanguageSpec =
    LanguageSpec { name: "go", called: &["golang"], default: &BY_GO, toolchains: &[&BY_GO, &BY_TINYGO], engines: &[] };

pub(crate) const MACHINERY: &[&str] = &["_rt0_wasm", "internal/", "runtime", "syscall"];
pub(crate) const MACHINERY_OF_TINYGO: &[&str] = &["internal/", "runtime", "syscall", "tinygo_"];

const CHANGES: &str = "changes the artifact without being part of the key";

pub(crate) const WITHHELD: &[(&str, &str)] =
    &[("GOFLAGS", CHANGES), ("GOOS", CHANGES), ("GOARCH", CHANGES), ("GOWASM", CHANGES), ("GOEXPERIMENT", CHANGES)];

/// Modules of `GOPRIVATE` are fetched past the proxy unless `GONOPROXY` names none.
pub(crate) const OFFLINE: &[(&str, &str)] = &[("GOPROXY", "off"), ("GONOPROXY", "none")];
