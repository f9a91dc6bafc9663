//! The key of a step: two steps with one key make the same.
//!
//! It is the hash of what the action does, of the versions of its tools, of its values, and of the names and contents of its
//! input files. Names are those of [`Roots`], so that neither time stamps nor the place of the app count. The place of a program does
//! not count either: its version does.

use conjoin_plan::{AbsPath, Action, Arg, Expectation, Invocation, Locate, Step};

use crate::{
    digest::{Digest, Seen},
    inputs::Inputs,
    names::Roots,
};

/// Changes whenever the meaning of keys does.
const FORMAT: &str = "conjoin step 2";

/// What a step does, in words that are the same wherever the app lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// One line each for what the action consists of.
    pub(crate) action: Vec<String>,
    /// The versions of the tools.
    pub(crate) versions: Vec<String>,
}

impl Description {
    /// Describes `step`; `performer` stands for whatever carries out the actions that no program does.
    pub(crate) fn of(step: &Step, outputs: &[AbsPath], roots: &Roots, performer: &str) -> Self {
        let name = |path: &AbsPath| roots.name(path.as_path());
        let mut versions = step.versions.clone();
        let mut action = match &step.action {
            Action::Run(invocation) => run(invocation, roots),
            Action::Write(files) => {
                files.iter().map(|file| format!("write {} {}", name(&file.path), Digest::of(&file.contents))).collect()
            }
            Action::Copy(copy) => vec![format!("copy {}", name(&copy.from))],
            Action::Strip(copy) => {
                versions.push(performer.to_owned());
                vec![format!("strip {}", name(&copy.from))]
            }
            Action::Generate(generate) => {
                versions.push(performer.to_owned());
                let what = generate.generator.fingerprint();
                let (into, wit) = (name(&generate.into), name(&generate.wit));
                vec![format!("generate {what} in {into}"), format!("world {:?} of {wit}", generate.world)]
            }
            Action::Encode(encode) => {
                versions.push(performer.to_owned());
                let mut lines = vec![
                    format!("encode {}", name(&encode.module)),
                    format!("world {:?} of {}", encode.world, name(&encode.wit)),
                ];
                lines.push(format!("made {:?}", encode.made));
                lines.extend(encode.strip.then(|| "strip".to_owned()));
                lines
            }
            Action::Compose(compose) => {
                versions.push(performer.to_owned());
                let parts = compose.components.iter().map(|(part, path)| format!("component {part} {}", name(path)));
                let mut lines: Vec<_> = parts.collect();
                lines.push(format!("compose {:?}", compose.wiring));
                lines
            }
            Action::Prove(prove) => {
                versions.push(performer.to_owned());
                let expected = match &prove.expectation {
                    Expectation::Prints(text) => format!("prints {text:?}"),
                    Expectation::Hello(text) => format!("says {text:?}"),
                };
                vec![format!("prove that {} {expected}", name(&prove.component))]
            }
            Action::Precompile(precompile) => {
                versions.push(performer.to_owned());
                vec![format!("compile {} into {}", name(&precompile.component), name(&precompile.into))]
            }
        };
        action.extend(outputs.iter().map(|output| format!("output {}", name(output))));
        Self { action, versions }
    }

    /// The key of a step of this description with these inputs.
    pub(crate) fn key(&self, inputs: &Inputs) -> Digest {
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: &[u8]| {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        };
        add(FORMAT.as_bytes());
        for (heading, lines) in [("action", &self.action), ("versions", &self.versions)] {
            add(heading.as_bytes());
            for line in lines {
                add(line.as_bytes());
            }
        }
        add(b"values");
        for (name, value) in &inputs.values {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        add(b"names");
        for name in &inputs.names {
            add(name.as_bytes());
        }
        add(b"files");
        for (name, seen) in &inputs.files {
            add(name.as_bytes());
            add(seen.digest.to_string().as_bytes());
        }
        hasher.finalize().into()
    }
}

/// The key of a step that, beyond what it declares, read these files.
pub(crate) fn with_discovered<'a>(declared: Digest, files: impl IntoIterator<Item = (&'a String, &'a Seen)>) -> Digest {
    let files = files.into_iter().map(|(name, seen)| format!("\n{}:{name} {}", name.len(), seen.digest));
    Digest::of(format!("{declared}{}", files.collect::<String>()).as_bytes())
}

fn run(invocation: &Invocation, roots: &Roots) -> Vec<String> {
    let name = |path: &AbsPath| roots.name(path.as_path());
    let arg = |arg: &Arg| match &arg.path {
        Some(path) => format!("{:?} {}", arg.text, name(path)),
        None => format!("{:?}", arg.text),
    };
    let mut lines = match invocation.tool.locate {
        Locate::Named => vec![format!("run {}", invocation.program.file_name())],
        Locate::Path { .. } | Locate::Cache { .. } | Locate::FolderOf { .. } => {
            vec![format!("run {}", invocation.tool.id)]
        }
    };
    lines.push(format!("in {}", name(&invocation.cwd)));
    lines.extend(invocation.args.iter().map(|value| format!("argument {}", arg(value))));
    for (variable, value) in &invocation.env.variables {
        lines.push(match value {
            Some(value) => format!("variable {variable} {}", arg(value)),
            None => format!("without variable {variable}"),
        });
    }
    lines.extend(invocation.env.path.iter().map(|folder| format!("PATH {}", name(folder))));
    lines
}
