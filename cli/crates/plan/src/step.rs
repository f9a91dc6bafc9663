//! One action with declared inputs and outputs.

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
/// Its key is made of the contents of `inputs`, of `action` with the app's and the cache's folder replaced by placeholders, and
/// of `versions`. A step depends on the steps whose outputs are among its inputs.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// What it is done for: steps of one subject are shown as one line.
    pub subject: Subject,
    /// What it does, for `-v` and the plan, e.g. `cargo build`.
    pub title: String,
    /// What is done.
    pub action: Action,
    /// What it reads.
    pub inputs: Vec<Input>,
    /// The files that are there when it has succeeded. Nothing else of what it writes may be relied on. A step without outputs
    /// changes something that conjoin cannot see, and so is carried out each time.
    pub outputs: Vec<AbsPath>,
    /// The versions of the tools it runs, e.g. `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub versions: Vec<String>,
    /// How the tool says what it has read, for the next time.
    pub discovery: Option<Discovery>,
    /// Whether its outputs are worth keeping in the store.
    pub keep: Keep,
}

/// The closed set of what steps do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Starts a program.
    Run(Invocation),
    /// Writes files. A file that has these contents already is left alone.
    Write(Vec<WrittenFile>),
    /// Writes the WIT of a world into a folder of its own, as [`Action::Write`] does.
    WriteWorld(WorldAction),
    /// Copies a file: how an artifact leaves the folder that its tool works in. The copy is whole or not there.
    Copy(CopyAction),
    /// Copies a component without names and debug information.
    Strip(CopyAction),
    /// Makes bindings or declarations of a world.
    Generate(GenerateAction),
    /// Makes a component from a core module.
    Encode(EncodeAction),
    /// Composes an entry with everything it imports.
    Compose(ComposeAction),
    /// Runs a component and compares what it says: the proof that an installed toolchain works.
    Prove(ProveAction),
    /// Compiles a composition for this machine.
    Precompile(PrecompileAction),
}

/// A file with all of its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where.
    pub path: AbsPath,
    /// What.
    pub contents: Arc<[u8]>,
}

impl WrittenFile {
    /// A file of this text.
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

/// A file that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyAction {
    /// The file.
    pub from: AbsPath,
    /// The copy.
    pub to: AbsPath,
}

/// What of a world a language's code needs, made in process.
///
/// The folder is the generator's own: files that an earlier run wrote there and this one does not are removed, others are left
/// alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateAction {
    /// What is made.
    pub generator: Generator,
    /// The folder of the WIT package with the world.
    pub wit: AbsPath,
    /// The world.
    pub world: String,
    /// The folder that the files are written into.
    pub into: AbsPath,
    /// The list of what was written, with digests; written last.
    pub list: AbsPath,
}

/// What a compiler has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A core module that carries no description of its world, and what stands between if it speaks WASI preview 1.
    Module(Option<Adapter>),
    /// A core module or a component; which, and what stands between, is seen from its bytes.
    Either,
}

/// A component from what a compiler has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeAction {
    /// The core module, or whatever else `made` says.
    pub module: AbsPath,
    /// The folder of the WIT package with the world.
    pub wit: AbsPath,
    /// The world.
    pub world: String,
    /// What the module is.
    pub made: Made,
    /// Whether names and debug information are left out.
    pub strip: bool,
    /// The component.
    pub output: AbsPath,
}

/// One component from several.
#[derive(Clone, Debug)]
pub struct ComposeAction {
    /// Which import is satisfied by which export.
    pub wiring: Wiring,
    /// The components by the names that the wiring uses.
    pub components: BTreeMap<String, AbsPath>,
    /// The composition.
    pub output: AbsPath,
}

/// A component that is run, and what it must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProveAction {
    /// The component.
    pub component: AbsPath,
    /// What must come out.
    pub expectation: Expectation,
    /// A file that is written when it did.
    pub output: AbsPath,
}

/// What a component that proves a toolchain must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Run as a command, it prints this.
    Prints(String),
    /// Its exported function `hello: func() -> string` returns this.
    Hello(String),
}

/// Native code of a composition, kept in a folder of the cache that finds it by contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrecompileAction {
    /// The entry.
    pub entry: ComponentName,
    /// Its composition.
    pub component: AbsPath,
    /// The folder.
    pub into: AbsPath,
    /// A file that is written when it is there.
    pub output: AbsPath,
}

