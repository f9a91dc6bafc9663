//! What steps do.

use std::{collections::BTreeMap, sync::Arc};

use conjoin_manifest::ComponentName;
use conjoin_wit::{Adapter, Wiring};

use crate::{AbsPath, Generator, Invocation};

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
