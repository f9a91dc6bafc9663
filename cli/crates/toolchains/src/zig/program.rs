//! zig, from PyPI's package `ziglang`, and what it compiles once for all components: the C library and its own.

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, FoundIn, FoundTool, Input, Layout, Locate, Probe, ProbeResults, Profile, Provider, Step, Subject, Tool,
    ToolSpec, Window, WrittenFile,
};

use super::{
    LANGUAGE,
    compiler::{self, Module},
};
use crate::{
    c_bindings::{self, BINDINGS},
    pypi::Packages,
    python::{PIP, PYTHON},
    steps::{self, Run, after, complete},
};

/// Names everything that the result depends on; the last number counts changes of the steps.
const RECIPE: &str = "zig-0.16.0-1";
const PROGRAM: &str = "site/ziglang/zig";
/// What is compiled once for all components, below the recipe's folder.
const CACHE: &str = "cache";

/// The compiler.
pub(crate) static ZIG: ToolSpec = ToolSpec {
    variable: "CONJOIN_ZIG",
    locate: Locate::Path { names: &["zig"], cached: Some((RECIPE, PROGRAM)) },
    probe: Probe::Run { args: &["version"], after: "" },
    window: Window {
        at_least: (0, 16, 0),
        below: Some((0, 17, 0)),
        because: "Zig's language and library change with each version, and templates are written for this one",
    },
    providers: &[&FromPyPi],
    by_hand: "see https://ziglang.org/download",
    ..ToolSpec::new("zig", "Zig")
};

/// PyPI's package.
#[derive(Debug)]
struct FromPyPi;

impl Provider for FromPyPi {
    fn name(&self) -> &'static str {
        "PyPI packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&PYTHON, &PIP] }
    }

    fn takes(&self) -> u64 {
        700
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let root = layout.toolchain(RECIPE);
        let packages = Packages {
            id: "zig",
            tool: &ZIG,
            root: &root,
            list: include_str!("../../support/zig/requirements.txt"),
            installs: "ziglang/zig",
        };
        let [requirements, install] = packages.steps(steps::found(probed, &PYTHON)?);
        let proven = proof(&root, &install);
        let last = proven.last().unwrap_or(&install);
        let complete = complete("zig", &ZIG, &root, last);
        Ok([requirements, install].into_iter().chain(proven).chain([complete]).collect())
    }
}

/// A component, built for both profiles: each fills the cache with libraries of its own.
fn proof(root: &AbsPath, install: &Step) -> Vec<Step> {
    let work = root.join("proof");
    let subject = Subject::Installation(&ZIG);
    let write = steps::write(
        "zig/hello".to_owned(),
        subject.clone(),
        "write a component that says hello",
        vec![
            WrittenFile::text(work.join("hello.zig"), include_str!("../../support/zig/hello.zig")),
            WrittenFile::text(work.join("wit/hello.wit"), crate::HELLO_WIT),
        ],
    );
    let action = c_bindings::action(LANGUAGE, work.join("wit"), "hello", work.join(BINDINGS));
    let bindings =
        c_bindings::step("zig/bindings".to_owned(), subject.clone(), "generate its bindings", &write, action);
    let zig =
        FoundTool { path: root.join(PROGRAM), version: (0, 16, 0), says: String::new(), found_in: FoundIn::Cache };
    let build = |id: &str, title, profile, earlier: &[&Step]| {
        let output = work.join(format!("{id}.wasm"));
        let module = Module {
            dir: &work,
            root: "hello.zig",
            c: vec![work.join(BINDINGS).join("hello.c")],
            headers: &work,
            profile,
            cache: work.join("cache"),
            output: output.clone(),
        };
        let inputs: Vec<Input> = earlier.iter().copied().map(after).collect();
        let (id, subject) = (format!("zig/{id}"), subject.clone());
        let run = Run { id, subject, title, inputs, outputs: vec![output], versions: vec![] };
        run.step(compiler::build(&zig, &module))
    };
    let dev = build("dev", "build it and the libraries", Profile::Dev, &[install, &write, &bindings]);
    let release = build("release", "build it and the libraries for `--release`", Profile::Release, &[&dev]);
    let [encode, prove] = steps::prove_module(("zig", &ZIG), &release, work.join("wit"));
    vec![write, bindings, dev, release, encode, prove]
}

/// Where the zig that conjoin has installed keeps what it compiles once for all components.
pub(super) fn cache_of(zig: &FoundTool) -> AbsPath {
    steps::recipe_of(zig, PROGRAM).join(CACHE)
}
