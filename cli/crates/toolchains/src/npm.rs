//! componentize-js with esbuild, installed by npm into the cache folder.
//!
//! What is installed is written here to the last file: `support/starling/packages` holds a lock file with the hash of each
//! package. jco, of which componentize-js uses three functions, and packages that only jco needs are replaced by packages of a
//! few lines: 16 packages and 90 MB instead of 158 and 400.

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Expectation, Facts, Input, Invocation, Layout, Locate, Probe, Provider, Step, Subject, Tool, ToolSpec,
    Window, WrittenFile,
};
use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;

use crate::{
    starling::{self, RUNNER},
    steps::{self, Run},
};

/// The folder below `toolchains/`: another for every change of what is installed.
const RECIPE: &str = "componentize-js-0.23.0-1";
const COMPLETE: &str = "complete";

pub(crate) static COMPONENTIZE_JS: ToolSpec = ToolSpec {
    tool: Tool::ComponentizeJs,
    name: "componentize-js",
    variable: "CONJOIN_COMPONENTIZE_JS",
    locate: Locate::Cache { recipe: RECIPE, file: COMPLETE },
    probe: Probe::Fixed((0, 23, 0)),
    window: Window {
        at_least: (0, 23, 0),
        below: Some((0, 23, 1)),
        because: "its engine speaks exactly WASI 0.2.10, which conjoin translates to",
    },
    providers: &[&Npm],
    by_hand: "get Node.js with npm, then `conjoin doctor --fix`",
};

/// Files that are installed as they are, by their path below the recipe's folder.
const FILES: &[(&str, &str)] = &[
    ("package.json", include_str!("../support/starling/packages/package.json")),
    ("package-lock.json", include_str!("../support/starling/packages/package-lock.json")),
    ("jco/package.json", include_str!("../support/starling/packages/jco/package.json")),
    ("jco/index.js", include_str!("../support/starling/packages/jco/index.js")),
    ("unused/package.json", include_str!("../support/starling/packages/unused/package.json")),
    ("unused/index.js", include_str!("../support/starling/packages/unused/index.js")),
];

/// `npm ci`.
#[derive(Debug)]
struct Npm;

impl Provider for Npm {
    fn name(&self) -> &'static str {
        "npm packages"
    }

    fn needs(&self) -> &'static [Tool] {
        &[Tool::Node, Tool::Npm]
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, facts: &Facts, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let npm = steps::found(facts, Tool::Npm)?;
        let node = steps::found(facts, Tool::Node)?;
        let subject = Subject::Installation(Tool::ComponentizeJs);
        let folder = layout.toolchain(RECIPE);

        let mut files: Vec<_> = FILES.iter().map(|(path, text)| WrittenFile::text(folder.join(path), text)).collect();
        files.push(WrittenFile {
            path: folder.join("jco/wasi_snapshot_preview1.reactor.wasm"),
            contents: WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER.into(),
        });
        let packages =
            steps::write("componentize-js/packages".to_owned(), subject.clone(), "write the list of packages", files);

        let install = Run {
            id: "componentize-js/npm".to_owned(),
            subject: subject.clone(),
            title: "npm ci",
            inputs: steps::outputs_of(&packages).collect(),
            outputs: vec![folder.join("node_modules/.package-lock.json")],
            versions: vec![npm.says.clone(), node.says.clone()],
        }
        .step(
            Invocation::new(Tool::Npm, npm, &folder)
                // The packages bring their programs with them; nothing has to run to install them.
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
        );

        let proof = folder.join("proof");
        let project = steps::write(
            "componentize-js/hello".to_owned(),
            subject.clone(),
            "write a component that says hello",
            vec![
                WrittenFile::text(proof.join("build.mjs"), RUNNER),
                WrittenFile::text(proof.join("index.ts"), include_str!("../support/starling/hello.ts")),
                WrittenFile::text(proof.join("wit/hello.wit"), crate::HELLO_WIT),
            ],
        );
        let component = proof.join("hello.wasm");
        let mut inputs: Vec<Input> = steps::outputs_of(&project).collect();
        inputs.extend(steps::outputs_of(&install));
        let features = ["stdio", "random", "clocks", "http", "fetch-event"];
        let build = Run {
            id: "componentize-js/build".to_owned(),
            subject: subject.clone(),
            title: "build it",
            inputs,
            outputs: vec![component.clone()],
            versions: vec![node.says.clone()],
        }
        .step(starling::run_by_us(
            Invocation::new(Tool::Node, node, &proof)
                .arg(proof.join("build.mjs"))
                .arg("--toolchain")
                .arg(&folder)
                .args(["--entry", "index.ts", "--wit", "wit", "--world", "hello"])
                .args(features.into_iter().flat_map(|feature| ["--disable", feature]))
                .arg("--out")
                .arg(&component)
                .args(["--read", "read.d"]),
        ));

        let proven = proof.join("proven");
        let hello = Expectation::Hello("hello".to_owned());
        let prove =
            steps::prove("componentize-js/prove".to_owned(), Tool::ComponentizeJs, component, hello, proven.clone());
        let done = steps::copy(
            "componentize-js/complete".to_owned(),
            subject,
            "note that it is complete",
            proven,
            folder.join(COMPLETE),
        );
        Ok(vec![packages, install, project, build, prove, done])
    }
}
