//! What both engines for JavaScript and TypeScript have in common: how WIT looks from JavaScript.
//!
//! | file | what it holds |
//! |---|---|
//! | `names` | how names of WIT are written in JavaScript, and by which names its interfaces are imported |
//! | `declarations` | a world as declarations for TypeScript |
//! | `check` | types are checked beside the build |
//! | `messages` | what bundler, checker and engines say about the project |
//! | `types` | a type of WIT as a type of TypeScript |
//! | `values` | which values an engine has to convert |
//!
//! Nothing here knows an engine.

mod check;
mod declarations;
pub(crate) mod language;
pub(crate) mod messages;
mod names;
mod tools;
mod types;
mod values;

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Arg, Discovery, Generate, GenerateAction, GenerateError, GeneratedFile, Generator, HiddenFiles, Hint,
    Input, Invocation, Keep, Layout, ProbeResults, ReadList, Step, Target, Tool, WrittenFile,
};
use conjoin_wit::WitFile;

pub(crate) use check::check;
pub(crate) use tools::{NODE, NPM};

use crate::{
    generate::resolve,
    package_json::Package,
    steps::{self, Run},
};

/// The folder in a component for what is generated of its world.
pub(crate) const FOLDER: &str = "bindings";

/// What the bundler finds by an import.
const SOURCES: &[&str] = &["**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json,css}"];

/// What lies in a project and is no source of its component.
const NOT_BUILT: &[&str] = &["node_modules", FOLDER, "test", "tests", "__tests__", "dist", "build", "coverage"];

/// The file that describes the values of a world.
pub(crate) const WORLD: &str = "world.json";

/// The steps that write the declarations of the world into the component's folder. A build does not need them.
pub(crate) fn bindings(target: &Target<'_>, layout: &Layout) -> Vec<Step> {
    let (world, wit) = steps::write_described_world(target, layout);
    let into = target.dir.join(FOLDER);
    let declarations = steps::generate(
        target,
        "bindings",
        "declare the types of the world",
        &world,
        GenerateAction {
            generator: Generator::new(Declarations),
            wit,
            world: target.world.to_owned(),
            list: into.join("bindings.txt"),
            into,
        },
    );
    vec![world, declarations]
}

/// What both build scripts need.
pub(crate) const BUNDLE: &str = include_str!("../../support/javascript/bundle.mjs");

/// Writes the scripts of a build into `folder`.
pub(crate) fn write_scripts(target: &Target<'_>, folder: &AbsPath, scripts: &[(&str, &str)]) -> Step {
    let files = scripts.iter().map(|(path, text)| WrittenFile::text(folder.join(path), text)).collect();
    steps::write(format!("{}/runner", target.name), steps::component(target.name), "write the build script", files)
}

/// Without the variables that are meant for other programs in Node.js, or make the engine's errors long.
pub(crate) fn run_by_us(invocation: Invocation) -> Invocation {
    ["NODE_OPTIONS", "NODE_PATH", "RUST_BACKTRACE"].into_iter().fold(invocation, Invocation::env_remove)
}

/// What to do about code that fails while the component is built.
pub(crate) const TOO_EARLY: &str = "What stands at the top of a file runs when the component is built: move it into the exported function or the handler that needs it.";

/// For a bundle that does not find a package.
pub(crate) const NOT_INSTALLED: Hint = Hint {
    when: "You can mark the path \"",
    say: "A package that is imported is not installed: run `npm install` with its name in the component's folder.",
};

/// For a lock file that is older than what it locks.
pub(crate) const STALE_LOCK: Hint = Hint {
    when: "are in sync. Please update your lock file",
    say: "package-lock.json does not fit package.json: `npm install` in the component's folder fixes it.",
};

/// For a machine that npm cannot leave.
pub(crate) const NO_NETWORK: Hint = Hint {
    when: "npm error FetchError: request to",
    say: "npm cannot reach its registry: look at the network, its proxy, and `npm config get registry`.",
};

/// What the step that builds with an engine is made from.
pub(crate) struct Componentize<'a> {
    /// The engine's tool, and what it is called.
    pub(crate) tool: (Tool, &'static str),
    /// The build script of the engine.
    pub(crate) script: AbsPath,
    /// The user's package.
    pub(crate) package: &'a Package,
    /// The folder with the world.
    pub(crate) wit: AbsPath,
    /// What only this engine's script takes.
    pub(crate) options: Vec<Arg>,
    /// What earlier steps made for it.
    pub(crate) inputs: Vec<Input>,
}

