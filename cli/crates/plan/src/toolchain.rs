//! The interface of toolchains, which describe how to build a language.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, CustomBuild, Language, LanguageSet, Permissions, ToolchainSpec};
use conjoin_wit::{Dialect, ItemName, WitFile};

use crate::{AbsPath, Finding, Layout, ProbeResults, Profile, Reading, Step, Tool, with_needs};

/// A component as its toolchain sees it.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// Its name.
    pub name: &'a ComponentName,
    /// Its language; `None` if a command of the user builds it.
    pub language: Option<Language>,
    /// The folder of its project.
    pub dir: AbsPath,
    /// The profile to build for.
    pub profile: Profile,
    /// The name of its world.
    pub world: &'a str,
    /// The digest of its world: of that world and what it reaches, in canonical form.
    pub world_digest: &'a str,
    /// What the digest is of: so that what changed can be told.
    pub world_text: &'a str,
    /// The WIT package with its world, in the toolchain's [`Dialect`]; paths are relative to a folder of the
    /// toolchain's choice.
    pub wit: &'a [WitFile],
    /// The interfaces that the world imports and exports, with versions as the user wrote them.
    pub imports: &'a [ItemName],
    /// See `imports`.
    pub exports: &'a [ItemName],
    /// The folder of the shared WIT.
    pub shared_wit: AbsPath,
    /// What it was granted.
    pub permissions: &'a Permissions,
}

/// Builds components in one or more languages. Each is a module of the crate `toolchains`.
pub trait Toolchain: Sync {
    /// Its name, and what manifests and wiring know about it.
    fn spec(&self) -> &'static ToolchainSpec;

    /// The languages that it builds.
    fn languages(&self) -> &'static [Language];

    /// The suffix of the ids of its templates for `language`.
    fn template(&self, language: Language) -> &'static str {
        language.name
    }

    /// The prefixes, in backtraces, of functions of the language and its tools themselves.
    fn machinery(&self) -> &'static [&'static str] {
        &[]
    }

    /// Variables that no program inherits, because they would change what is made without being part of a key, and why.
    /// A `*` at the end stands for any ending.
    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Variables that keep its tools from the network, with their values; in no key.
    fn offline(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The tools that a build needs.
    fn requirements(&self) -> &'static [Tool];

    /// The form in which it reads the WIT of a world.
    fn dialect(&self) -> Dialect;

    /// The files whose text [`Toolchain::steps`] needs.
    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath>;

    /// The tools that may have another version in the component's folder than in the app's.
    fn asked_in_place(&self) -> &'static [Tool] {
        &[]
    }

    /// Plans the steps that write bindings and declarations, which editors and the build need. They need only
    /// [`Toolchain::requirements`], and the project need not build. By default there are none.
    ///
    /// # Errors
    ///
    /// A diagnostic about the project's files.
    fn bindings(&self, _: &Target<'_>, _: &ProbeResults, _: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        Ok(Vec::new())
    }

    /// Plans the steps from the project and its bindings to [`Layout::artifact`].
    ///
    /// # Errors
    ///
    /// A diagnostic about the project's files.
    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;

    /// Converts a tool's output from a form for programs to one for people.
    fn for_people(&self, output: &str) -> String {
        output.to_owned()
    }

    /// A few words on the progress of a tool, parsed from a line that the tool has overwritten since.
    fn progress(&self, _: &str) -> Option<String> {
        None
    }

    /// Parses the output of a tool that failed into findings about the user's files.
    fn findings(&self, output: &str) -> Reading {
        Reading::nothing(output)
    }

    /// Parses warnings about the user's files from the output of a tool that succeeded.
    fn warnings(&self, _: &str) -> Vec<Finding> {
        Vec::new()
    }

    /// Hints about known failures of its tools.
    fn hints(&self) -> &'static [Hint] {
        &[]
    }

    /// The resources that one build takes.
    fn takes(&self) -> Takes {
        Takes { disk: 100, memory: 500 }
    }

    /// A clause on why its components differ between builds without changes; `None` if they do not.
    fn varies(&self, _: Profile) -> Option<&'static str> {
        None
    }

    /// Programs that the machine's own tools start. Tools that conjoin installs include them.
    fn companions(&self) -> &'static [Companion] {
        &[]
    }

    /// The files whose text [`Toolchain::examine`] needs.
    fn examines(&self, _: &Project) -> Vec<AbsPath> {
        Vec::new()
    }

    /// Problems in a project that can be found without building it.
    fn examine(&self, _: &Project, _: &ProbeResults) -> Vec<Complaint> {
        Vec::new()
    }
}

/// The resources that a build takes at most, in megabytes, as measured with the templates and samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// On the disk of the app.
    pub disk: u64,
    /// Of memory.
    pub memory: u64,
}

/// A program that another program starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name, on `PATH` or in the folder of the other program.
    pub program: &'static str,
    /// The tool that starts it.
    pub of: Tool,
    /// Why it is needed: a clause that fits after "because".
    pub because: &'static str,
    /// The command or page with which to install it by hand.
    pub by_hand: &'static str,
}

/// A component's project, to be examined before its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its folder.
    pub dir: AbsPath,
    /// The app's folder.
    pub app: AbsPath,
    /// The name of its world.
    pub world: String,
}

/// A problem in a project that makes its build fail or differ from what its author expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What was examined: `lock-file` or `project`.
    pub about: &'static str,
    /// The problem in one word, e.g. `stale`.
    pub state: &'static str,
    /// The file it is about.
    pub file: AbsPath,
    /// What is wrong: lower case, no full stop, fits after the file's name and a colon.
    pub what: String,
    /// The fix: a command or a clause.
    pub fix: String,
    /// The folder for that command.
    pub folder: AbsPath,
}

/// A hint about a failure that can be recognised from the tool's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A text that the output contains.
    pub when: &'static str,
    /// The cause and the next step, in a sentence.
    pub say: &'static str,
}

/// All toolchains, as `toolchains::all()` gives them.
#[derive(Clone, Copy)]
pub struct ToolchainSet {
    /// The toolchains for languages.
    pub toolchains: &'static [&'static dyn Toolchain],
    /// Plans the steps of a component that a command of the user builds.
    pub custom: CustomSteps,
}

/// Plans the steps of a component from the user's command.
pub type CustomSteps = fn(&Target<'_>, &CustomBuild, &ProbeResults, &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;

impl ToolchainSet {
    /// The toolchain with this name, if this version of conjoin has it.
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

    /// The variables that keep the tools of all toolchains from the network, with their values.
    pub fn offline(&self) -> Vec<(&'static str, &'static str)> {
        self.toolchains.iter().flat_map(|toolchain| toolchain.offline()).copied().collect()
    }

    /// The tools that they and their installation need.
    pub fn tools(&self) -> BTreeSet<Tool> {
        let required = self.toolchains.iter().flat_map(|toolchain| toolchain.requirements()).copied();
        with_needs(&required.collect())
    }

    /// The first toolchain that needs `tool`. If there are several, each can parse its output.
    pub fn needing(&self, tool: Tool) -> Option<&'static dyn Toolchain> {
        self.toolchains.iter().copied().find(|toolchain| toolchain.requirements().contains(&tool))
    }
}
