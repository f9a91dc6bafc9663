//! componentize-py, installed by pip into the cache folder.

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Expectation, Input, Layout, Locate, Probe, ProbeResults, Provider, Step, Subject, Tool, ToolSpec, Window,
    WrittenFile,
};

use crate::{
    pypi::{Packages, SITE},
    python::{self, PIP, PYTHON, RUNNER},
    steps::{self, Run},
};

/// The folder below `toolchains/`: another for every change of what is installed.
const RECIPE: &str = "componentize-py-0.25.1-1";
const COMPLETE: &str = "complete";

pub(crate) static COMPONENTIZE_PY: ToolSpec = ToolSpec {
    variable: "CONJOIN_COMPONENTIZE_PY",
    locate: Locate::Cache { recipe: RECIPE, file: COMPLETE },
    probe: Probe::Fixed((0, 25, 1)),
    window: Window {
        at_least: (0, 25, 1),
        below: Some((0, 25, 2)),
        because: "the names of the bindings that templates use are those of this version",
    },
    providers: &[&Pip],
    by_hand: "get pip for your Python (on Debian the package python3-pip), with which conjoin installs it",
    ..ToolSpec::new("componentize-py", "componentize-py")
};

/// `pip install --target`.
#[derive(Debug)]
struct Pip;

impl Provider for Pip {
    fn name(&self) -> &'static str {
        "PyPI packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&PYTHON, &PIP] }
    }

    fn takes(&self) -> u64 {
        200
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let python = steps::found(probed, &PYTHON)?;
        let subject = Subject::Installation(&COMPONENTIZE_PY);
        let folder = layout.toolchain(RECIPE);
        let site = folder.join(SITE);

        let list = include_str!("../../support/python/requirements.txt");
        let packages = Packages {
            id: "componentize-py",
            tool: &COMPONENTIZE_PY,
            root: &folder,
            list,
            installs: "componentize_py/__init__.py",
        };
        let [list, install] = packages.steps(python);

        let proof = folder.join("proof");
        let script = proof.join("build.py");
        let project = steps::write(
            "componentize-py/hello".to_owned(),
            subject.clone(),
            "write a component that says hello",
            vec![
                WrittenFile::text(script.clone(), RUNNER),
                WrittenFile::text(proof.join("app.py"), include_str!("../../support/python/hello.py")),
                WrittenFile::text(proof.join("wit/hello.wit"), crate::HELLO_WIT),
            ],
        );
        let component = proof.join("hello.wasm");
        let mut inputs: Vec<Input> = steps::outputs_of(&project).collect();
        inputs.extend(steps::outputs_of(&install));
        let build = Run {
            id: "componentize-py/build".to_owned(),
            subject: subject.clone(),
            title: "build it",
            inputs,
            outputs: vec![component.clone()],
            versions: vec![python.says.clone()],
        }
        .step(
            python::run(python, &proof, &script)
                .arg("--toolchain")
                .arg(&site)
                .args(["--wit", "wit", "--world", "hello", "--module", "app", "--path", ".", "--out"])
                .arg(&component),
        );

        let proven = proof.join("proven");
        let hello = Expectation::Hello("hello".to_owned());
        let prove =
            steps::prove("componentize-py/prove".to_owned(), &COMPONENTIZE_PY, component, hello, proven.clone());
        let done = steps::copy(
            "componentize-py/complete".to_owned(),
            subject,
            "note that it is complete",
            proven,
            folder.join(COMPLETE),
        );
        Ok(vec![list, install, project, build, prove, done])
    }
}
