//! Builds TinyGo from its Go module, against the LLVM of Debian's packages.

use crate::debian::{APT_GET, DPKG_DEB};
use crate::system::{CP, FIND, LN, RM, XARGS};
use crate::tinygo::{CXX, GO_FOR_TINYGO, TINYGO};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Action, EncodeAction, Expectation, FoundTool, Input, Invocation, Keep, Layout, Made, ProbeResults,
    Provider, Step, StepId, Subject, Tool, WrittenFile,
};

use super::{
    programs::{built, forget, go},
    target,
};
use crate::{
    debian::{self, PackageSet},
    steps::{self, Run, after, complete},
};

/// Names everything that the result depends on; the last number counts changes of the steps.
pub(super) const RECIPE: &str = "tinygo-0.41.1-llvm-19-1";
pub(super) const PROGRAM: &str = "tinygoroot/bin/tinygo";

/// Compiled parts of C libraries that a component can need, below the recipe's folder.
pub(super) const BUILTINS: &str = "usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a";
/// See [`BUILTINS`].
pub(super) const LIBC: &str = "usr/lib/wasm32-wasi/libc.a";

pub(super) const HELLO_WIT: &str = include_str!("../../support/tinygo/hello/wit/hello.wit");
pub(super) const CLI_WIT: &str = include_str!("../../support/tinygo/hello/wit/deps/cli.wit");

const MODULE: &str = "github.com/tinygo-org/tinygo";
const MODULE_FOLDER: &str = "github.com/tinygo-org/tinygo@v0.41.1";
/// Below it lies what TinyGo reads while it works, and its program.
const TINYGO_ROOT: &str = "tinygoroot";
const LLVM: &str = "usr/lib/llvm-19";

const PACKAGES: [&str; 12] = [
    "binaryen",
    "clang-19",
    "libclang-19-dev",
    "libclang-common-19-dev",
    "libclang-cpp19",
    "libclang-rt-19-dev-wasm32",
    "libclang1-19",
    "libllvm19",
    "libz3-4",
    "lld-19",
    "llvm-19-dev",
    "wasi-libc",
];

/// What is only needed to build TinyGo.
const REMOVED: [&str; 8] = [
    "work",
    "usr/include",
    "usr/share",
    "usr/lib/cmake",
    "usr/lib/llvm-19/build",
    "usr/lib/llvm-19/cmake",
    "usr/lib/llvm-19/include",
    "usr/lib/llvm-19/lib/cmake",
];

/// The Go module proxy and Debian's packages.
#[derive(Debug)]
pub(super) struct FromSources;

impl Provider for FromSources {
    fn name(&self) -> &'static str {
        "the Go module proxy and Debian packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&GO_FOR_TINYGO, &CXX, &APT_GET, &DPKG_DEB, &FIND, &XARGS, &CP, &LN, &RM] }
    }

    fn takes(&self) -> u64 {
        2_000
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        debian::reads()
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let recipe = Recipe::new(probed, layout)?;
        let mut packages = debian::steps(
            &PackageSet {
                id: "tinygo",
                subject: recipe.subject.clone(),
                suite: "bookworm",
                packages: &PACKAGES,
                explained_by: None,
                work: recipe.work.join("apt"),
                prefix: recipe.root.clone(),
            },
            probed,
        )?;
        let unpack = packages.last().map(after).into_iter().collect();
        let library = recipe.link_library(unpack)?;
        let write = recipe.write();
        let forget = forget("tinygo", &TINYGO, &recipe.modules(), (probed, &write))?;
        let fetch = recipe.fetch(&forget)?;
        let copy = recipe.copy(&fetch, &write)?;
        let build = recipe.build(&library, &fetch)?;
        let compile = recipe.compile_hello(&[&build, &copy, &write])?;
        let encode = recipe.encode_hello(&compile);
        let prove = steps::prove(
            "tinygo/prove".to_owned(),
            &TINYGO,
            recipe.hello.join("hello.wasm"),
            Expectation::Prints("hello\n".to_owned()),
            recipe.hello.join("proven"),
        );
        let archives = recipe.remove_archives(&prove)?;
        let remove = recipe.remove(&archives)?;
        let complete = complete("tinygo", &TINYGO, &recipe.root, &remove);
        packages
            .extend([library, write, forget, fetch, copy, build, compile, encode, prove, archives, remove, complete]);
        Ok(packages)
    }
}

