//! How clang is run: as the compiler and as the linker of modules for WASI.

use crate::clang::CLANG;
use conjoin_manifest::Language;
use conjoin_plan::{AbsPath, FoundIn, FoundTool, Invocation, Profile};

use super::{language::CPP, libraries, program};

/// Folders of headers that are meant for programs of the machine itself.
const PATHS_OF_THE_MACHINE: [&str; 3] = ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"];

/// clang with the libraries that were found.
#[derive(Clone)]
pub(super) struct Compiler<'a> {
    pub(super) clang: &'a FoundTool,
    /// The folder of the libraries.
    pub(super) libraries: AbsPath,
}

impl Compiler<'_> {
    /// Compiles `source`, a path relative to `cwd`, which looks for headers in `folders` first; its output is to follow.
    ///
    /// `-g` makes a trap name files and lines, and with the names of functions a component several times as large. `-O0` makes it
    /// larger still, and `-Oz` no smaller than `-O2`.
    pub(super) fn compile(
        &self,
        (cwd, source): (&AbsPath, &str),
        language: Language,
        profile: Profile,
        folders: &[&AbsPath],
    ) -> Invocation {
        let mut invocation = self.clang(cwd);
        invocation = match profile {
            Profile::Dev => invocation.args(["-O1", "-g", "-fdebug-compilation-dir=."]),
            Profile::Release => invocation.args(["-O2", "-DNDEBUG"]),
        };
        invocation = if language == &CPP {
            // Debian's libc++abi can unwind no stack.
            invocation.args(["-std=gnu++20", "-fno-exceptions"])
        } else {
            invocation.arg("-std=gnu17")
        };
        for folder in folders {
            invocation = invocation.joined("-I", folder);
        }
        invocation.args(["-I.", "-Iinclude", "-c", source])
    }

    /// Links `objects` to the module `output`.
    ///
    /// Where an `-O` stands here, clang 19 starts any wasm-opt that it finds on PATH.
    pub(super) fn link(
        &self,
        (objects, output): (&[AbsPath], &AbsPath),
        language: Language,
        profile: Profile,
    ) -> Invocation {
        let mut invocation = self.clang(&output.parent()).args([
            "-mexec-model=reactor",
            "-nodefaultlibs",
            // An overflow of the stack traps instead of writing over data.
            "-Wl,--stack-first,-z,stack-size=1048576",
        ]);
        if profile == Profile::Release {
            invocation = invocation.arg("-Wl,--strip-all");
        }
        invocation = invocation.args(objects);
        if language == &CPP {
            invocation = invocation.args(["-lc++", "-lc++abi"]);
        }
        invocation.arg("-lc").arg(self.libraries.join(libraries::BUILTINS)).arg("-o").arg(output)
    }

    fn clang(&self, cwd: &AbsPath) -> Invocation {
        let mut invocation = Invocation::new(&CLANG, self.clang, cwd);
        if self.clang.found_in == FoundIn::Cache {
            invocation = invocation.prepend_path(&program::linker_of(self.clang));
        }
        for name in PATHS_OF_THE_MACHINE {
            invocation = invocation.env_remove(name);
        }
        invocation
            .args(["--no-default-config", "--target=wasm32-wasi"])
            .joined("--sysroot=", &self.libraries.join(libraries::SYSROOT))
    }
}
