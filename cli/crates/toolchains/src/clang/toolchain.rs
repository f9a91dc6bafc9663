//! How clang builds a component.

use crate::clang::{CLANG, WASI_LIBC};
use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Companion, Discovery, Finding, HiddenFiles, Hint, Input, Keep, Layout, Made, ProbeResults, Profile,
    ReadList, Reading, Step, Takes, Target, Tool, Toolchain,
};
use conjoin_wit::{Adapter, Dialect};

use super::{
    compiler::Compiler,
    language, messages,
    sources::{self, FOLDER, SourceFile},
};
use crate::{
    c_bindings::{self, BINDINGS, bridge, stem},
    steps::{self, Run},
};

/// What may be included: another file of such a name changes what an `#include` means.
const HEADERS: &[&str] = &["**/*.h", "**/*.hh", "**/*.hpp", "**/*.hxx"];

const HINTS: &[Hint] = &[
    Hint {
        when: "undefined symbol: exports_",
        say: "The world exports a function that the component does not define: its header in `bindings` declares it. In C++, \
              include that header where it is defined.",
    },
    Hint {
        when: "undefined symbol: wasihttp_handle",
        say: "A component that answers HTTP defines `wasihttp_handle`, which `bindings/wasi-http.h` declares. In C++, include that \
              header where it is defined.",
    },
    Hint {
        when: "undefined symbol: main",
        say: "A component that exports nothing but `wasi:cli/run` is a program, and needs `int main(int argc, char **argv)`.",
    },
    Hint {
        when: "with exceptions disabled",
        say: "C++ components are built without exceptions, because the library for WASI cannot unwind the stack: return \
              `std::optional` or an error instead.",
    },
    Hint {
        when: "unable to execute command: Executable \"wasm-ld",
        say: "This clang has no linker for WebAssembly: install the package lld of your system in clang's version.",
    },
    Hint {
        when: "error while loading shared libraries",
        say: "A library of the system that LLVM needs is missing: install the packages libxml2 and libedit2.",
    },
    Hint { when: "No space left on device", ..steps::DISK_FULL },
];

/// clang.
#[derive(Debug)]
pub(crate) struct Clang;

impl Toolchain for Clang {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_CLANG
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::C, &language::CPP] }
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&CLANG, &WASI_LIBC] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        vec![dir.join(FOLDER)]
    }

    fn bindings(&self, target: &Target<'_>, _: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let (world, wit) = steps::write_described_world(target, layout);
        let bindings = generate(target, ("bindings", "generate bindings"), &world, wit, target.dir.join(BINDINGS));
        Ok(vec![world, bindings])
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let sources = sources::of(target, probed)?;
        let build = Build::new(target, probed, layout)?;
        let (world, wit) = steps::write_bare_world(target, layout);
        let bindings = generate(
            target,
            ("code", "generate bindings for the build"),
            &world,
            wit.clone(),
            build.generated.join(BINDINGS),
        );
        let bridge = bridge(target.exports).map(|bridge| bridge.stem.to_owned());
        let generated = [stem(target.world)].into_iter().chain(bridge);
        let mut objects: Vec<Step> = generated.map(|name| build.compile_bindings(&name, &bindings)).collect();
        objects.extend(sources.iter().map(|source| build.compile(source, &bindings)));
        let link = build.link(&objects);
        let encode = steps::encode(target, wit, Made::Module(Some(Adapter::Reactor)), &link, layout);
        Ok([world, bindings].into_iter().chain(objects).chain([link, encode]).collect())
    }

    fn findings(&self, output: &str) -> Reading {
        messages::findings(output)
    }

    fn warnings(&self, output: &str) -> Vec<Finding> {
        messages::warnings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn varies(&self, profile: Profile) -> Option<&'static str> {
        (profile == Profile::Dev).then_some(steps::HOLDS_PATHS)
    }

    fn takes(&self) -> Takes {
        Takes { disk: 10, memory: 200 }
    }

    fn companions(&self) -> &'static [Companion] {
        const {
            &[Companion {
                program: "wasm-ld-19",
                of: &CLANG,
                because: "clang starts it in every build",
                by_hand: "install the package lld-19 of your system, or take that clang off PATH and `conjoin doctor --fix`",
            }]
        }
    }
}

