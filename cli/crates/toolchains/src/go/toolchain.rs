//! How the standard Go compiler builds a component.

use crate::go::GO;
use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Complaint, GenerateAction, Generator, Hint, Input, Invocation, Keep, Layout, Made, ProbeResults, Profile,
    Project, Reading, Step, StepId, Takes, Target, Tool, Toolchain,
};
use conjoin_wit::{Adapter, Dialect};

use super::{
    generate::{Bindings, VERSION},
    language, messages,
};
use crate::{
    go_mod,
    go_sources::{self, BINDINGS},
    projects,
    steps::{self, Run},
};

const HINTS: &[Hint] = &[
    go_mod::INCOMPLETE_SUMS,
    go_mod::OUTDATED,
    Hint {
        when: "no required module provides package",
        say: "`go get` of that package in the component's folder adds it to go.mod; packages below `bindings` are generated from \
              the component's world.",
    },
    Hint {
        when: "GOTOOLCHAIN=local)",
        say: "conjoin has Go download no other Go: install the one that go.mod asks for, or lower its `go` line.",
    },
    Hint {
        when: "build constraints exclude all Go files",
        say: "That package is not made for WebAssembly (wasip1): it needs C code or a system that is not there.",
    },
    go_mod::NO_PROGRAM,
    Hint { when: "buildmode=c-shared requires exactly one main package", ..go_mod::NO_PROGRAM },
    Hint {
        when: "function main is undeclared in the main package",
        say: "Go wants `func main() {}` in the package main, although a component's functions are called without it.",
    },
    steps::DISK_FULL,
];

/// The standard Go compiler.
#[derive(Debug)]
pub(crate) struct Go;

impl Toolchain for Go {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_GO
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::GO] }
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn offline(&self) -> &'static [(&'static str, &'static str)] {
        language::OFFLINE
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&GO] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        vec![dir.join("go.mod")]
    }

    fn bindings(
        &self,
        target: &Target<'_>,
        probed: &ProbeResults,
        layout: &Layout,
    ) -> Result<Vec<Step>, Box<Diagnostic>> {
        let module = go_mod::module(&target.dir, probed, layout)?;
        let (world, wit) = steps::write_world(target, layout);
        let bindings = bindings(target, &module, &world, wit);
        Ok(vec![world, bindings])
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let module = go_mod::module(&target.dir, probed, layout)?;
        let (_, wit) = steps::write_world(target, layout);
        let compile = compile(target, &module, probed, layout)?;
        let encode = steps::encode(target, wit, Made::Module(Some(adapter(target))), &compile, layout);
        Ok(vec![compile, encode])
    }

    fn findings(&self, output: &str) -> Reading {
        messages::findings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn takes(&self) -> Takes {
        Takes { disk: 50, memory: 500 }
    }

    fn examines(&self, project: &Project) -> Vec<AbsPath> {
        projects::files_of_go(project)
    }

    fn examine(&self, project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
        projects::examine_go(project, probed)
    }
}

fn id_of_bindings(target: &Target<'_>) -> StepId {
    StepId(format!("{}/bindings", target.name))
}

fn bindings(target: &Target<'_>, module: &go_mod::Module, world: &Step, wit: AbsPath) -> Step {
    let into = target.dir.join(BINDINGS);
    let package = format!("{}/{BINDINGS}", module.path);
    let step = steps::generate(
        target,
        "bindings",
        "generate bindings",
        world,
        GenerateAction {
            generator: Generator::new(Bindings { package }),
            wit,
            world: target.world.to_owned(),
            list: into.join("bindings.txt"),
            into,
        },
    );
    Step { versions: vec![VERSION.to_owned()], ..step }
}

/// What stands between the compiled module and WASI 0.2: a world that exports nothing but `wasi:cli/run` is that of a program. One
/// that imports as well is built like a library, whose bindings run its `main`.
fn adapter(target: &Target<'_>) -> Adapter {
    match target.exports {
        [only] if only.without_version() == "wasi:cli/run" && target.imports.is_empty() => Adapter::Command,
        _ => Adapter::Reactor,
    }
}

fn compile(
    target: &Target<'_>,
    module: &go_mod::Module,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Step, Box<Diagnostic>> {
    let go = steps::found(probed, &GO)?;
    let core = layout.work(target.name).join("core.wasm");
    let mut invocation = Invocation::new(&GO, go, &target.dir)
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        // Takes the place of the user's; a repository around the app must not get into the component.
        .env("GOFLAGS", "-buildvcs=false");
    let list = invocation.clone().arg("list");
    invocation = invocation.args(["build", "-trimpath"]);
    if adapter(target) == Adapter::Reactor {
        invocation = invocation.arg("-buildmode=c-shared");
    }
    let invocation = invocation.arg(linker_flags(target.profile)).arg("-o").arg(&core).arg(".");

    let mut inputs = go_sources::inputs(&target.dir, module);
    // The world stands for its bindings, so that a comment in the WIT builds nothing anew.
    inputs.extend([Input::Step(id_of_bindings(target)), steps::world_value(target)]);
    let run = Run {
        id: format!("{}/go", target.name),
        subject: steps::component(target.name),
        title: "go build",
        inputs,
        outputs: vec![core],
        versions: vec![go.says.clone(), VERSION.to_owned()],
    };
    let discovery = Some(go_sources::discovery(list, &target.dir));
    Ok(Step { discovery, keep: Keep::Stored, ..run.step(invocation) })
}

/// The support code links to functions of Go's runtime, which `-checklinkname=0` allows. Panics name files and lines in both
/// profiles; `-s` takes the names of functions out of traps.
fn linker_flags(profile: Profile) -> &'static str {
    match profile {
        Profile::Dev => "-ldflags=-checklinkname=0 -w",
        Profile::Release => "-ldflags=-checklinkname=0 -s -w",
    }
}
