//! Fingerprints: all that the result of a step depends on. Two steps with the same fingerprint give the same result.
//!
//! Files have the names of [`Roots`], so neither time stamps nor the location of the app count. The location of a
//! program does not count either, but its version does. Fingerprints are recorded and compared field by field to
//! explain why a step is not up to date. Their hash is the key of the step.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_plan::{AbsPath, Action, Arg, ComposeAction, Expectation, Invocation, Locate, Made, Step, WrittenFile};
use serde::{Deserialize, Serialize};

use crate::{
    digest::{Digest, FileRecord},
    inputs::Inputs,
    names::Roots,
};

/// Changes whenever the meaning of fingerprints does.
const FORMAT: &str = "conjoin step 3";

/// All that a step's result depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub(crate) action: ActionPrint,
    /// The names of the files that it writes.
    pub(crate) outputs: Vec<String>,
    /// The versions of its tools.
    pub(crate) tools: Vec<String>,
    /// The folders of the worlds that it uses, by their names in [`Roots`].
    pub(crate) worlds: BTreeMap<String, String>,
    pub(crate) values: BTreeMap<String, String>,
    /// The keys of steps that it depends on without reading a file of theirs.
    pub(crate) steps: BTreeMap<String, Option<Digest>>,
    /// The files of which only the existence counts.
    pub(crate) names: BTreeSet<String>,
    pub(crate) files: BTreeMap<String, Digest>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ActionPrint {
    Run {
        program: String,
        folder: String,
        args: Vec<ArgPrint>,
        /// Changed variables; one without a value is removed.
        variables: BTreeMap<String, Option<ArgPrint>>,
        path: Vec<String>,
    },
    Write(BTreeMap<String, Digest>),
    WriteWorld(BTreeMap<String, Digest>),
    Copy(String),
    Strip(String),
    Generate {
        generator: String,
        world: String,
        wit: String,
        into: String,
    },
    Encode {
        module: String,
        world: String,
        wit: String,
        made: String,
        strip: bool,
    },
    Compose {
        components: BTreeMap<String, String>,
        wiring: WiringPrint,
    },
    Prove {
        component: String,
        expected: String,
    },
    Precompile {
        component: String,
        into: String,
    },
}

/// An argument, or the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArgPrint {
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
}

/// How components are connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WiringPrint {
    entry: String,
    order: Vec<String>,
    /// Each is importer, import, exporter, export.
    edges: Vec<[String; 4]>,
    exports: BTreeMap<String, Vec<String>>,
}

impl Fingerprint {
    /// The fingerprint of `step`, which reads `inputs` and writes `outputs`. `performer` is the version of the
    /// performer.
    pub(crate) fn of(step: &Step, outputs: &[AbsPath], inputs: &Inputs, roots: &Roots, performer: &str) -> Self {
        let mut tools = step.versions.clone();
        if !matches!(step.action, Action::Run(_) | Action::Write(_) | Action::WriteWorld(_) | Action::Copy(_)) {
            tools.push(performer.to_owned());
        }
        let action = ActionPrint::of(&step.action, roots);
        let outputs: Vec<String> = outputs.iter().map(|output| roots.name(output.as_path())).collect();
        let names = action.names().into_iter().chain(&outputs).chain(inputs.files.keys()).chain(&inputs.names);
        let worlds = names.filter_map(|name| roots.world(name)).map(|world| (world.name.clone(), world.digest()));
        Self {
            worlds: worlds.collect(),
            action,
            outputs,
            tools,
            values: inputs.values.clone(),
            steps: inputs.steps.clone(),
            names: inputs.names.clone(),
            files: inputs.files.iter().map(|(name, seen)| (name.clone(), seen.digest)).collect(),
        }
    }

    /// The key of the step.
    pub(crate) fn key(&self) -> Digest {
        let bytes = serde_json::to_vec(&(FORMAT, self)).expect("maps with keys of text, lists and text become JSON");
        Digest::of(&bytes)
    }
}

/// The key of a step with the key `declared` that also read these files.
pub(crate) fn with_discovered<'a>(
    declared: Digest,
    files: impl IntoIterator<Item = (&'a String, &'a FileRecord)>,
) -> Digest {
    let files = files.into_iter().map(|(name, seen)| format!("\n{}:{name} {}", name.len(), seen.digest));
    Digest::of(format!("{declared}{}", files.collect::<String>()).as_bytes())
}

