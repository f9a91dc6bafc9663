//! clang and its linker for WebAssembly, from Debian's packages.

use crate::debian::{APT_GET, DPKG_DEB};
use crate::system::{FIND, LN, RM, XARGS};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, FoundIn, FoundTool, Invocation, Layout, Locate, Probe, ProbeResults, Provider, Step, Subject, Tool,
    ToolSpec, Window, WrittenFile,
};

use crate::{
    debian::{self, PackageSet},
    steps::{self, Run, after, complete},
};

/// Names everything that the result depends on; the last number counts changes of the steps.
const RECIPE: &str = "clang-19-1";
const PROGRAM: &str = "usr/lib/llvm-19/bin/clang";
/// The folder of the linker.
const LINKER: &str = "usr/bin";
/// Where LLVM looks for its libraries.
const LIBRARIES: &str = "usr/lib/llvm-19/lib";

const PACKAGES: [&str; 6] = ["clang-19", "libclang-common-19-dev", "libclang-cpp19", "libllvm19", "libz3-4", "lld-19"];

/// The compiler.
pub(crate) static CLANG: ToolSpec = ToolSpec {
    variable: "CONJOIN_CLANG",
    locate: Locate::Path { names: &["clang-19", "clang"], cached: Some((RECIPE, PROGRAM)) },
    probe: Probe::Run { args: &["--version"], after: "clang version " },
    window: Window {
        at_least: (19, 0, 0),
        below: Some((20, 0, 0)),
        because: "the C++ library for WASI that conjoin installs is that of LLVM 19",
    },
    providers: &[&FromDebian],
    by_hand: "install the packages clang-19 and lld-19 of your system",
    ..ToolSpec::new("clang", "clang")
};

/// Debian's packages.
#[derive(Debug)]
struct FromDebian;

impl Provider for FromDebian {
    fn name(&self) -> &'static str {
        "Debian packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&APT_GET, &DPKG_DEB, &FIND, &XARGS, &LN, &RM] }
    }

    fn takes(&self) -> u64 {
        450
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        debian::reads()
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let multiarch = debian::multiarch().ok_or_else(|| {
            Box::new(
                Diagnostic::error("clang::machine", "conjoin can install clang on x86-64 and ARM64 only")
                    .hint("install clang 19 with its lld by hand, and name the program in CONJOIN_CLANG"),
            )
        })?;
        let root = layout.toolchain(RECIPE);
        let work = root.join("work");
        let subject = Subject::Installation(&CLANG);
        let run = |name: &str, title, inputs, outputs| Run {
            id: format!("clang/{name}"),
            subject: subject.clone(),
            title,
            inputs,
            outputs,
            versions: vec![],
        };
        let mut all = debian::steps(
            &PackageSet {
                id: "clang",
                subject: subject.clone(),
                suite: "bookworm",
                packages: &PACKAGES,
                explained_by: None,
                work: work.join("apt"),
                prefix: root.clone(),
            },
            probed,
        )?;

        let link = Invocation::new(&LN, steps::found(probed, &LN)?, &root)
            .args(["-sf", "--"])
            .args(["libLLVM.so.19.1", "libz3.so.4"].map(|name| format!("../../{multiarch}/{name}")))
            .arg(root.join(LIBRARIES));
        let unpacked = all.last().map(after).into_iter().collect();
        let link = run("library", "put LLVM's libraries together", unpacked, vec![]).step(link);

        let write = steps::write(
            "clang/hello".to_owned(),
            subject.clone(),
            "write a component that says hello",
            vec![
                WrittenFile::text(work.join("hello.c"), include_str!("../../support/clang/hello.c")),
                WrittenFile::text(work.join("wit/hello.wit"), crate::HELLO_WIT),
            ],
        );
        let program = root.join(PROGRAM);
        let clang = FoundTool { path: program, version: (19, 0, 0), says: String::new(), found_in: FoundIn::Cache };
        let core = work.join("core.wasm");
        let compile = Invocation::new(&CLANG, &clang, &work)
            .prepend_path(&linker_of(&clang))
            .args(["--no-default-config", "--target=wasm32", "-nostdlib", "-Wl,--no-entry", "hello.c", "-o"])
            .arg(&core);
        let inputs = vec![after(&link), after(&write)];
        let compile = run("compile", "compile it", inputs, vec![core]).step(compile);
        let proof = steps::prove_module(("clang", &CLANG), &compile, work.join("wit"));

        let rm = Invocation::new(&RM, steps::found(probed, &RM)?, &root)
            .args(["-rf", "--"])
            .args(["work", "usr/share", "usr/lib/cmake"].map(|folder| root.join(folder)));
        let remove =
            run("remove", "remove what is not needed any more", proof.last().map(after).into_iter().collect(), vec![]);
        let remove = remove.step(rm);
        let complete = complete("clang", &CLANG, &root, &remove);
        all.extend([link, write, compile]);
        all.extend(proof);
        all.extend([remove, complete]);
        Ok(all)
    }
}

/// The folder with the linker of the clang that conjoin has installed.
pub(super) fn linker_of(clang: &FoundTool) -> AbsPath {
    steps::recipe_of(clang, PROGRAM).join(LINKER)
}
