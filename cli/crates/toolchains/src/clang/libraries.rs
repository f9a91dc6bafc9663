//! The standard libraries of C and C++ for WASI, from Debian's packages.

use crate::clang::CLANG;
use crate::debian::{APT_GET, DPKG_DEB};
use crate::system::{FIND, RM, XARGS};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Input, Invocation, Layout, Locate, Probe, ProbeResults, Profile, Provider, Step, Subject, Tool, ToolSpec,
    Window, WrittenFile,
};

use super::{compiler::Compiler, language};
use crate::{
    c_bindings::{self, BINDINGS},
    debian::{self, PackageSet},
    steps::{self, Run, after, complete},
};

/// Names everything that the result depends on; the last number counts changes of the steps.
const RECIPE: &str = "wasi-libc-19-1";
const COMPLETE: &str = "complete";

/// The folder below the recipe's that clang calls its sysroot.
pub(super) const SYSROOT: &str = "usr";
/// What compiled code calls where WebAssembly has no instruction.
pub(super) const BUILTINS: &str = "usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a";

const PACKAGES: [&str; 4] =
    ["libc++-19-dev-wasm32", "libc++abi-19-dev-wasm32", "libclang-rt-19-dev-wasm32", "wasi-libc"];

/// The libraries.
pub(crate) static WASI_LIBC: ToolSpec = ToolSpec {
    variable: "CONJOIN_WASI_LIBC",
    locate: Locate::Cache { recipe: RECIPE, file: COMPLETE },
    probe: Probe::Fixed((19, 1, 7)),
    window: Window {
        at_least: (19, 0, 0),
        below: Some((20, 0, 0)),
        because: "every component is linked with them, and they do not come with clang",
    },
    providers: &[&FromDebian],
    by_hand: "unpack Debian's packages wasi-libc, libc++-19-dev-wasm32, libc++abi-19-dev-wasm32 and \
              libclang-rt-19-dev-wasm32 into a folder, and name any file beside its `usr` in CONJOIN_WASI_LIBC",
    ..ToolSpec::new("wasi-libc", "wasi-libc and libc++")
};

/// Debian's packages.
#[derive(Debug)]
struct FromDebian;

impl Provider for FromDebian {
    fn name(&self) -> &'static str {
        "Debian packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&CLANG, &APT_GET, &DPKG_DEB, &FIND, &XARGS, &RM] }
    }

    fn takes(&self) -> u64 {
        60
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        debian::reads()
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let root = layout.toolchain(RECIPE);
        let work = root.join("work");
        let subject = Subject::Installation(&WASI_LIBC);
        let mut all = debian::steps(
            &PackageSet {
                id: "wasi-libc",
                subject: subject.clone(),
                suite: "bookworm",
                packages: &PACKAGES,
                explained_by: None,
                work: work.join("apt"),
                prefix: root.clone(),
            },
            probed,
        )?;
        let clang = steps::found(probed, &CLANG)?;
        let hello = Hello { compiler: Compiler { clang, libraries: root.clone() }, subject: subject.clone(), work };
        let proof = hello.steps(all.last().map(after).as_ref());

        let rm = Invocation::new(&RM, steps::found(probed, &RM)?, &root)
            .args(["-rf", "--"])
            .args(["work", "usr/share"].map(|folder| root.join(folder)));
        let inputs = proof.last().map(after).into_iter().collect();
        let remove = hello.run("remove", "remove what is not needed any more", inputs, vec![]).step(rm);
        let complete = complete("wasi-libc", &WASI_LIBC, &root, &remove);
        all.extend(proof);
        all.extend([remove, complete]);
        Ok(all)
    }
}

/// The component that proves the libraries.
struct Hello<'a> {
    compiler: Compiler<'a>,
    subject: Subject,
    work: AbsPath,
}

impl Hello<'_> {
    fn run<'t>(&self, name: &str, title: &'t str, inputs: Vec<Input>, outputs: Vec<AbsPath>) -> Run<'t> {
        let (id, subject) = (format!("wasi-libc/{name}"), self.subject.clone());
        Run { id, subject, title, inputs, outputs, versions: vec![] }
    }

    fn steps(&self, unpacked: Option<&Input>) -> Vec<Step> {
        let wit = self.work.join("wit");
        let write = steps::write(
            "wasi-libc/hello".to_owned(),
            self.subject.clone(),
            "write a component that says hello",
            vec![
                WrittenFile::text(self.work.join("hello.cpp"), include_str!("../../support/clang/hello.cpp")),
                WrittenFile::text(wit.join("hello.wit"), crate::HELLO_WIT),
            ],
        );
        let bindings = self.bindings(&write, wit.clone());
        let compile = |source: &str, language, title| {
            let object = self.work.join(format!("{}.o", source.replace('/', "-")));
            let compile = self.compiler.compile((&self.work, source), language, Profile::Release, &[]);
            let inputs = unpacked.cloned().into_iter().chain([after(&write), after(&bindings)]).collect();
            let run = self.run(source, title, inputs, vec![object.clone()]);
            run.step(compile.arg("-o").arg(object))
        };
        let source = compile("hello.cpp", &language::CPP, "compile it");
        let glue = compile("bindings/hello.c", &language::C, "compile its bindings");
        let objects = [source.outputs[0].clone(), glue.outputs[0].clone()];
        let core = self.work.join("core.wasm");
        let link = self.compiler.link((&objects, &core), &language::CPP, Profile::Release);
        let inputs = objects.iter().cloned().map(Input::File).collect();
        let link = self.run("link", "link it", inputs, vec![core]).step(link);
        let [encode, prove] = steps::prove_module(("wasi-libc", &WASI_LIBC), &link, wit);
        vec![write, bindings, source, glue, link, encode, prove]
    }

    fn bindings(&self, write: &Step, wit: AbsPath) -> Step {
        let action = c_bindings::action("C and C++", wit, "hello", self.work.join(BINDINGS));
        c_bindings::step("wasi-libc/bindings".to_owned(), self.subject.clone(), "generate its bindings", write, action)
    }
}
