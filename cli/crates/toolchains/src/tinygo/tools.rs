//! The two tools that conjoin installs for TinyGo.

use conjoin_plan::{Locate, Probe, Tool, ToolSpec, Window};

use super::{bindings, compiler};

/// TinyGo.
pub(crate) static TINYGO: ToolSpec = ToolSpec {
    tool: Tool::TinyGo,
    name: "TinyGo",
    variable: "CONJOIN_TINYGO",
    locate: Locate::Path { names: &["tinygo"], cached: Some((compiler::RECIPE, compiler::PROGRAM)) },
    probe: Probe::Run { args: &["version"], after: "tinygo version " },
    window: Window {
        at_least: (0, 41, 1),
        below: Some((0, 42, 0)),
        because: "the target and the allocator that conjoin gives it reach into its runtime and are tried with this one",
    },
    providers: &[&compiler::FromSources],
    by_hand: "see https://tinygo.org/getting-started/install",
};

/// The generator of bindings.
pub(crate) static BINDINGS: ToolSpec = ToolSpec {
    tool: Tool::WitBindgenGo,
    name: "wit-bindgen-go",
    variable: "CONJOIN_WIT_BINDGEN_GO",
    locate: Locate::Cache { recipe: bindings::RECIPE, file: bindings::PROGRAM },
    probe: Probe::Fixed((0, 7, 0)),
    window: Window {
        at_least: (0, 7, 0),
        below: Some((0, 7, 1)),
        because: "what it writes goes with version 0.3.0 of the package cm, which projects require",
    },
    providers: &[&bindings::FromSources],
    by_hand: "`go install go.bytecodealliance.org/cmd/wit-bindgen-go@v0.7.0`, and name the program in CONJOIN_WIT_BINDGEN_GO",
};