/// The folders of an installation, and how its steps are named.
struct Recipe<'a> {
    probed: &'a ProbeResults,
    subject: Subject,
    root: AbsPath,
    work: AbsPath,
    hello: AbsPath,
    multiarch: &'static str,
}

impl<'a> Recipe<'a> {
    fn new(probed: &'a ProbeResults, layout: &Layout) -> Result<Self, Box<Diagnostic>> {
        let multiarch = debian::multiarch().ok_or_else(|| {
            Box::new(
                Diagnostic::error("tinygo::machine", "conjoin can install TinyGo on x86-64 and ARM64 only")
                    .hint("install TinyGo by hand: https://tinygo.org/getting-started/install"),
            )
        })?;
        let root = layout.toolchain(RECIPE);
        let work = root.join("work");
        let hello = work.join("hello");
        Ok(Self { probed, subject: Subject::Installation(&TINYGO), root, work, hello, multiarch })
    }

    /// A step without outputs, so that it is carried out in every attempt, as far as that is cheap.
    fn run(&self, name: &str, title: &'static str, inputs: Vec<Input>, invocation: Invocation) -> Step {
        let (id, subject) = (format!("tinygo/{name}"), self.subject.clone());
        Run { id, subject, title, inputs, outputs: vec![], versions: vec![] }.step(invocation)
    }

    fn invocation(&self, tool: Tool) -> Result<Invocation, Box<Diagnostic>> {
        Ok(Invocation::new(tool, steps::found(self.probed, tool)?, &self.root))
    }

    fn modules(&self) -> AbsPath {
        self.work.join("modules")
    }

    /// LLVM looks for this library beside its own.
    fn link_library(&self, inputs: Vec<Input>) -> Result<Step, Box<Diagnostic>> {
        let link = self
            .invocation(&LN)?
            .args(["-sf", "--"])
            .arg(format!("../../{}/libz3.so.4", self.multiarch))
            .arg(self.root.join(LLVM).join("lib/libz3.so.4"));
        Ok(self.run("library", "put LLVM's libraries together", inputs, link))
    }

    fn write(&self) -> Step {
        let text = |path: AbsPath, text: &str| WrittenFile::text(path, text);
        let module = self.work.join("module");
        steps::write(
            "tinygo/write".to_owned(),
            self.subject.clone(),
            "write modules for it",
            vec![
                text(module.join("go.mod"), include_str!("../../support/tinygo/compiler/go.mod")),
                text(module.join("go.sum"), include_str!("../../support/tinygo/compiler/go.sum")),
                // A folder that TinyGo looks into, and that its module lacks.
                text(
                    self.root.join(TINYGO_ROOT).join("src/net/README"),
                    "TinyGo's package net is not part of its module.\n",
                ),
                text(self.hello.join("target.json"), &target::with_libraries()),
                text(self.hello.join("go.mod"), include_str!("../../support/tinygo/hello/go.mod")),
                text(self.hello.join("main.go"), include_str!("../../support/tinygo/hello/main.go")),
                text(self.hello.join("wit/hello.wit"), HELLO_WIT),
                text(self.hello.join("wit/deps/cli.wit"), CLI_WIT),
            ],
        )
    }

    /// Downloads exactly the modules that the build needs, while the packages are downloaded.
    fn fetch(&self, forget: &Step) -> Result<Step, Box<Diagnostic>> {
        let list = go(self.probed, &self.work.join("module"), &self.modules())?.env("CGO_ENABLED", "1").args([
            "list",
            "-deps",
            "-tags=llvm19",
            MODULE,
        ]);
        Ok(self.run("fetch", "fetch its modules", vec![after(forget)], list))
    }

    fn copy(&self, fetch: &Step, write: &Step) -> Result<Step, Box<Diagnostic>> {
        let module = self.modules().join(MODULE_FOLDER);
        let copy = self
            .invocation(&CP)?
            .args(["-r", "--"])
            .args(["src", "targets", "lib", "LICENSE"].map(|name| module.join(name)))
            .arg(self.root.join(TINYGO_ROOT));
        Ok(self.run("copy", "copy its sources", vec![after(fetch), after(write)], copy))
    }

