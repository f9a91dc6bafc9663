//! How zig is run: as the compiler and linker of modules for WASI.

use conjoin_plan::{AbsPath, FoundIn, FoundTool, Invocation, Profile};

use super::program::{self, ZIG};

/// Folders of headers that are meant for programs of the machine itself.
const PATHS_OF_THE_MACHINE: [&str; 2] = ["CPATH", "C_INCLUDE_PATH"];

/// What is compiled to one module.
pub(super) struct Module<'a> {
    /// The folder of the project.
    pub(super) dir: &'a AbsPath,
    /// The file in Zig in which it begins, relative to `dir`.
    pub(super) root: &'a str,
    /// Files in C that belong to it.
    pub(super) c: Vec<AbsPath>,
    /// Where headers are looked for, before the project.
    pub(super) headers: &'a AbsPath,
    pub(super) profile: Profile,
    /// Where zig keeps what it has compiled.
    pub(super) cache: AbsPath,
    /// The module.
    pub(super) output: AbsPath,
}

/// Compiles and links `module` by `zig`.
///
/// A program is linked like a library, too: the linker would have every export of a command run the destructors at its end.
pub(super) fn build(zig: &FoundTool, module: &Module<'_>) -> Invocation {
    let invocation = Invocation::new(&ZIG, zig, module.dir);
    let invocation = PATHS_OF_THE_MACHINE.into_iter().fold(invocation, Invocation::env_remove);
    let mut invocation = invocation.args(["build-exe", "-target", "wasm32-wasi", "-mexec-model=reactor", "-lc"]);
    invocation = match module.profile {
        Profile::Dev => invocation.args(["-O", "Debug"]),
        Profile::Release => invocation.args(["-O", "ReleaseSmall", "-fstrip"]),
    };
    // What the generator writes in C counts from null pointers where a list is empty, which the checks would refuse; and what protects
    // the stack of such code would ask for random numbers when an instance starts.
    invocation = invocation.args(["-fno-sanitize-c", "-fno-stack-protector", "--name", "component"]);
    invocation = invocation.arg("-I").arg(module.headers).args(["-I.", "-Iinclude"]);
    invocation = invocation.args(&module.c).arg(module.root).arg("--cache-dir").arg(&module.cache);
    if zig.found_in == FoundIn::Cache {
        // The C library is there since the installation.
        invocation = invocation.arg("--global-cache-dir").arg(program::cache_of(zig));
    }
    invocation.joined("-femit-bin=", &module.output)
}
