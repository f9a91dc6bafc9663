//! The tool of the standard Go compiler.

use conjoin_plan::{Locate, Parallelism, Probe, ToolSpec, Window};

/// The standard Go toolchain.
pub(crate) static GO: ToolSpec = ToolSpec {
    window: Window {
        at_least: (1, 25, 0),
        below: Some((1, 28, 0)),
        because: "conjoin's support code reaches into Go's runtime, and is tried with 1.25, 1.26 and 1.27",
    },
    ..spec("go", "Go")
};

/// How programs in Go, which do not know jobservers, are told how many things they may do at once.
pub(crate) const PARALLELISM: Option<Parallelism> = Some(Parallelism::Variable("GOMAXPROCS"));

/// A Go toolchain of any version.
pub(crate) const fn spec(id: &'static str, name: &'static str) -> ToolSpec {
    ToolSpec {
        variable: "CONJOIN_GO",
        locate: Locate::Path { names: &["go"], cached: None },
        probe: Probe::Run { args: &["version"], after: "go version go" },
        by_hand: "see https://go.dev/doc/install",
        parallelism: PARALLELISM,
        ..ToolSpec::new(id, name)
    }
}