    fn build(&self, library: &Step, fetch: &Step) -> Result<Step, Box<Diagnostic>> {
        let llvm = self.root.join(LLVM);
        let cxx = steps::found(self.probed, &CXX)?;
        let mut build = go(self.probed, &self.work.join("module"), &self.modules())?
            .env("CGO_ENABLED", "1")
            .env("CXX", &cxx.path)
            .env("CGO_CXXFLAGS", "-O1")
            .env("CPATH", llvm.join("include"))
            .env("LIBRARY_PATH", llvm.join("lib"))
            .env("CGO_LDFLAGS", "-Wl,-rpath,$ORIGIN/../../usr/lib/llvm-19/lib");
        if cxx.path.file_name().contains("clang") {
            build = build.env("CC", "clang");
        }
        let build =
            build.args(["build", "-trimpath", "-tags=llvm19", "-ldflags=-s -w", "-o"]).arg(self.program()).arg(MODULE);
        Ok(self.run("build", "go build", vec![after(library), after(fetch)], build))
    }

    fn program(&self) -> AbsPath {
        self.root.join(PROGRAM)
    }

    fn compile_hello(&self, needs: &[&Step]) -> Result<Step, Box<Diagnostic>> {
        let go = steps::found(self.probed, &GO_FOR_TINYGO)?;
        let tinygo = built(&self.program(), (0, 41, 1));
        let build = Invocation::new(&TINYGO, &tinygo, &self.hello).prepend_path(&go.path.parent());
        let build = in_its_folders(build, &self.root)
            .arg("build")
            .joined("-target=", &self.hello.join("target.json"))
            .args(["-no-debug", "-o"])
            .arg(self.hello.join("core.wasm"))
            .arg(".");
        let inputs = needs.iter().map(|step| after(step)).collect();
        let mut step = self.run("compile", "compile a program that says hello", inputs, build);
        step.outputs = vec![self.hello.join("core.wasm")];
        Ok(step)
    }

    fn encode_hello(&self, compile: &Step) -> Step {
        let output = self.hello.join("hello.wasm");
        Step {
            id: StepId("tinygo/encode".to_owned()),
            subject: self.subject.clone(),
            title: "make it a component".to_owned(),
            action: Action::Encode(EncodeAction {
                module: self.hello.join("core.wasm"),
                wit: self.hello.join("wit"),
                world: "hello".to_owned(),
                made: Made::Module(None),
                strip: false,
                output: output.clone(),
            }),
            inputs: steps::outputs_of(compile).collect(),
            outputs: vec![output],
            versions: vec![],
            discovery: None,
            keep: Keep::InPlace,
        }
    }

    fn remove_archives(&self, prove: &Step) -> Result<Step, Box<Diagnostic>> {
        let find = self.invocation(&FIND)?.arg(self.root.join(LLVM).join("lib")).args([
            "-maxdepth",
            "1",
            "-name",
            "*.a",
            "-delete",
        ]);
        Ok(self.run("remove-archives", "remove LLVM's static libraries", vec![after(prove)], find))
    }

    fn remove(&self, archives: &Step) -> Result<Step, Box<Diagnostic>> {
        let remove = self.invocation(&RM)?.args(["-rf", "--"]).args(REMOVED.map(|folder| self.root.join(folder)));
        Ok(self.run("remove", "remove what was needed to build it", vec![after(archives)], remove))
    }
}

/// The folder of the recipe that has installed this program.
pub(super) fn root_of(tinygo: &FoundTool) -> AbsPath {
    steps::recipe_of(tinygo, PROGRAM)
}

/// TinyGo with the LLVM, the sources and the cache that lie with it, all before what the machine has.
pub(super) fn in_its_folders(invocation: Invocation, root: &AbsPath) -> Invocation {
    invocation
        .prepend_path(&root.join("usr/bin"))
        .prepend_path(&root.join(LLVM).join("bin"))
        .env("TINYGOROOT", root.join(TINYGO_ROOT))
        .env("XDG_CACHE_HOME", root.join("cache"))
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
}
