//! The standard library of Rust for `wasm32-wasip2`, installed by rustup.
//!
//! It lands in the user's own toolchain, the one that is active in the app's folder: the one thing here that changes anything
//! outside of the cache folder.

use crate::rust::{RUST_TARGET, RUSTC, RUSTUP};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Expectation, Input, Invocation, Layout, ProbeResults, Provider, Step, Subject, Tool, WrittenFile,
};

use crate::{
    rust::{HELLO, PLATFORM},
    steps::{self, Run},
};

/// `rustup target add`.
#[derive(Debug)]
pub(crate) struct RustupTarget;

impl Provider for RustupTarget {
    fn name(&self) -> &'static str {
        "rustup"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&RUSTUP, &RUSTC] }
    }

    fn changes_elsewhere(&self) -> Option<&'static str> {
        Some("adds the target wasm32-wasip2 to the Rust toolchain that is active in the app's folder")
    }

    fn takes(&self) -> u64 {
        200
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let rustup = steps::found(probed, &RUSTUP)?;
        let rustc = steps::found(probed, &RUSTC)?;
        let subject = Subject::Installation(&RUST_TARGET);
        let proof = layout.toolchain("rust-target-1");
        let source = proof.join("hello.rs");
        let hello = proof.join("hello.wasm");

        let add = Run {
            id: "rust-target/rustup".to_owned(),
            subject: subject.clone(),
            title: "rustup target add",
            inputs: vec![],
            // What it adds lies in rustup's own folder, so there is nothing to declare, and it is asked each time.
            outputs: vec![],
            versions: vec![rustup.says.clone(), rustc.says.clone()],
        }
        .step(Invocation::new(&RUSTUP, rustup, &layout.app).args(["target", "add", PLATFORM]));

        let write = steps::write(
            "rust-target/hello".to_owned(),
            subject.clone(),
            "write a program that says hello",
            vec![WrittenFile::text(source.clone(), HELLO)],
        );

        let compile = Run {
            id: "rust-target/compile".to_owned(),
            subject,
            title: "compile it",
            inputs: vec![Input::Step(add.id.clone()), Input::File(source.clone())],
            outputs: vec![hello.clone()],
            versions: vec![rustc.says.clone()],
        }
        .step(
            Invocation::new(&RUSTC, rustc, &layout.app)
                .args(["--edition", "2024", "--target", PLATFORM, "-o"])
                .arg(&hello)
                .arg("--")
                .arg(&source),
        );

        let prove = steps::prove(
            "rust-target/prove".to_owned(),
            &RUST_TARGET,
            hello,
            Expectation::Prints("hello\n".to_owned()),
            proof.join("proven"),
        );
        Ok(vec![add, write, compile, prove])
    }
}
