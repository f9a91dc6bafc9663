//! How TinyGo builds a component.

use crate::go::language;
use crate::tinygo::{GO_FOR_TINYGO, TINYGO, WIT_BINDGEN_GO};
use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Action, Companion, Complaint, FoundIn, FoundTool, Hint, Input, Invocation, Keep, Layout, Made,
    ProbeResults, Profile, Project, Reading, Step, Takes, Target, Tool, Toolchain, WrittenFile,
};
use conjoin_policy::RANDOM;
use conjoin_wit::Dialect;

use super::{compiler, target};
use crate::{
    go::messages,
    go_mod,
    go_sources::{self, BINDINGS},
    projects,
    steps::{self, Run},
};

const HINTS: &[Hint] = &[
    go_mod::INCOMPLETE_SUMS,
    go_mod::OUTDATED,
    Hint {
        when: "conjoin has not made it",
        say: "conjoin generates bindings into the component's folder `bindings`: give yours another name.",
    },
    Hint {
        when: "requires go version",
        say: "TinyGo 0.41 works with Go 1.25 and 1.26: put one of these on PATH, or name it with CONJOIN_GO.",
    },
    steps::DISK_FULL,
    Hint {
        when: "could not find wasm-opt",
        say: "This TinyGo has no wasm-opt: install the package binaryen of your system.",
    },
    Hint {
        when: "package net/http is not in std",
        say: "TinyGo has no net/http for components: speak HTTP through the bindings of `wasi:http`.",
    },
    go_mod::NO_PROGRAM,
    Hint {
        when: "error while loading shared libraries",
        say: "A library of the system that LLVM needs is missing: install the packages libxml2 and libedit2.",
    },
];

/// TinyGo.
#[derive(Debug)]
pub(crate) struct TinyGo;

impl Toolchain for TinyGo {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_TINYGO
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::GO] }
    }

    fn template(&self, _: Language) -> &'static str {
        "tinygo"
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY_OF_TINYGO
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn offline(&self) -> &'static [(&'static str, &'static str)] {
        language::OFFLINE
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&GO_FOR_TINYGO, &TINYGO, &WIT_BINDGEN_GO] }
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
        let module = go_mod::module_for_tinygo(&target.dir, probed, layout)?;
        let (world, wit) = steps::write_world(target, layout);
        let bindings = generate(target, &module, &world, &wit, probed)?;
        Ok(vec![world, bindings])
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let module = go_mod::module_for_tinygo(&target.dir, probed, layout)?;
        let tinygo = steps::found(probed, &TINYGO)?;
        let (_, wit) = steps::write_world(target, layout);
        let description = steps::write(
            format!("{}/target", target.name),
            steps::component(target.name),
            "describe the platform",
            vec![WrittenFile::text(layout.work(target.name).join("target.json"), target::description(tinygo))],
        );
        let compile = compile(target, &module, &description, probed, layout)?;
        let mut encode = steps::encode(target, wit, Made::Module(None), &compile, layout);
        if let Action::Encode(action) = &mut encode.action {
            // `-no-debug` leaves the names of functions.
            action.strip = target.profile == Profile::Release;
        }
        Ok(vec![description, compile, encode])
    }

    fn findings(&self, output: &str) -> Reading {
        messages::findings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn takes(&self) -> Takes {
        Takes { disk: 20, memory: 300 }
    }

    fn companions(&self) -> &'static [Companion] {
        const {
            &[Companion {
                program: "wasm-opt",
                of: &TINYGO,
                because: "TinyGo starts it in every build",
                by_hand: "install the package binaryen of your system, or take that TinyGo off PATH and `conjoin doctor --fix`",
            }]
        }
    }

    fn examines(&self, project: &Project) -> Vec<AbsPath> {
        projects::files_of_go(project)
    }

    fn examine(&self, project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
        projects::examine_go(project, probed)
    }
}

fn generate(
    target: &Target<'_>,
    module: &go_mod::Module,
    world: &Step,
    wit: &AbsPath,
    probed: &ProbeResults,
) -> Result<Step, Box<Diagnostic>> {
    let generator = steps::found(probed, &WIT_BINDGEN_GO)?;
    let out = target.dir.join(BINDINGS);
    let mut invocation = Invocation::new(&WIT_BINDGEN_GO, generator, &target.dir);
    if !target.permissions.has(&RANDOM) {
        invocation = invocation.arg("-without-random");
    }
    let invocation = invocation
        .args(["-world", target.world, "-module"])
        .arg(format!("{}/{BINDINGS}", module.path))
        .arg("-wit")
        .arg(wit)
        .arg("-out")
        .arg(&out);
    let run = Run {
        id: format!("{}/bindings", target.name),
        subject: steps::component(target.name),
        title: "generate bindings",
        inputs: steps::outputs_of(world).collect(),
        outputs: vec![list_of_bindings(target)],
        versions: vec![generator.says.clone()],
    };
    Ok(run.step(invocation))
}

/// The file that lists all others of the bindings with their digests.
fn list_of_bindings(target: &Target<'_>) -> AbsPath {
    target.dir.join(BINDINGS).join("bindings.txt")
}

fn compile(
    target: &Target<'_>,
    module: &go_mod::Module,
    description: &Step,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Step, Box<Diagnostic>> {
    let tinygo = steps::found(probed, &TINYGO)?;
    let go = steps::found(probed, &GO_FOR_TINYGO)?;
    let core = layout.work(target.name).join("core.wasm");
    // Names of functions stay in the module for backtraces; `-no-debug` takes out what makes it seven times as large and the
    // build half as slow again. TinyGo's other levels of optimisation are slower to build and no faster to run, so both profiles
    // are built alike.
    let tinygo_on = |command: &str| {
        in_folders_of(tinygo, Invocation::new(&TINYGO, tinygo, &target.dir).prepend_path(&go.path.parent()))
            .arg(command)
            .joined("-target=", &description.outputs[0])
    };
    let invocation = tinygo_on("build").args(["-no-debug", "-o"]).arg(&core).arg(".");

    let mut inputs = go_sources::inputs(&target.dir, module);
    inputs.push(Input::File(list_of_bindings(target)));
    inputs.extend(steps::outputs_of(description));
    let run = Run {
        id: format!("{}/tinygo", target.name),
        subject: steps::component(target.name),
        title: "tinygo build",
        inputs,
        outputs: vec![core],
        versions: vec![tinygo.says.clone(), go.says.clone()],
    };
    let discovery = Some(go_sources::discovery(tinygo_on("list"), &target.dir));
    Ok(Step { discovery, keep: Keep::Stored, ..run.step(invocation) })
}

fn in_folders_of(tinygo: &FoundTool, invocation: Invocation) -> Invocation {
    match tinygo.found_in {
        FoundIn::Cache => compiler::in_its_folders(invocation, &compiler::root_of(tinygo)),
        // It knows where its own files lie.
        FoundIn::Path | FoundIn::Variable => invocation.env("GOTOOLCHAIN", "local").env("GOWORK", "off"),
    }
}
