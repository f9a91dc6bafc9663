//! Every tool: where it is looked for, which versions will do and why, and who installs it.

use conjoin_plan::{Locate, Probe, Tool, ToolSpec, Window};

use crate::{clang, npm, pip, rust::PLATFORM, rust_sources, rustup::RustupTarget, tinygo};

/// All tools, in the order of [`Tool`].
pub(crate) static ALL: &[&ToolSpec] = &[
    &CARGO,
    &RUSTC,
    &RUSTUP,
    &RUST_TARGET,
    &GO,
    &GO_FOR_TINYGO,
    &tinygo::TINYGO,
    &tinygo::BINDINGS,
    &NODE,
    &NPM,
    &npm::COMPONENTIZE_JS,
    &npm::COMPONENTIZE_QJS,
    &PYTHON,
    &PIP,
    &pip::COMPONENTIZE_PY,
    &clang::CLANG,
    &clang::WASI_LIBC,
    &CXX,
    &APT_GET,
    &APT_CACHE,
    &DPKG_DEB,
    &TAR,
    &FIND,
    &CP,
    &LN,
    &CHMOD,
    &RM,
    &XARGS,
];

const RUST_WINDOW: Window =
    Window { at_least: (1, 91, 0), below: None, because: "wstd, through which Rust components speak HTTP, needs it" };

