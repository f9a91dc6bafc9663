//! What builds a language: described, never done.

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, Language, Permissions, ToolchainName};
use conjoin_wit::{Dialect, WitFile};

use crate::{AbsPath, Facts, Layout, Profile, Step, Tool, ToolSpec};

/// A component as its toolchain sees it.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// Its name.
    pub name: &'a ComponentName,
    /// Its language.
    pub language: Language,
    /// The folder of its project.
    pub dir: AbsPath,
    /// What it is built for.
    pub profile: Profile,
    /// The name of its world.
    pub world: &'a str,
    /// The digest of its world: of that world and what it reaches, in canonical form.
    pub world_digest: &'a str,
    /// What the digest is of: so that what changed can be told.
    pub world_text: &'a str,
    /// The WIT package with its world, in the toolchain's [`Dialect`]; paths are relative to a folder of the toolchain's choice.
    pub wit: &'a [WitFile],
    /// The interfaces that the world imports and exports, with versions as the user wrote them.
    pub imports: &'a [String],
    /// See `imports`.
    pub exports: &'a [String],
    /// The folder of the shared WIT.
    pub shared_wit: AbsPath,
    /// What it was granted.
    pub permissions: &'a Permissions,
}

/// What builds a language. One file each in the crate `toolchains`.
pub trait Toolchain: Sync {
    /// Which one it is.
    fn name(&self) -> ToolchainName;

    /// The tools that a build needs.
    fn requirements(&self) -> &'static [Tool];

    /// How it wants the WIT of a world.
    fn dialect(&self) -> Dialect;

    /// Files whose text [`Toolchain::steps`] must know.
    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath>;

    /// The steps that write what an editor and the build need of the world: bindings, declarations. They need no more than
    /// [`Toolchain::requirements`] and no project that builds. By default there are none.
    fn bindings(&self, _: &Target<'_>, _: &Facts, _: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        Ok(Vec::new())
    }

    /// The steps from the project and its bindings to [`Layout::artifact`]; errors are about the project's files.
    fn steps(&self, target: &Target<'_>, facts: &Facts, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;

    /// What is known of failures of its tools.
    fn hints(&self) -> &'static [Hint] {
        &[]
    }
}

/// A failure whose cause is known by its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A text that the output contains.
    pub when: &'static str,
    /// The cause and the next step, a sentence.
    pub say: &'static str,
}

/// All toolchains and tools, as `toolchains::all()` gives them.
#[derive(Clone, Copy)]
pub struct ToolchainSet {
    /// What builds languages.
    pub toolchains: &'static [&'static dyn Toolchain],
    /// The tools they and their installation need, at most one per [`Tool`].
    pub tools: &'static [&'static ToolSpec],
}

impl ToolchainSet {
    /// The toolchain of this name, if conjoin has it yet.
    pub fn toolchain(&self, name: ToolchainName) -> Option<&'static dyn Toolchain> {
        self.toolchains.iter().copied().find(|toolchain| toolchain.name() == name)
    }

    /// The spec of this tool, if it has one.
    pub fn tool(&self, tool: Tool) -> Option<&'static ToolSpec> {
        self.tools.iter().copied().find(|spec| spec.tool == tool)
    }
}