impl ActionPrint {
    fn of(action: &Action, roots: &Roots) -> Self {
        let name = |path: &AbsPath| roots.name(path.as_path());
        let contents = |files: &[WrittenFile]| {
            files.iter().map(|file| (name(&file.path), Digest::of(&file.contents))).collect::<BTreeMap<_, _>>()
        };
        match action {
            Action::Run(invocation) => Self::of_program(invocation, roots),
            Action::Write(files) => Self::Write(contents(files)),
            Action::WriteWorld(world) => Self::WriteWorld(contents(&world.files)),
            Action::Copy(copy) => Self::Copy(name(&copy.from)),
            Action::Strip(copy) => Self::Strip(name(&copy.from)),
            Action::Generate(generate) => Self::Generate {
                generator: generate.generator.fingerprint(),
                world: generate.world.clone(),
                wit: name(&generate.wit),
                into: name(&generate.into),
            },
            Action::Encode(encode) => Self::Encode {
                module: name(&encode.module),
                world: encode.world.clone(),
                wit: name(&encode.wit),
                made: made(encode.made),
                strip: encode.strip,
            },
            Action::Compose(compose) => Self::Compose {
                components: compose.components.iter().map(|(part, path)| (part.clone(), name(path))).collect(),
                wiring: WiringPrint::of(compose),
            },
            Action::Prove(prove) => Self::Prove {
                component: name(&prove.component),
                expected: match &prove.expectation {
                    Expectation::Prints(text) => format!("prints {text}"),
                    Expectation::Hello(text) => format!("says {text}"),
                },
            },
            Action::Precompile(precompile) => {
                Self::Precompile { component: name(&precompile.component), into: name(&precompile.into) }
            }
        }
    }

    fn of_program(invocation: &Invocation, roots: &Roots) -> Self {
        let name = |path: &AbsPath| roots.name(path.as_path());
        let arg = |arg: &Arg| ArgPrint { text: arg.text.clone(), path: arg.path.as_ref().map(name) };
        let variables = invocation.env.variables.iter();
        Self::Run {
            program: match invocation.tool.locate {
                Locate::Named => invocation.program.file_name(),
                Locate::Path { .. } | Locate::Cache { .. } | Locate::FolderOf { .. } => invocation.tool.id.to_owned(),
            },
            folder: name(&invocation.cwd),
            args: invocation.args.iter().map(arg).collect(),
            variables: variables.map(|(name, value)| ((*name).to_owned(), value.as_ref().map(arg))).collect(),
            path: invocation.env.path.iter().map(name).collect(),
        }
    }

    /// All names of files in it.
    fn names(&self) -> Vec<&String> {
        match self {
            Self::Run { folder, args, variables, path, .. } => {
                let args = args.iter().chain(variables.values().flatten()).filter_map(|arg| arg.path.as_ref());
                args.chain([folder]).chain(path).collect()
            }
            Self::Write(files) | Self::WriteWorld(files) => files.keys().collect(),
            Self::Copy(file) | Self::Strip(file) => vec![file],
            Self::Generate { wit, into, .. } => vec![wit, into],
            Self::Encode { module, wit, .. } => vec![module, wit],
            Self::Compose { components, .. } => components.values().collect(),
            Self::Prove { component, .. } => vec![component],
            Self::Precompile { component, into } => vec![component, into],
        }
    }
}

impl WiringPrint {
    fn of(compose: &ComposeAction) -> Self {
        let wiring = &compose.wiring;
        let edges = wiring.edges.iter().map(|edge| {
            [&edge.importer, edge.import.as_str(), &edge.exporter, edge.export.as_str()].map(str::to_owned)
        });
        let exports = wiring.exports.iter();
        Self {
            entry: wiring.entry.clone(),
            order: wiring.order.clone(),
            edges: edges.collect(),
            exports: exports
                .map(|(component, exports)| (component.clone(), exports.iter().map(ToString::to_string).collect()))
                .collect(),
        }
    }
}

fn made(made: Made) -> String {
    match made {
        Made::Module(None) => "module".to_owned(),
        Made::Module(Some(adapter)) => format!("module with adapter {}", adapter.as_str()),
        Made::Either => "module or component".to_owned(),
    }
}
