//! What Python is called and chosen by, and what its tools leave in backtraces and read from the environment.

use conjoin_manifest::{LanguageSpec, ToolchainSpec};

pub(super) static BY_COMPONENTIZE_PY: ToolchainSpec = ToolchainSpec { is_silent: true, ..ToolchainSpec::new("python") };

pub(super) static PYTHON: LanguageSpec = LanguageSpec {
    name: "python",
    called: &["py", "python3"],
    default: &BY_COMPONENTIZE_PY,
    toolchains: &[],
    engines: &[],
};

pub(super) const MACHINERY: &[&str] = &["Py", "_Py", "asyncio", "componentize", "pymain"];

pub(super) const WITHHELD: &[(&str, &str)] = &[
    ("PYTHONPATH", "adds modules that the app does not name"),
    ("PYTHONSTARTUP", "loads code into every tool that runs on Python"),
];

pub(super) const OFFLINE: &[(&str, &str)] = &[("PIP_NO_INDEX", "1")];
