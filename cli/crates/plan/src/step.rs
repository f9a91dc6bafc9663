//! Steps: actions with declared inputs and outputs.

use std::{collections::BTreeMap, fmt, sync::Arc};

use conjoin_manifest::ComponentName;
use conjoin_wit::{Adapter, Wiring};

use crate::{AbsPath, FoundTool, Generator, Subject, Tool, quote::quote};

/// The name of a step, unique in its plan, e.g. `pricing/cargo`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub String);

impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One action with everything it reads and writes.
///
/// Its key consists of the contents of `inputs`, of `action` with placeholders for the app's folder and the cache
/// folder, and of `versions`. A step depends on the steps whose outputs are among its inputs.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// What it belongs to. Steps of one subject are shown as one line.
    pub subject: Subject,
    /// What it does, for `-v` and the plan, e.g. `cargo build`.
    pub title: String,
    /// The action.
    pub action: Action,
    /// The inputs that it reads.
    pub inputs: Vec<Input>,
    /// The files that exist after it succeeded. Other files that it writes cannot be relied on. A step without outputs
    /// changes something that conjoin cannot see, so it runs each time.
    pub outputs: Vec<AbsPath>,
    /// The versions of the tools it runs, e.g. `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub versions: Vec<String>,
    /// How the tool reports the files that it read.
    pub discovery: Option<Discovery>,
    /// Whether its outputs are kept in the store.
    pub keep: Keep,
}

/// The closed set of actions.
#[derive(Clone, Debug)]
pub enum Action {
    /// Runs a program.
    Run(Invocation),
    /// Writes files. A file that already has these contents is not touched.
    Write(Vec<WrittenFile>),
    /// Writes the WIT of a world into its own folder. A file that already has its contents is not touched.
    WriteWorld(WorldAction),
    /// Copies a file atomically. Artifacts leave the working folder of their tool that way.
    Copy(CopyAction),
    /// Copies a component without names and debug information.
    Strip(CopyAction),
    /// Generates bindings or declarations for a world.
    Generate(GenerateAction),
    /// Encodes a core module as a component.
    Encode(EncodeAction),
    /// Composes an entry with everything it imports.
    Compose(ComposeAction),
    /// Runs a component and compares its output. This proves that an installed toolchain works.
    Prove(ProveAction),
    /// Compiles a composition for this machine.
    Precompile(PrecompileAction),
}

/// A file to write, with its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path.
    pub path: AbsPath,
    /// Its contents.
    pub contents: Arc<[u8]>,
}

impl WrittenFile {
    /// A file with this text.
    pub fn text(path: AbsPath, text: impl AsRef<str>) -> Self {
        Self { path, contents: Arc::from(text.as_ref().as_bytes()) }
    }
}

/// The WIT of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldAction {
    /// The folder, whose name is the world's digest.
    pub folder: AbsPath,
    /// Its files.
    pub files: Vec<WrittenFile>,
}

/// A file to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyAction {
    /// The file.
    pub from: AbsPath,
    /// The copy.
    pub to: AbsPath,
}

/// Files to generate in process for a world.
///
/// The folder belongs to the generator: files that an earlier run wrote there and this one does not are removed. Other
/// files are left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateAction {
    /// The generator.
    pub generator: Generator,
    /// The folder of the WIT package with the world.
    pub wit: AbsPath,
    /// The world.
    pub world: String,
    /// The folder to write into.
    pub into: AbsPath,
    /// The list of the written files, with digests. It is written last.
    pub list: AbsPath,
}

/// The output format of a compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A core module without a description of its world, and the adapter if it uses WASI preview 1.
    Module(Option<Adapter>),
    /// A core module or a component. Its bytes tell which, and which adapter it needs.
    Either,
}

/// A component to encode from a compiler's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeAction {
    /// The compiler's output, in the format that `made` says.
    pub module: AbsPath,
    /// The folder of the WIT package with the world.
    pub wit: AbsPath,
    /// The world.
    pub world: String,
    /// The format of the module.
    pub made: Made,
    /// Whether to remove names and debug information.
    pub strip: bool,
    /// The component.
    pub output: AbsPath,
}