impl Componentize<'_> {
    /// The step that runs the script.
    pub(crate) fn step(
        self,
        target: &Target<'_>,
        probed: &ProbeResults,
        layout: &Layout,
    ) -> Result<Step, Box<Diagnostic>> {
        let (tool, title) = self.tool;
        let node = steps::found(probed, &NODE)?;
        let componentize = steps::found(probed, tool)?;
        let work = layout.work(target.name);
        let (output, read) = (work.join("component.wasm"), work.join("read.d"));
        let invocation = Invocation::new(&NODE, node, &target.dir)
            .arg(&self.script)
            .arg("--toolchain")
            // Found by the file that the installation writes last.
            .arg(componentize.path.parent())
            .args(["--entry", self.package.entry.as_str(), "--wit"])
            .arg(&self.wit)
            .args(["--world", target.world])
            .args(target.imports.iter().flat_map(|import| ["--import", import.as_str()]))
            .args(self.options)
            .arg("--out")
            .arg(&output)
            .arg("--read")
            .arg(&read);
        let mut inputs = vec![
            // The script says what it has read, and what it would have read in the place of that.
            Input::Names { dir: target.dir.clone(), globs: SOURCES, except: NOT_BUILT, unseen: HiddenFiles::Skip },
            Input::OptionalFile(target.dir.join("package.json")),
            Input::OptionalFile(target.dir.join("package-lock.json")),
        ];
        inputs.extend(self.inputs);
        inputs.push(steps::world_value(target));
        let step = Run {
            id: format!("{}/componentize", target.name),
            subject: steps::component(target.name),
            title,
            inputs,
            outputs: vec![output],
            versions: vec![node.says.clone(), componentize.says.clone()],
        }
        .step(run_by_us(invocation));
        let except = vec![target.shared_wit.clone()];
        let discovery = Some(Discovery { list: ReadList::DepInfo(read), except, packages: None });
        Ok(Step { discovery, keep: Keep::Stored, ..step })
    }
}

/// Installs the packages that the code needs, if it needs any.
pub(crate) fn npm_ci(
    target: &Target<'_>,
    package: &Package,
    probed: &ProbeResults,
) -> Result<Option<Step>, Box<Diagnostic>> {
    if !package.has_dependencies() {
        return Ok(None);
    }
    let npm = steps::found(probed, &NPM)?;
    let step = Run {
        id: format!("{}/npm", target.name),
        subject: steps::component(target.name),
        title: "npm ci",
        inputs: vec![
            Input::value("the list of packages in package.json", &package.dependencies),
            Input::File(target.dir.join("package-lock.json")),
        ],
        outputs: vec![target.dir.join("node_modules/.package-lock.json")],
        versions: vec![npm.says.clone()],
    };
    let invocation =
        Invocation::new(&NPM, npm, &target.dir).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    // Elsewhere, NODE_ENV may leave them out.
    let invocation = invocation.args(package.checks_types.then_some("--include=dev"));
    Ok(Some(step.step(invocation)))
}

/// What an editor and `tsc` need to know the types of a world. The folder hides itself from version control.
#[derive(Debug)]
pub struct Declarations;

impl Generate for Declarations {
    fn fingerprint(&self) -> String {
        "declarations for TypeScript".to_owned()
    }

    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        let (resolve, world) = resolve(wit, world)?;
        let file = |path: &str, text: String| GeneratedFile { path: path.to_owned(), text };
        Ok(vec![file(".gitignore", "*\n".to_owned()), file("wit.d.ts", declarations::declarations(&resolve, world))])
    }
}

/// What the engine QuickJS has to know of the values of a world.
#[derive(Debug)]
pub struct Values;

impl Generate for Values {
    fn fingerprint(&self) -> String {
        "values for QuickJS".to_owned()
    }

    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        let (resolve, world) = resolve(wit, world)?;
        Ok(vec![GeneratedFile { path: WORLD.to_owned(), text: values::description(&resolve, world) }])
    }
}
