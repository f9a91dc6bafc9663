//! Rust components: `cargo build` for `wasm32-wasip2`, which makes a component by itself.
//!
//! The project is a package with a library of crate type `cdylib` (a component that is called) or one program (a component
//! that is run). Bindings are the project's own business: its macro reads the shared WIT.

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Complaint, Discovery, Finding, FoundIn, HiddenFiles, Hint, Input, Invocation, Keep, Layout, Packages,
    ProbeResults, Profile, Project, ReadList, Reading, Step, Takes, Target, Tool, Toolchain,
};
use conjoin_wit::Dialect;

mod language;
mod messages;
mod rustup;
mod sources;
mod tools;

pub(crate) use tools::{CARGO, RUST_TARGET, RUSTC, RUSTUP};

use crate::{
    cargo_toml::{self, Product},
    projects,
    steps::{self, Run},
};

/// The name by which rustc knows the platform.
pub(crate) const PLATFORM: &str = "wasm32-wasip2";

/// The program that proves that components can be built.
pub(crate) const HELLO: &str = include_str!("../../support/rust/hello.rs");

/// Variables that are meant for programs of the machine itself and would change a component without being part of its key.
const FLAGS_FOR_THE_MACHINE: [&str; 3] = ["CARGO_BUILD_RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"];

const HINTS: &[Hint] = &[
    Hint {
        when: "for 'rust-src' was not found",
        say: "Debian has the sources of the standard library for the versions of rustc that are listed above only: choose one of \
              them in rust-toolchain.toml, or have rustup install the target.",
    },
    Hint {
        when: "failed to download from `",
        say: "cargo cannot reach its registry: look at the network and its proxy, or run `cargo fetch` where there is one.",
    },
    Hint {
        when: "the `wasm32-wasip2` target may not be installed",
        say: "The standard library for wasm32-wasip2 is missing: `rustup target add wasm32-wasip2` in the app's folder, or \
              `conjoin doctor --fix`.",
    },
    Hint {
        when: "not all trait items implemented, missing: `",
        say: "If it is an `impl Guest`: the world exports a function that the component does not define.",
    },
    Hint {
        when: "linking with `wasm-component-ld` failed",
        say: "If the linker names an export: write `impl exports::...::Guest for ...` and name the type in `export!(...)`.",
    },
    Hint {
        when: "* `generate_all` option",
        say: "The world names interfaces of other packages: add `generate_all` to the arguments of `wit_bindgen::generate!`.",
    },
    Hint {
        when: "not found in package `",
        say: "The `world` in `wit_bindgen::generate!` has to be the component's world of the shared WIT, which is called like the \
              component unless conjoin.toml says otherwise.",
    },
    Hint {
        when: "failed to read path for WIT",
        say: "The `path` in `wit_bindgen::generate!` is relative to the component's folder and has to lead to the shared WIT, \
              usually `../wit`.",
    },
    Hint {
        when: "current package believes it's in a workspace when it's not",
        say: "The app lies inside another cargo workspace: add an empty `[workspace]` table to the component's Cargo.toml.",
    },
];

/// What cargo makes, and what of a package it reads for no component.
const NOT_BUILT: &[&str] = &["target", "tests", "benches", "examples"];

/// cargo.
#[derive(Debug)]
pub(crate) struct Rust;

impl Toolchain for Rust {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_CARGO
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::RUST] }
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
        const { &[&CARGO, &RUSTC, &RUST_TARGET] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        cargo_toml::reads(dir)
    }

    fn asked_in_place(&self) -> &'static [Tool] {
        const { &[&CARGO, &RUSTC] }
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let product = cargo_toml::product(&target.dir, probed, layout)?;
        let build = cargo_build(target, &product, probed, layout)?;
        let made = build.outputs[0].clone();
        let copy = steps::copy_artifact(target, made, layout);
        Ok(vec![build, copy])
    }

    fn for_people(&self, output: &str) -> String {
        messages::for_people(output)
    }

    fn progress(&self, line: &str) -> Option<String> {
        messages::progress(line)
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
        Takes { disk: 300, memory: 550 }
    }

    fn examines(&self, project: &Project) -> Vec<AbsPath> {
        let folders = [&project.dir, &project.app];
        folders.into_iter().flat_map(|folder| ["Cargo.toml", "Cargo.lock"].map(|name| folder.join(name))).collect()
    }

    fn examine(&self, project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
        projects::examine_cargo(project, probed)
    }
}