/// Several components to compose into one.
#[derive(Clone, Debug)]
pub struct ComposeAction {
    /// The connections from imports to exports.
    pub wiring: Wiring,
    /// The components, by their names in the wiring.
    pub components: BTreeMap<String, AbsPath>,
    /// The composition.
    pub output: AbsPath,
}

/// A component to run, and its expected output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProveAction {
    /// The component.
    pub component: AbsPath,
    /// The expected output.
    pub expectation: Expectation,
    /// A file to write on success.
    pub output: AbsPath,
}

/// The expected output of a component that proves a toolchain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Run as a command, it prints this.
    Prints(String),
    /// Its exported function `hello: func() -> string` returns this.
    Hello(String),
}

/// A composition to compile to native code, which is stored in a folder of the cache by contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrecompileAction {
    /// The entry.
    pub entry: ComponentName,
    /// Its composition.
    pub component: AbsPath,
    /// The folder.
    pub into: AbsPath,
    /// A file to write on success.
    pub output: AbsPath,
}

/// An input of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file that must exist.
    File(AbsPath),
    /// A file that counts if it exists.
    OptionalFile(AbsPath),
    /// All files below a folder, except those that version control ignores, hidden ones, and those with one of these
    /// names.
    Tree {
        /// The folder.
        dir: AbsPath,
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
    },
    /// The names of files below a folder, not their contents. The tool reports which files it read, but an added or
    /// removed file can change which files it would read.
    Names {
        /// The folder.
        dir: AbsPath,
        /// Globs for the files, relative to the folder.
        globs: &'static [&'static str],
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
        /// Whether files count that are hidden or that version control ignores.
        unseen: HiddenFiles,
    },
    /// Files with these names in a folder and in all folders above it, where they exist.
    Above {
        /// The folder.
        dir: AbsPath,
        /// The names; they may lead into folders.
        names: &'static [&'static str],
    },
    /// Files below a folder that match globs.
    Globs {
        /// The folder.
        dir: AbsPath,
        /// The globs, relative to the folder.
        globs: Vec<String>,
        /// Files and folders that match but do not count.
        except: Vec<AbsPath>,
        /// Names of folders and files, at any depth, that do not count either.
        without: &'static [&'static str],
        /// Whether a glob without a match is an error, because a user wrote it.
        must_match: bool,
    },
    /// A value, e.g. the digest of a world.
    Value {
        /// What it is, e.g. `world gateway`.
        name: String,
        /// The value.
        value: String,
    },
    /// A step that must succeed first, although no file depends on it.
    Step(StepId),
}

/// How files count that are hidden or that version control ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenFiles {
    /// They count like others.
    Count,
    /// They do not count.
    Skip,
}

/// How a tool reports the files that it read, and which of them count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The list.
    pub list: ReadList,
    /// Folders whose files do not count, because something else in the key covers them.
    pub except: Vec<AbsPath>,
    /// Which other files count in packages outside of the tool's working folder.
    pub packages: Option<Packages>,
}

/// A list of files that a tool has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadList {
    /// A file in Makefile format, as rustc writes it. A folder in it means everything below it. A file in it that does
    /// not exist counts as absent.
    DepInfo(AbsPath),
    /// The output of this command after the step, in the format of `go list -deps -json`.
    GoList(Box<Invocation>),
}

/// How to find the folder of a package from a file in it. Everything below that folder counts, although the tool does
/// not list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packages {
    /// The extension of the files that identify packages.
    pub source: &'static str,
    /// The file that marks the root of a package. Such files in folders above count as well.
    pub manifest: &'static str,
    /// Names of folders and files in a package, at any depth, that do not count.
    pub except: &'static [&'static str],
}

/// Where the outputs of a step are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the app, with a copy in the store that all apps share, so that the step need not run again for the same key.
    Stored,
    /// Only where they were written.
    InPlace,
}