/// What the steps of a component share.
struct Build<'a> {
    target: &'a Target<'a>,
    compiler: Compiler<'a>,
    versions: Vec<String>,
    /// What stands above the folder of the bindings for the build.
    generated: AbsPath,
    objects: AbsPath,
}

impl<'a> Build<'a> {
    fn new(target: &'a Target<'a>, probed: &'a ProbeResults, layout: &Layout) -> Result<Self, Box<Diagnostic>> {
        let (clang, libraries) = (steps::found(probed, &CLANG)?, steps::found(probed, &WASI_LIBC)?);
        let work = layout.work(target.name);
        Ok(Self {
            target,
            compiler: Compiler { clang, libraries: libraries.path.parent() },
            versions: vec![clang.says.clone(), libraries.says.clone()],
            generated: work.join("generated"),
            objects: work.join("objects"),
        })
    }

    fn run<'t>(&self, id: &str, title: &'t str, inputs: Vec<Input>, output: AbsPath) -> Run<'t> {
        Run {
            id: format!("{}/{id}", self.target.name),
            subject: steps::component(self.target.name),
            title,
            inputs,
            outputs: vec![output],
            versions: self.versions.clone(),
        }
    }

    /// Compiles the file `name` of the bindings.
    fn compile_bindings(&self, name: &str, bindings: &Step) -> Step {
        let source = format!("{BINDINGS}/{name}.c");
        let title = format!("compile {source}");
        let object = self.objects.join(format!("{source}.o"));
        let compile = self.compiler.compile((&self.generated, &source), &language::C, self.target.profile, &[]);
        let inputs = steps::outputs_of(bindings).collect();
        let run = self.run(&source, &title, inputs, object.clone());
        Step { keep: Keep::Stored, ..run.step(compile.arg("-o").arg(object)) }
    }

    fn compile(&self, source: &SourceFile, bindings: &Step) -> Step {
        let dir = &self.target.dir;
        let object = self.objects.join(format!("{}.o", source.name));
        let depfile = self.objects.join(format!("{}.d", source.name));
        let path = format!("{FOLDER}/{}", source.name);
        let title = format!("compile {path}");
        let compile = self
            .compiler
            .compile((dir, &path), source.language, self.target.profile, &[&self.generated])
            .args(["-MMD", "-MF"])
            .arg(&depfile)
            .arg("-o")
            .arg(&object);
        let mut inputs = vec![
            Input::File(dir.join(&path)),
            // The compiler says which it has read; one more can take the place of another. The build has bindings of its own.
            Input::Names { dir: dir.clone(), globs: HEADERS, except: &[BINDINGS], unseen: HiddenFiles::Skip },
        ];
        inputs.extend(steps::outputs_of(bindings));
        let run = self.run(&source.name, &title, inputs, object);
        let discovery = Discovery { list: ReadList::DepInfo(depfile), except: vec![], packages: None };
        Step { discovery: Some(discovery), keep: Keep::Stored, ..run.step(compile) }
    }

    fn link(&self, objects: &[Step]) -> Step {
        let core = self.generated.parent().join("core.wasm");
        let inputs = objects.iter().flat_map(steps::outputs_of).collect();
        let objects: Vec<AbsPath> = objects.iter().flat_map(|step| step.outputs.iter().cloned()).collect();
        let language = self.target.language.unwrap_or(&language::C);
        let link = self.compiler.link((&objects, &core), language, self.target.profile);
        Step { keep: Keep::Stored, ..self.run("link", "link", inputs, core).step(link) }
    }
}

/// The step that generates the bindings of the world that `world` has written to `wit`, into the folder `into`.
fn generate(target: &Target<'_>, (id, title): (&str, &str), world: &Step, wit: AbsPath, into: AbsPath) -> Step {
    let action = c_bindings::action("C and C++", wit, target.world, into);
    c_bindings::step(format!("{}/{id}", target.name), steps::component(target.name), title, world, action)
}
