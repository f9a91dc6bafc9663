//! Zig components, and the installation of the compiler.
//!
//! A component begins in `src/main.zig`, which defines the functions that its world exports: `main` if that is `wasi:cli/run`
//! alone, `wasihttp_handle` if it answers HTTP. The bindings are those in C, which `@cImport` reads; conjoin generates them into the
//! project's folder `bindings/` for editors and once more for the build, where no comment of the WIT counts. One run of zig compiles them
//! and links the core module, which becomes a component by way of the adapter.
//!
//! Which files zig has read, it does not tell: all in `src/` count, and headers anywhere in the project.
//!
//! | file | what it does |
//! |---|---|
//! | `compiler` | how zig is run |
//! | `messages` | what zig says of mistakes |
//! | `program` | how zig is installed |

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Hint, Input, Keep, Layout, Made, ProbeResults, Profile, Reading, Step, Takes, Target, Tool, Toolchain,
    WrittenFile,
};
use conjoin_wit::{Adapter, Dialect};

mod compiler;
mod language;
mod messages;
mod program;

use crate::{
    c_bindings::{self, BINDINGS, bridge, stem},
    steps::{self, Run},
};
use compiler::Module;
use program::ZIG;

/// The language in messages about bindings.
const LANGUAGE: &str = "Zig";

/// Where a component begins.
const ROOT: &str = "src/main.zig";

/// What zig itself writes into a project when it is run by hand.
const NOT_BUILT: &[&str] = &[BINDINGS, ".zig-cache", "zig-out", "zig-pkg"];

const HINTS: &[Hint] = &[
    Hint {
        when: "undefined symbol: exports_",
        say: "The world exports a function that the component does not define: write an `export fn` of this name in `src/main.zig`, \
              with the parameters that its header in `bindings` declares.",
    },
    Hint {
        when: "undefined symbol: wasihttp_handle",
        say: "A component that answers HTTP has an `export fn wasihttp_handle`, which `bindings/wasi-http.h` declares.",
    },
    Hint {
        when: "undefined symbol: main",
        say: "A component that exports nothing but `wasi:cli/run` is a program, and needs `pub fn main` in `src/main.zig`.",
    },
    Hint {
        when: "C import failed",
        say: "`@cImport` finds the bindings as `bindings/WORLD.h`, where WORLD is the world's name with `_` for `-`, and other headers \
              from the component's folder and its folder `include`.",
    },
    Hint {
        when: "import of file outside module path",
        say: "A component in Zig is the module `src/main.zig`: what `@import` and `@embedFile` name lies in its folder `src`.",
    },
    Hint {
        when: "no module named",
        say: "conjoin reads no `build.zig`: put the sources of a package below `src`, and import its file by its path.",
    },
    Hint {
        when: "when building in single-threaded mode",
        say: "A component has one thread: do the work where the result is needed.",
    },
    Hint { when: "No space left on device", ..steps::DISK_FULL },
];

/// zig.
#[derive(Debug)]
pub(crate) struct Zig;

impl Toolchain for Zig {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_ZIG
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::ZIG] }
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&ZIG] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        vec![dir.join(ROOT)]
    }

    fn bindings(&self, target: &Target<'_>, _: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let (world, wit) = steps::write_described_world(target, layout);
        let action = c_bindings::action(LANGUAGE, wit, target.world, target.dir.join(BINDINGS));
        let (id, subject) = (format!("{}/bindings", target.name), steps::component(target.name));
        let bindings = c_bindings::step(id, subject, "generate bindings", &world, action);
        Ok(vec![world, bindings])
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        if !probed.texts.contains_key(&target.dir.join(ROOT)) {
            return Err(Box::new(no_root(target)));
        }
        let zig = steps::found(probed, &ZIG)?;
        let work = layout.work(target.name);
        let headers = work.join("generated");
        let generated = headers.join(BINDINGS);
        let (id, subject) = (|id: &str| format!("{}/{id}", target.name), steps::component(target.name));

        let (world, wit) = steps::write_bare_world(target, layout);
        let action = c_bindings::action(LANGUAGE, wit.clone(), target.world, generated.clone());
        let bindings = c_bindings::step(id("code"), subject.clone(), "generate bindings for the build", &world, action);
        let needs_main = WrittenFile::text(work.join("needs-main.c"), include_str!("../../support/zig/needs-main.c"));
        let support = steps::write(id("support"), subject.clone(), "write what refers to `main`", vec![needs_main]);

        let mut inputs = vec![
            Input::File(target.dir.join(ROOT)),
            Input::Globs {
                dir: target.dir.clone(),
                globs: vec!["src/**".to_owned(), "**/*.h".to_owned()],
                except: vec![],
                without: NOT_BUILT,
                must_match: false,
            },
        ];
        inputs.extend(steps::outputs_of(&bindings));
        let bridge = bridge(target.exports);
        let stems = [stem(target.world)].into_iter().chain(bridge.map(|bridge| bridge.stem.to_owned()));
        let mut c: Vec<AbsPath> = stems.map(|stem| generated.join(format!("{stem}.c"))).collect();
        let is_program = bridge.is_some_and(|bridge| bridge.is_program());
        if is_program {
            inputs.extend(steps::outputs_of(&support));
            c.extend(support.outputs.iter().cloned());
        }
        let core = work.join("core.wasm");
        let module = Module {
            dir: &target.dir,
            root: ROOT,
            c,
            headers: &headers,
            profile: target.profile,
            cache: work.join("zig-cache"),
            output: core.clone(),
        };
        let run = Run {
            id: id("build"),
            subject,
            title: "zig build-exe",
            inputs,
            outputs: vec![core],
            versions: vec![zig.says.clone()],
        };
        let build = Step { keep: Keep::Stored, ..run.step(compiler::build(zig, &module)) };
        let encode = steps::encode(target, wit, Made::Module(Some(Adapter::Reactor)), &build, layout);
        let support = is_program.then_some(support);
        Ok([world, bindings].into_iter().chain(support).chain([build, encode]).collect())
    }

    fn findings(&self, output: &str) -> Reading {
        messages::findings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn varies(&self, profile: Profile) -> Option<&'static str> {
        (profile == Profile::Dev).then_some(steps::HOLDS_PATHS)
    }

    fn takes(&self) -> Takes {
        Takes { disk: 10, memory: 350 }
    }
}

fn no_root(target: &Target<'_>) -> Diagnostic {
    Diagnostic::error("zig::no-main", format!("component `{}` has no `{ROOT}` in its folder", target.name))
        .note("a component written in Zig begins in that file")
        .hint("`path = \"...\"` in conjoin.toml names the folder if it is another one")
}
