//! The tools of TinyGo: the compiler and the generator of bindings, which conjoin installs, and what it needs for that.

use conjoin_plan::{Locate, Probe, ToolSpec, Window};

use super::{bindings, compiler};
use crate::go;

/// TinyGo.
pub(crate) static TINYGO: ToolSpec = ToolSpec {
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
    parallelism: go::PARALLELISM,
    ..ToolSpec::new("tinygo", "TinyGo")
};

/// The generator of bindings.
pub(crate) static WIT_BINDGEN_GO: ToolSpec = ToolSpec {
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
    ..ToolSpec::new("wit-bindgen-go", "wit-bindgen-go")
};

/// Go in a version that TinyGo works with.
pub(crate) static GO_FOR_TINYGO: ToolSpec = ToolSpec {
    window: Window {
        at_least: (1, 25, 0),
        below: Some((1, 27, 0)),
        because: "TinyGo 0.41 is made for Go up to 1.26, and tried with 1.25 and 1.26",
    },
    ..go::spec("go-for-tinygo", "Go for TinyGo")
};

/// What builds TinyGo, which is partly written in C++.
pub(crate) static CXX: ToolSpec = ToolSpec {
    name: "a C++ compiler",
    ..ToolSpec::program("CONJOIN_CXX", &["c++", "g++", "clang++"], "install the package g++ or clang of your system")
};
