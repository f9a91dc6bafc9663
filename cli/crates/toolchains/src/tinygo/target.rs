//! The platform that TinyGo compiles for: its `wasip2` up to the core module, from which conjoin makes the component.
//!
//! TinyGo's own description cannot be used: with it, TinyGo calls a foreign program to make a component of a world of its own.

use conjoin_plan::{FoundIn, FoundTool};
use serde::Serialize;

use super::compiler;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Description {
    llvm_target: &'static str,
    cpu: &'static str,
    features: &'static str,
    build_tags: [&'static str; 2],
    buildmode: &'static str,
    goos: &'static str,
    goarch: &'static str,
    linker: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    libc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtlib: Option<&'static str>,
    gc: &'static str,
    scheduler: &'static str,
    default_stack_size: u32,
    cflags: [&'static str; 5],
    ldflags: Vec<String>,
    extra_files: [&'static str; 1],
}

/// The description for a TinyGo that was found on the machine.
pub(super) fn description(tinygo: &FoundTool) -> String {
    match tinygo.found_in {
        FoundIn::Cache => with_libraries(),
        // A released TinyGo brings the sources of both libraries and compiles them when it needs them.
        FoundIn::Path | FoundIn::Variable => text(Some("wasmbuiltins"), Some("compiler-rt"), &[]),
    }
}

/// The description for the TinyGo that conjoin installs, which links the two libraries as Debian has compiled them. They are named from
/// TinyGo's own folder, so that nothing depends on where the cache folder is.
pub(super) fn with_libraries() -> String {
    let libraries = [compiler::BUILTINS, compiler::LIBC].map(|library| format!("{{root}}/../{library}"));
    text(None, None, &libraries)
}

fn text(libc: Option<&'static str>, rtlib: Option<&'static str>, libraries: &[String]) -> String {
    let mut ldflags: Vec<String> = ["--stack-first", "--no-demangle", "--no-entry"].map(str::to_owned).to_vec();
    ldflags.extend_from_slice(libraries);
    let description = Description {
        llvm_target: "wasm32-unknown-wasi",
        cpu: "generic",
        features: "+bulk-memory,+mutable-globals,+nontrapping-fptoint,+sign-ext,-multivalue,-reference-types",
        build_tags: ["tinygo.wasm", "wasip2"],
        buildmode: "c-shared",
        goos: "linux",
        goarch: "arm",
        linker: "wasm-ld",
        libc,
        rtlib,
        // The precise collector does not find addresses inside of variants, because bindings store those as bytes.
        gc: "conservative",
        scheduler: "asyncify",
        default_stack_size: 65_536,
        cflags: ["-mbulk-memory", "-mnontrapping-fptoint", "-mno-multivalue", "-mno-reference-types", "-msign-ext"],
        ldflags,
        extra_files: ["src/runtime/asm_tinygowasm.S"],
    };
    serde_json::to_string_pretty(&description).expect("it is made of text and numbers only")
}