/// cargo in `dir`, which uses the compiler that was found and no flags that are meant for programs of the machine itself.
pub(crate) fn cargo(probed: &ProbeResults, dir: &AbsPath) -> Result<Invocation, Box<Diagnostic>> {
    let rustc = steps::found(probed, &RUSTC)?;
    let mut invocation = Invocation::new(&CARGO, steps::found(probed, &CARGO)?, dir);
    invocation.progress = messages::WITH_PROGRESS;
    for name in FLAGS_FOR_THE_MACHINE {
        invocation = invocation.env_remove(name);
    }
    match rustc.found_in {
        FoundIn::Variable | FoundIn::Cache => invocation = invocation.env("RUSTC", &rustc.path),
        FoundIn::Path => {}
    }
    Ok(invocation)
}

fn cargo_build(
    target: &Target<'_>,
    product: &Product,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Step, Box<Diagnostic>> {
    let versions = [&CARGO, &RUSTC].map(|tool| {
        let found = steps::found(probed, tool)?;
        Ok(probed.says_in(tool, &target.dir).unwrap_or(&found.says).to_owned())
    });
    let std = steps::found(probed, &RUST_TARGET)?;
    let ours = std.found_in == FoundIn::Cache;
    // cargo does not notice that crates were compiled with another standard library.
    let target_dir = layout.work(target.name).join(if ours { "target-std" } else { "target" });
    let mut invocation = cargo(probed, &target.dir)?
        .args(["build", "--target", PLATFORM, "--target-dir"])
        .arg(&target_dir)
        .args(product.selection())
        .args(["--message-format", "json"]);
    let (flag, folder) = match target.profile {
        Profile::Dev => (None, "debug"),
        Profile::Release => (Some("--release"), "release"),
    };
    invocation = invocation.args(flag);
    if ours {
        // It takes the place of a wrapper that only caches.
        invocation = invocation.env("RUSTC_WRAPPER", sources::wrapper(std));
    }
    let outputs = target_dir.join(PLATFORM).join(folder);
    let step = Run {
        id: format!("{}/cargo", target.name),
        subject: steps::component(target.name),
        title: "cargo build",
        inputs: inputs(target, probed),
        outputs: vec![outputs.join(format!("{}.wasm", product.file_stem()))],
        versions: versions.into_iter().collect::<Result<_, Box<Diagnostic>>>()?,
    }
    .step(invocation);
    Ok(Step {
        discovery: Some(Discovery {
            list: ReadList::DepInfo(outputs.join(format!("{}.d", product.file_stem()))),
            // The digest of the world stands for the shared WIT: a change of another world must not rebuild this component.
            except: vec![target.shared_wit.clone()],
            packages: Some(Packages { source: "rs", manifest: "Cargo.toml", except: NOT_BUILT }),
        }),
        keep: Keep::Stored,
        ..step
    })
}

/// Which sources there are, or all of the project if a build script may read it; what cargo reads beside them; and what a workspace
/// around the project would bring. cargo says which sources and path dependencies it has read.
fn inputs(target: &Target<'_>, probed: &ProbeResults) -> Vec<Input> {
    let dir = || target.dir.clone();
    let extent = cargo_toml::extent(&target.dir, probed);
    let sources = if extent.has_build_script {
        Input::Tree { dir: dir(), except: NOT_BUILT }
    } else {
        Input::Names { dir: dir(), globs: &["**/*.rs"], except: NOT_BUILT, unseen: HiddenFiles::Skip }
    };
    let mut inputs = vec![
        sources,
        Input::File(target.dir.join("Cargo.toml")),
        Input::OptionalFile(target.dir.join("Cargo.lock")),
        Input::Above { dir: dir(), names: &[".cargo/config.toml", ".cargo/config"] },
    ];
    if !extent.is_workspace {
        inputs.push(Input::Above { dir: dir(), names: &["Cargo.toml", "Cargo.lock"] });
    }
    inputs.push(steps::world_value(target));
    inputs
}
