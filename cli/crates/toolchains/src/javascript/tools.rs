//! The tools that every engine for JavaScript needs.

use conjoin_plan::{Locate, Probe, ToolSpec, Window};

/// Node.js.
pub(crate) static NODE: ToolSpec = ToolSpec {
    variable: "CONJOIN_NODE",
    locate: Locate::Path { names: &["node", "nodejs"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "v" },
    window: Window { at_least: (20, 0, 0), below: None, because: "the parser that componentize-js uses needs it" },
    by_hand: "see https://nodejs.org",
    ..ToolSpec::new("node", "Node.js")
};

/// Node's package manager.
pub(crate) static NPM: ToolSpec = ToolSpec {
    variable: "CONJOIN_NPM",
    locate: Locate::Path { names: &["npm"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "" },
    window: Window {
        at_least: (8, 3, 0),
        below: None,
        because: "older ones do not know `overrides`, which the lock file uses",
    },
    by_hand: "it comes with Node.js: see https://nodejs.org",
    ..ToolSpec::new("npm", "npm")
};
