//! Builds the generator of bindings: the library behind wit-bindgen-go with conjoin's own program around it.

use crate::system::RM;
use crate::tinygo::{GO_FOR_TINYGO, WIT_BINDGEN_GO};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{AbsPath, Input, Invocation, Layout, ProbeResults, Provider, Step, Subject, Tool, WrittenFile};

use super::programs::{built, forget, go};
use crate::steps::{self, Run, after, complete};

/// Names everything that the result depends on; the last number counts changes of `support/tinygo/bindings`.
pub(super) const RECIPE: &str = "wit-bindgen-go-0.7.0-5";
pub(super) const PROGRAM: &str = "bin/wit-bindgen-go";

macro_rules! source {
    ($name:literal) => {
        include_str!(concat!("../../support/tinygo/bindings/", $name))
    };
}

/// The Go module proxy.
#[derive(Debug)]
pub(super) struct FromSources;

impl Provider for FromSources {
    fn name(&self) -> &'static str {
        "the Go module proxy"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&GO_FOR_TINYGO, &RM] }
    }

    fn takes(&self) -> u64 {
        200
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let root = layout.toolchain(RECIPE);
        let work = root.join("work");
        let module = work.join("module");
        let program = root.join(PROGRAM);
        let subject = Subject::Installation(&WIT_BINDGEN_GO);
        let run = |name: &str, title, inputs, outputs| Run {
            id: format!("wit-bindgen-go/{name}"),
            subject: subject.clone(),
            title,
            inputs,
            outputs,
            versions: vec![],
        };

        let write = steps::write(
            "wit-bindgen-go/write".to_owned(),
            subject.clone(),
            "write its source",
            vec![
                WrittenFile::text(module.join("go.mod"), source!("go.mod")),
                WrittenFile::text(module.join("go.sum"), source!("go.sum")),
                WrittenFile::text(module.join("main.go"), source!("main.go")),
                WrittenFile::text(module.join("runtime/clock.go"), source!("runtime/clock.go")),
                WrittenFile::text(module.join("runtime/memory.go"), source!("runtime/memory.go")),
                WrittenFile::text(module.join("runtime/seed.go"), source!("runtime/seed.go")),
                WrittenFile::text(module.join("wasihttp/handler.go"), source!("wasihttp/handler.go")),
                WrittenFile::text(module.join("wasihttp/request.go"), source!("wasihttp/request.go")),
                WrittenFile::text(module.join("wasihttp/response.go"), source!("wasihttp/response.go")),
                WrittenFile::text(work.join("wit/hello.wit"), super::compiler::HELLO_WIT),
                WrittenFile::text(work.join("wit/deps/cli.wit"), super::compiler::CLI_WIT),
            ],
        );
        let modules = work.join("modules");
        let forget = forget("wit-bindgen-go", &WIT_BINDGEN_GO, &modules, (probed, &write))?;
        let mut sources: Vec<Input> = steps::outputs_of(&write).collect();
        sources.push(after(&forget));
        let build = run("build", "go build", sources, vec![program.clone()]).step(
            go(probed, &module, &modules)?
                .env("CGO_ENABLED", "0")
                .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
                .arg(&program)
                .arg("."),
        );
        let itself = built(&program, (0, 7, 0));
        let out = work.join("bindings");
        let prove =
            run("prove", "prove that it works", vec![Input::File(program.clone())], vec![out.join("bindings.txt")])
                .step(
                    Invocation::new(&WIT_BINDGEN_GO, &itself, &work)
                        .args(["-world", "hello", "-module", "hello/bindings", "-wit"])
                        .arg(work.join("wit"))
                        .arg("-out")
                        .arg(&out),
                );
        let remove = Invocation::new(&RM, steps::found(probed, &RM)?, &root).args(["-rf", "--"]).arg(&work);
        let remove = run("remove", "remove what was needed to build it", vec![after(&prove)], vec![]).step(remove);
        let complete = complete("wit-bindgen-go", &WIT_BINDGEN_GO, &root, &remove);
        Ok(vec![write, forget, build, prove, remove, complete])
    }
}
