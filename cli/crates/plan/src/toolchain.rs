//! What builds a language: described, never done.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, CustomBuild, Language, LanguageSet, Permissions, ToolchainSpec};
use conjoin_wit::{Dialect, WitFile};

use crate::{AbsPath, Finding, Layout, ProbeResults, Profile, Reading, Step, Tool, with_needs};

/// A component as its toolchain sees it.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// Its name.
    pub name: &'a ComponentName,
    /// Its language; none where a command of the user's builds it.
    pub language: Option<Language>,
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
    /// Which one it is, and what manifests and wiring know of it.
    fn spec(&self) -> &'static ToolchainSpec;

    /// The languages that it builds.
    fn languages(&self) -> &'static [Language];

    /// What the ids of templates of components in `language` that it builds end with.
    fn template(&self, language: Language) -> &'static str {
        language.name
    }

    /// With what names begin, in backtraces, that the language and its tools give to their own functions.
    fn machinery(&self) -> &'static [&'static str] {
        &[]
    }

    /// Variables that no program inherits, because they would change what is made without being part of a key, and why. A `*` at the
    /// end stands for any ending.
    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The tools that a build needs.
    fn requirements(&self) -> &'static [Tool];

    /// How it wants the WIT of a world.
    fn dialect(&self) -> Dialect;

    /// Files whose text [`Toolchain::steps`] must know.
    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath>;

    /// Those of the tools that may be another version in the component's folder than in the app's.
    fn asked_in_place(&self) -> &'static [Tool] {
        &[]
    }

    /// The steps that write what an editor and the build need of the world: bindings, declarations. They need no more than
    /// [`Toolchain::requirements`] and no project that builds. By default there are none.
    fn bindings(&self, _: &Target<'_>, _: &ProbeResults, _: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        Ok(Vec::new())
    }

    /// The steps from the project and its bindings to [`Layout::artifact`]; errors are about the project's files.
    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;

    /// The output of one of its tools as people read it, where the tool writes for programs.
    fn for_people(&self, output: &str) -> String {
        output.to_owned()
    }

    /// How far one of its tools is, a few words, by a line that it has written over since.
    fn progress(&self, _: &str) -> Option<String> {
        None
    }

    /// What the output of one of its tools, which failed, says about the user's files.
    fn findings(&self, output: &str) -> Reading {
        Reading::nothing(output)
    }

    /// What the output of one of its tools, which succeeded, says about the user's files all the same.
    fn warnings(&self, _: &str) -> Vec<Finding> {
        Vec::new()
    }

    /// What is known of failures of its tools.
    fn hints(&self) -> &'static [Hint] {
        &[]
    }

    /// What one build takes of the machine.
    fn takes(&self) -> Takes {
        Takes { disk: 100, memory: 500 }
    }

    /// Why its components differ from build to build although nothing has changed, if they do: a clause.
    fn varies(&self, _: Profile) -> Option<&'static str> {
        None
    }

    /// Programs that the machine's own tools start, and that those which conjoin installs bring with them.
    fn companions(&self) -> &'static [Companion] {
        &[]
    }

    /// Files whose text [`Toolchain::examine`] must know.
    fn examines(&self, _: &Project) -> Vec<AbsPath> {
        Vec::new()
    }

    /// What is wrong in a project and can be seen without building it.
    fn examine(&self, _: &Project, _: &ProbeResults) -> Vec<Complaint> {
        Vec::new()
    }
}

/// Megabytes that a build takes at most, as measured with the templates and samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// On the disk of the app.
    pub disk: u64,
    /// Of memory.
    pub memory: u64,
}

/// A program that another one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name, on `PATH` or in the folder of the other.
    pub program: &'static str,
    /// The tool that starts it.
    pub of: Tool,
    /// Why it is needed, a clause that fits after "because".
    pub because: &'static str,
    /// The command or page that an installation by hand starts from.
    pub by_hand: &'static str,
}

/// A component's project, for what can be said before its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its folder.
    pub dir: AbsPath,
    /// The app's folder.
    pub app: AbsPath,
    /// The name of its world.
    pub world: String,
}

/// Something in a project that makes its build fail, or other than its author thinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What was looked at: `lock-file` or `project`.
    pub about: &'static str,
    /// One word for it, e.g. `stale`.
    pub state: &'static str,
    /// The file it is about.
    pub file: AbsPath,
    /// What is wrong: lower case, no full stop, fits after the file's name and a colon.
    pub what: String,
    /// What fixes it, a command or a clause.
    pub fix: String,
    /// The folder in which that is done.
    pub folder: AbsPath,
}

/// A failure whose cause is known by its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A text that the output contains.
    pub when: &'static str,
    /// The cause and the next step, a sentence.
    pub say: &'static str,
}

/// All toolchains, as `toolchains::all()` gives them.
#[derive(Clone, Copy)]
pub struct ToolchainSet {
    /// What builds languages.
    pub toolchains: &'static [&'static dyn Toolchain],
    /// The steps of a component that a command of the user's builds.
    pub custom: CustomSteps,
}

/// From the command of a component to its steps.
pub type CustomSteps = fn(&Target<'_>, &CustomBuild, &ProbeResults, &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;

impl ToolchainSet {
    /// The toolchain of this name, if conjoin has it yet.
    pub fn toolchain(&self, spec: &ToolchainSpec) -> Option<&'static dyn Toolchain> {
        self.toolchains.iter().copied().find(|toolchain| toolchain.spec() == spec)
    }

    /// The languages that they build.
    pub fn languages(&self) -> LanguageSet {
        LanguageSet::new(self.toolchains.iter().flat_map(|toolchain| toolchain.languages()).copied())
    }

    /// The variables that no program inherits on account of any toolchain, and why.
    pub fn withheld(&self) -> Vec<(&'static str, &'static str)> {
        self.toolchains.iter().flat_map(|toolchain| toolchain.withheld()).copied().collect()
    }

    /// The tools that they and their installation need.
    pub fn tools(&self) -> BTreeSet<Tool> {
        let required = self.toolchains.iter().flat_map(|toolchain| toolchain.requirements()).copied();
        with_needs(&required.collect())
    }

    /// The first toolchain that needs `tool`: of several, all know what it says.
    pub fn needing(&self, tool: Tool) -> Option<&'static dyn Toolchain> {
        self.toolchains.iter().copied().find(|toolchain| toolchain.requirements().contains(&tool))
    }
}