static CARGO: ToolSpec = ToolSpec {
    tool: Tool::Cargo,
    name: "cargo",
    variable: "CONJOIN_CARGO",
    locate: Locate::Path { names: &["cargo"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "cargo " },
    window: RUST_WINDOW,
    providers: &[],
    by_hand: "see https://rustup.rs, then `rustup update`",
};

static RUSTC: ToolSpec = ToolSpec {
    tool: Tool::Rustc,
    name: "rustc",
    variable: "CONJOIN_RUSTC",
    locate: Locate::Path { names: &["rustc"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "rustc " },
    window: RUST_WINDOW,
    providers: &[],
    by_hand: "see https://rustup.rs, then `rustup update`",
};

static RUSTUP: ToolSpec = ToolSpec {
    tool: Tool::Rustup,
    name: "rustup",
    variable: "CONJOIN_RUSTUP",
    locate: Locate::Path { names: &["rustup"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "rustup " },
    window: Window::ANY,
    providers: &[],
    by_hand: "see https://rustup.rs",
};

static RUST_TARGET: ToolSpec = ToolSpec {
    tool: Tool::RustTarget,
    name: "Rust's standard library for wasm32-wasip2",
    variable: "CONJOIN_RUST_TARGET",
    locate: Locate::FolderOf {
        tool: Tool::Rustc,
        args: &["--print", "target-libdir", "--target", PLATFORM],
        file_starts_with: "libstd-",
        cached: Some((rust_sources::RECIPE, rust_sources::LIBRARIES)),
    },
    probe: Probe::SameAs(Tool::Rustc),
    window: Window {
        because: "every component is linked with it, and it does not come with the compiler",
        ..Window::ANY
    },
    providers: &[&RustupTarget, &rust_sources::DebianSources],
    by_hand: "`rustup target add wasm32-wasip2` in the app's folder",
};

static GO: ToolSpec = go(
    Tool::Go,
    "Go",
    Window {
        at_least: (1, 25, 0),
        below: Some((1, 28, 0)),
        because: "conjoin's support code reaches into Go's runtime, and is tried with 1.25, 1.26 and 1.27",
    },
);

static GO_FOR_TINYGO: ToolSpec = go(
    Tool::GoForTinyGo,
    "Go for TinyGo",
    Window {
        at_least: (1, 25, 0),
        below: Some((1, 27, 0)),
        because: "TinyGo 0.41 is made for Go up to 1.26, and tried with 1.25 and 1.26",
    },
);

const fn go(tool: Tool, name: &'static str, window: Window) -> ToolSpec {
    ToolSpec {
        tool,
        name,
        variable: "CONJOIN_GO",
        locate: Locate::Path { names: &["go"], cached: None },
        probe: Probe::Run { args: &["version"], after: "go version go" },
        window,
        providers: &[],
        by_hand: "see https://go.dev/doc/install",
    }
}

static NODE: ToolSpec = ToolSpec {
    tool: Tool::Node,
    name: "Node.js",
    variable: "CONJOIN_NODE",
    locate: Locate::Path { names: &["node", "nodejs"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "v" },
    window: Window { at_least: (20, 0, 0), below: None, because: "the parser that componentize-js uses needs it" },
    providers: &[],
    by_hand: "see https://nodejs.org",
};

static NPM: ToolSpec = ToolSpec {
    tool: Tool::Npm,
    name: "npm",
    variable: "CONJOIN_NPM",
    locate: Locate::Path { names: &["npm"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "" },
    window: Window {
        at_least: (8, 3, 0),
        below: None,
        because: "older ones do not know `overrides`, which the lock file uses",
    },
    providers: &[],
    by_hand: "it comes with Node.js: see https://nodejs.org",
};

static PYTHON: ToolSpec = ToolSpec {
    tool: Tool::Python,
    name: "Python",
    variable: "CONJOIN_PYTHON",
    locate: Locate::Path { names: &["python3", "python"], cached: None },
    probe: Probe::Interpreter {
        args: &["--version"],
        after: "Python ",
        itself: &["-c", "import sys; print(sys.executable)"],
    },
    window: Window { at_least: (3, 10, 0), below: None, because: "componentize-py is made for it" },
    providers: &[],
    by_hand: "see https://www.python.org/downloads, with pip",
};

static PIP: ToolSpec = ToolSpec {
    tool: Tool::Pip,
    name: "pip",
    variable: "CONJOIN_PYTHON",
    locate: Locate::Path { names: &["python3", "python"], cached: None },
    probe: Probe::Run { args: &["-m", "pip", "--version"], after: "pip " },
    window: Window::ANY,
    providers: &[],
    by_hand: "install the package python3-pip of your system, or `python3 -m ensurepip --user`",
};

static CXX: ToolSpec = program(
    Tool::Cxx,
    "a C++ compiler",
    "CONJOIN_CXX",
    &["c++", "g++", "clang++"],
    "install the package g++ or clang of your system",
);
static APT_GET: ToolSpec =
    program(Tool::AptGet, "apt-get", "CONJOIN_APT_GET", &["apt-get"], "it is part of Debian and its relatives");
static APT_CACHE: ToolSpec =
    program(Tool::AptCache, "apt-cache", "CONJOIN_APT_CACHE", &["apt-cache"], "it is part of Debian and its relatives");
static DPKG_DEB: ToolSpec =
    program(Tool::DpkgDeb, "dpkg-deb", "CONJOIN_DPKG_DEB", &["dpkg-deb"], "it is part of Debian and its relatives");
static TAR: ToolSpec = program(Tool::Tar, "tar", "CONJOIN_TAR", &["tar"], "install the package tar of your system");
static FIND: ToolSpec =
    program(Tool::Find, "find", "CONJOIN_FIND", &["find"], "install the package findutils of your system");
static CP: ToolSpec = program(Tool::Cp, "cp", "CONJOIN_CP", &["cp"], "install the package coreutils of your system");
static LN: ToolSpec = program(Tool::Ln, "ln", "CONJOIN_LN", &["ln"], "install the package coreutils of your system");
static CHMOD: ToolSpec =
    program(Tool::Chmod, "chmod", "CONJOIN_CHMOD", &["chmod"], "install the package coreutils of your system");
static RM: ToolSpec = program(Tool::Rm, "rm", "CONJOIN_RM", &["rm"], "install the package coreutils of your system");
static XARGS: ToolSpec =
    program(Tool::Xargs, "xargs", "CONJOIN_XARGS", &["xargs"], "install the package findutils of your system");

/// A program of the system, of which any version will do.
const fn program(
    tool: Tool,
    name: &'static str,
    variable: &'static str,
    names: &'static [&'static str],
    by_hand: &'static str,
) -> ToolSpec {
    ToolSpec {
        tool,
        name,
        variable,
        locate: Locate::Path { names, cached: None },
        probe: Probe::None,
        window: Window::ANY,
        providers: &[],
        by_hand,
    }
}
