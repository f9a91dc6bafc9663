//! The tools of Python; componentize-py is in `pip`, with its installation.

use conjoin_plan::{Locate, Probe, ToolSpec, Window};

/// `CPython`.
pub(crate) static PYTHON: ToolSpec = ToolSpec {
    variable: "CONJOIN_PYTHON",
    locate: Locate::Path { names: &["python3", "python"], cached: None },
    probe: Probe::Interpreter {
        args: &["--version"],
        after: "Python ",
        itself: &["-c", "import sys; print(sys.executable)"],
    },
    window: Window { at_least: (3, 10, 0), below: None, because: "componentize-py is made for it" },
    by_hand: "see https://www.python.org/downloads, with pip",
    ..ToolSpec::new("python", "Python")
};

/// Python's package installer.
pub(crate) static PIP: ToolSpec = ToolSpec {
    variable: "CONJOIN_PYTHON",
    locate: Locate::Path { names: &["python3", "python"], cached: None },
    probe: Probe::Run { args: &["-m", "pip", "--version"], after: "pip " },
    by_hand: "install the package python3-pip of your system, or `python3 -m ensurepip --user`",
    ..ToolSpec::new("pip", "pip")
};
