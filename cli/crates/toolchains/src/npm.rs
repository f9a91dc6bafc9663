//! Engines for JavaScript with esbuild, installed by npm into the cache folder: componentize-js and componentize-qjs.
//!
//! What is installed is written here to the last file: `support/ENGINE/packages` holds a lock file with the hash of each package.
//! jco, of which componentize-js uses three functions, and packages that only jco needs are replaced by packages of a few lines:
//! 16 packages and 90 MB instead of 158 and 400.

use crate::javascript::{NODE, NPM};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Expectation, Input, Invocation, Layout, Locate, Probe, ProbeResults, Provider, Step, Subject, Tool,
    ToolSpec, Window, WrittenFile,
};
use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;

use crate::{
    javascript, quickjs, starling,
    steps::{self, Run},
};

const COMPLETE: &str = "complete";
const BY_HAND: &str = "get Node.js with npm, then `conjoin doctor --fix`";

pub(crate) static COMPONENTIZE_JS: ToolSpec = ToolSpec {
    variable: "CONJOIN_COMPONENTIZE_JS",
    locate: Locate::Cache { recipe: STARLING.recipe, file: COMPLETE },
    probe: Probe::Fixed((0, 23, 0)),
    window: Window {
        at_least: (0, 23, 0),
        below: Some((0, 23, 1)),
        because: "its engine speaks exactly WASI 0.2.10, which conjoin translates to",
    },
    providers: &[&STARLING],
    by_hand: BY_HAND,
    ..ToolSpec::new("componentize-js", "componentize-js")
};

pub(crate) static COMPONENTIZE_QJS: ToolSpec = ToolSpec {
    variable: "CONJOIN_COMPONENTIZE_QJS",
    locate: Locate::Cache { recipe: QUICKJS.recipe, file: COMPLETE },
    probe: Probe::Fixed((0, 4, 5)),
    window: Window {
        at_least: (0, 4, 5),
        below: Some((0, 4, 6)),
        because: "conjoin corrects what this version gives and takes wrongly",
    },
    providers: &[&QUICKJS],
    by_hand: BY_HAND,
    ..ToolSpec::new("componentize-qjs", "componentize-qjs")
};

/// `npm ci` of a list of packages, and the component that proves them.
#[derive(Debug)]
struct Npm {
    tool: Tool,
    name: &'static str,
    /// The folder below `toolchains/`: another for every change of what is installed.
    recipe: &'static str,
    /// Files that are installed as they are, by their path below the recipe's folder.
    files: &'static [(&'static str, &'static [u8])],
    /// The build script and its neighbours.
    scripts: &'static [(&'static str, &'static str)],
    /// The other files of the component.
    proof: &'static [(&'static str, &'static str)],
    /// What the build script is told beside the usual.
    args: &'static [&'static str],
}

static STARLING: Npm = Npm {
    tool: &COMPONENTIZE_JS,
    name: "componentize-js",
    recipe: "componentize-js-0.23.0-1",
    files: &[
        ("package.json", include_bytes!("../support/starling/packages/package.json")),
        ("package-lock.json", include_bytes!("../support/starling/packages/package-lock.json")),
        ("jco/package.json", include_bytes!("../support/starling/packages/jco/package.json")),
        ("jco/index.js", include_bytes!("../support/starling/packages/jco/index.js")),
        ("unused/package.json", include_bytes!("../support/starling/packages/unused/package.json")),
        ("unused/index.js", include_bytes!("../support/starling/packages/unused/index.js")),
        ("jco/wasi_snapshot_preview1.reactor.wasm", WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER),
    ],
    scripts: starling::SCRIPTS,
    proof: &[("index.ts", include_str!("../support/starling/hello.ts"))],
    args: &[
        "--disable",
        "stdio",
        "--disable",
        "random",
        "--disable",
        "clocks",
        "--disable",
        "http",
        "--disable",
        "fetch-event",
    ],
};

static QUICKJS: Npm = Npm {
    tool: &COMPONENTIZE_QJS,
    name: "componentize-qjs",
    recipe: "componentize-qjs-0.4.5-1",
    files: &[
        ("package.json", include_bytes!("../support/quickjs/packages/package.json")),
        ("package-lock.json", include_bytes!("../support/quickjs/packages/package-lock.json")),
        ("unused/package.json", include_bytes!("../support/quickjs/packages/unused/package.json")),
        ("unused/index.js", include_bytes!("../support/quickjs/packages/unused/index.js")),
    ],
    scripts: quickjs::SCRIPTS,
    proof: &[
        ("index.ts", include_str!("../support/quickjs/hello.ts")),
        ("world.json", include_str!("../support/quickjs/hello.json")),
    ],
    args: &["--described", "world.json", "--sync", "--stub"],
};

impl Provider for Npm {
    fn name(&self) -> &'static str {
        "npm packages"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&NODE, &NPM] }
    }

    fn takes(&self) -> u64 {
        200
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        vec![]
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let npm = steps::found(probed, &NPM)?;
        let node = steps::found(probed, &NODE)?;
        let subject = Subject::Installation(self.tool);
        let id = |step: &str| format!("{}/{step}", self.name);
        let folder = layout.toolchain(self.recipe);

        let files = self.files.iter();
        let files = files.map(|(path, contents)| WrittenFile { path: folder.join(path), contents: (*contents).into() });
        let packages = steps::write(id("packages"), subject.clone(), "write the list of packages", files.collect());

        let install = Run {
            id: id("npm"),
            subject: subject.clone(),
            title: "npm ci",
            inputs: steps::outputs_of(&packages).collect(),
            outputs: vec![folder.join("node_modules/.package-lock.json")],
            versions: vec![npm.says.clone(), node.says.clone()],
        }
        .step(
            Invocation::new(&NPM, npm, &folder)
                // The packages bring their programs with them; nothing has to run to install them.
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
        );

        let proof = folder.join("proof");
        let texts = self.scripts.iter().chain(self.proof).chain(&[("wit/hello.wit", crate::HELLO_WIT)]);
        let project = steps::write(
            id("hello"),
            subject.clone(),
            "write a component that says hello",
            texts.map(|(path, text)| WrittenFile::text(proof.join(path), text)).collect(),
        );
        let component = proof.join("hello.wasm");
        let mut inputs: Vec<Input> = steps::outputs_of(&project).collect();
        inputs.extend(steps::outputs_of(&install));
        let build = Run {
            id: id("build"),
            subject: subject.clone(),
            title: "build it",
            inputs,
            outputs: vec![component.clone()],
            versions: vec![node.says.clone()],
        }
        .step(javascript::run_by_us(
            Invocation::new(&NODE, node, &proof)
                .arg(proof.join("build.mjs"))
                .arg("--toolchain")
                .arg(&folder)
                .args(["--entry", "index.ts", "--wit", "wit", "--world", "hello"])
                .args(self.args.iter().copied())
                .arg("--out")
                .arg(&component)
                .args(["--read", "read.d"]),
        ));

        let proven = proof.join("proven");
        let hello = Expectation::Hello("hello".to_owned());
        let prove = steps::prove(id("prove"), self.tool, component, hello, proven.clone());
        let done = steps::copy(id("complete"), subject, "note that it is complete", proven, folder.join(COMPLETE));
        Ok(vec![packages, install, project, build, prove, done])
    }
}