/// A program to run, fully described. Creating this value runs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The tool.
    pub tool: Tool,
    /// The program.
    pub program: AbsPath,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// The folder it runs in.
    pub cwd: AbsPath,
    /// Changes to the environment that it inherits.
    pub env: EnvChanges,
    /// Megabytes of memory that it takes at most; 0 if too little to count.
    pub memory: u64,
    /// The tools that it needs which are missing: it must not be run, and is planned only to tell whether it would be.
    pub missing: Vec<Tool>,
    /// A program that is run when this one fails: what it prints belongs to the message.
    pub explained_by: Option<Box<Self>>,
    /// Variables that have it tell how far it is, in lines that end with a carriage return. Set where somebody looks;
    /// in no key.
    pub progress: &'static [(&'static str, &'static str)],
}

/// An argument or the value of a variable: text that may end in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The text.
    pub text: String,
    /// The path after it, if any.
    pub path: Option<AbsPath>,
}

/// Changes to the environment that a program inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvChanges {
    /// Variables by name, each with a value or removed.
    pub variables: BTreeMap<&'static str, Option<Arg>>,
    /// Folders to put in front of `PATH`, the first one searched first.
    pub path: Vec<AbsPath>,
}

impl Arg {
    /// The argument as it is passed to the program.
    pub fn to_os(&self) -> std::ffi::OsString {
        let mut value = std::ffi::OsString::from(&self.text);
        if let Some(path) = &self.path {
            value.push(path.as_path());
        }
        value
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), path: None }
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self { text, path: None }
    }
}

impl From<&AbsPath> for Arg {
    fn from(path: &AbsPath) -> Self {
        Self { text: String::new(), path: Some(path.clone()) }
    }
}

impl From<AbsPath> for Arg {
    fn from(path: AbsPath) -> Self {
        Self { text: String::new(), path: Some(path) }
    }
}

impl Invocation {
    /// Runs `found` in `cwd` without arguments.
    pub fn new(tool: Tool, found: &FoundTool, cwd: &AbsPath) -> Self {
        Self {
            tool,
            program: found.path.clone(),
            args: Vec::new(),
            cwd: cwd.clone(),
            env: EnvChanges::default(),
            memory: 0,
            missing: Vec::new(),
            explained_by: None,
            progress: &[],
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<Arg>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an argument that is text followed by a path, e.g. `-target=` and a file.
    #[must_use]
    pub fn joined(mut self, text: &str, path: &AbsPath) -> Self {
        self.args.push(Arg { text: text.to_owned(), path: Some(path.clone()) });
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.env.variables.insert(name, Some(value.into()));
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn env_remove(mut self, name: &'static str) -> Self {
        self.env.variables.insert(name, None);
        self
    }

    /// Runs `other` if this fails, and adds its output to the message.
    #[must_use]
    pub fn explained_by(mut self, other: Self) -> Self {
        self.explained_by = Some(Box::new(other));
        self
    }

    /// Puts a folder in front of `PATH`, before those added earlier.
    #[must_use]
    pub fn prepend_path(mut self, folder: &AbsPath) -> Self {
        self.env.path.insert(0, folder.clone());
        self
    }
}

/// Writes the command so that it can be pasted into a POSIX shell.
impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cd {} &&", quote(self.cwd.as_path().as_os_str()))?;
        let removed: Vec<_> =
            self.env.variables.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        if !removed.is_empty() {
            formatter.write_str(" env")?;
            for name in removed {
                write!(formatter, " -u {name}")?;
            }
        }
        for (name, value) in &self.env.variables {
            if let Some(value) = value {
                write!(formatter, " {name}={}", quote(&value.to_os()))?;
            }
        }
        if !self.env.path.is_empty() {
            formatter.write_str(" PATH=")?;
            for folder in &self.env.path {
                write!(formatter, "{}:", quote(folder.as_path().as_os_str()))?;
            }
            formatter.write_str("\"$PATH\"")?;
        }
        write!(formatter, " {}", quote(self.program.as_path().as_os_str()))?;
        for arg in &self.args {
            write!(formatter, " {}", quote(&arg.to_os()))?;
        }
        Ok(())
    }
}

impl Input {
    /// A value that is part of the key.
    pub fn value(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Value { name: name.into(), value: value.into() }
    }
}