/// Something that a step reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file that must be there.
    File(AbsPath),
    /// A file that counts if it is there.
    OptionalFile(AbsPath),
    /// All files below a folder, but what version control ignores, what is hidden, and what has one of these names.
    Tree {
        /// The folder.
        dir: AbsPath,
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
    },
    /// Which files there are below a folder, not what is in them: a tool says which ones it has read, but one more or less can
    /// change which ones it would read.
    Names {
        /// The folder.
        dir: AbsPath,
        /// Globs for the files, relative to the folder.
        globs: &'static [&'static str],
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
        /// Whether those count that are hidden or that version control ignores.
        unseen: HiddenFiles,
    },
    /// Files of these names in a folder and in all above it, as far as they are there.
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
        /// Files and folders that do not count, although they match.
        except: Vec<AbsPath>,
        /// Names of folders and files, at any depth, that do not count either.
        without: &'static [&'static str],
        /// Whether a glob that no file matches is an error: then somebody has named what is not there.
        must_match: bool,
    },
    /// A value, e.g. the digest of a world.
    Value {
        /// What it is, e.g. `world gateway`.
        name: String,
        /// The value.
        value: String,
    },
    /// A step that must have succeeded before, where no file says so.
    Step(StepId),
}

/// What becomes of files that are hidden or that version control ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenFiles {
    /// They count like others.
    Count,
    /// They do not count.
    Skip,
}

/// How a tool says what it has read, and what of that counts the next time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The list.
    pub list: ReadList,
    /// Folders of files that do not count, because something else in the key stands for them.
    pub except: Vec<AbsPath>,
    /// What else counts of packages outside of the folder that the tool works in.
    pub packages: Option<Packages>,
}

/// A list of what a tool has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadList {
    /// A file in the format of Makefiles, as rustc writes it. A folder in it stands for everything below it, and for a file that is
    /// not there counts that it is not.
    DepInfo(AbsPath),
    /// What this command prints after the step: `go list -deps -json`.
    GoList(Box<Invocation>),
}

/// How the folder of a package is known by a file that was read in it. All below it counts, although the tool does not list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packages {
    /// The ending of the files by which packages are known.
    pub source: &'static str,
    /// The file that makes a folder a package. Those of folders above count as well.
    pub manifest: &'static str,
    /// Names of folders and files in a package, at any depth, that do not count.
    pub except: &'static [&'static str],
}

/// What becomes of a step's outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// A copy goes to the store that all apps share, so that the step need not be done again for the same key.
    Stored,
    /// They only lie where they were made.
    InPlace,
}

/// One program to run, fully described. Building this value runs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Which tool it is.
    pub tool: Tool,
    /// The program.
    pub program: AbsPath,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// The folder it runs in.
    pub cwd: AbsPath,
    /// What is changed in the environment that it inherits.
    pub env: EnvChanges,
    /// Megabytes of memory that it takes at most; 0 if too little to count.
    pub memory: u64,
    /// A program that is run when this one fails: what it prints belongs to the message.
    pub explained_by: Option<Box<Self>>,
    /// Variables that have it tell how far it is, in lines that end with a carriage return. Set where somebody looks; in no key.
    pub progress: &'static [(&'static str, &'static str)],
}

/// One argument, or the value of a variable: text, or text that ends in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The text.
    pub text: String,
    /// The path after it, if any.
    pub path: Option<AbsPath>,
}

/// What is changed in the environment that a program inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvChanges {
    /// Variables by name: set to a value, or removed.
    pub variables: BTreeMap<&'static str, Option<Arg>>,
    /// Folders in front of `PATH`, the first one searched first.
    pub path: Vec<AbsPath>,
}

impl Arg {
    /// The argument as the program gets it.
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
    /// `found` to be run in `cwd` without arguments.
    pub fn new(tool: Tool, found: &FoundTool, cwd: &AbsPath) -> Self {
        Self {
            tool,
            program: found.path.clone(),
            args: Vec::new(),
            cwd: cwd.clone(),
            env: EnvChanges::default(),
            memory: 0,
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

    /// Runs `other` when this fails, for what it prints.
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

/// The command as it can be pasted into a POSIX shell.
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
    /// A value that counts.
    pub fn value(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Value { name: name.into(), value: value.into() }
    }
}
