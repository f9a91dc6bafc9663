//! External programs: how they are found, which versions are supported and why, and how conjoin can install them.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use conjoin_diagnostics::Diagnostic;

use crate::{AbsPath, FoundTool, Layout, ProbeResults, Step};

/// A version as three numbers. Anything after them is ignored.
pub type Version = (u64, u64, u64);

/// An external program, or something else that is found and installed like one. It is declared beside the toolchain
/// that needs it. Two tools are equal if their [`ToolSpec::id`] is.
pub type Tool = &'static ToolSpec;

/// How a program that runs several jobs learns how many it may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parallelism {
    /// It takes a token per job from a jobserver like GNU make's, which `CARGO_MAKEFLAGS` names.
    Jobserver,
    /// This environment variable holds the number.
    Variable(&'static str),
}

/// Everything about one tool, as data.
pub struct ToolSpec {
    /// Its unique id, e.g. `tinygo`. It is part of keys.
    pub id: &'static str,
    /// Its name in messages, e.g. `TinyGo`.
    pub name: &'static str,
    /// The environment variable that overrides its path, e.g. `CONJOIN_TINYGO`.
    pub variable: &'static str,
    /// Where to look for it.
    pub locate: Locate,
    /// How to find its version.
    pub probe: Probe,
    /// Variables to set while asking for its version, e.g. so that nothing is downloaded.
    pub probe_env: &'static [(&'static str, &'static str)],
    /// The supported versions.
    pub window: Window,
    /// The providers to install it with, the preferred one first; empty if conjoin cannot install it.
    pub providers: &'static [&'static dyn Provider],
    /// The command or page with which to install it by hand.
    pub by_hand: &'static str,
    /// A clause on how to remove it if conjoin did not install it; `None` if not known.
    pub removal: Option<&'static str>,
    /// How it learns how many jobs it may run; `None` if it runs one.
    pub parallelism: Option<Parallelism>,
}

impl ToolSpec {
    /// The tool `id`, called `name` in messages. By default, any version of the program `name` on `PATH` is supported,
    /// and conjoin cannot install it. Override fields as in `ToolSpec { window, ..ToolSpec::new("node", "Node.js") }`.
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            variable: "",
            locate: Locate::Path { names: &[], cached: None },
            probe: Probe::None,
            probe_env: &[],
            window: Window::ANY,
            providers: &[],
            by_hand: "",
            removal: None,
            parallelism: None,
        }
    }

    /// A program of the system, of which any version is supported.
    pub const fn program(variable: &'static str, names: &'static [&'static str], by_hand: &'static str) -> Self {
        let name = names[0];
        Self { variable, locate: Locate::Path { names, cached: None }, by_hand, ..Self::new(name, name) }
    }
}

impl PartialEq for ToolSpec {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for ToolSpec {}

impl PartialOrd for ToolSpec {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ToolSpec {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

impl Hash for ToolSpec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// Its name in messages.
impl fmt::Display for ToolSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Its id.
impl fmt::Debug for ToolSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id)
    }
}

/// Where to look for a tool, after its environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locate {
    /// A program on `PATH` with one of these names. Then, if conjoin can install it, a program in the cache folder.
    Path {
        /// Names of the program, the preferred one first.
        names: &'static [&'static str],
        /// The recipe's folder below `toolchains/` and the program below that.
        cached: Option<(&'static str, &'static str)>,
    },
    /// A file in the recipe's folder below `toolchains/` of the cache folder, and nowhere else.
    Cache {
        /// The recipe's folder.
        recipe: &'static str,
        /// The file that exists when it is installed.
        file: &'static str,
    },
    /// Nowhere: the app's manifest names the program.
    Named,
    /// A folder that a program prints. It must contain a file whose name starts with a prefix. Then, if conjoin can
    /// install what belongs to that program, a folder in the cache folder.
    FolderOf {
        /// The program to ask.
        tool: Tool,
        /// Its arguments.
        args: &'static [&'static str],
        /// The prefix of the name of a file that must exist.
        file_starts_with: &'static str,
        /// The prefix for [`recipe_beside`], and the folder below that.
        cached: Option<(&'static str, &'static str)>,
    },
}

impl Locate {
    /// The folder below `toolchains/` into which conjoin installs it, or a prefix of its name.
    pub fn recipe(&self) -> Option<&'static str> {
        match self {
            Self::Path { cached, .. } | Self::FolderOf { cached, .. } => cached.map(|(recipe, _)| recipe),
            Self::Cache { recipe, .. } => Some(recipe),
            Self::Named => None,
        }
    }
}

/// The part of a recipe's folder name that is the same for all versions: everything before the first number.
pub fn recipe_stem(recipe: &str) -> &str {
    let number =
        recipe.match_indices('-').find(|(at, _)| recipe[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()));
    number.map_or(recipe, |(at, _)| &recipe[..at])
}

/// The folder name of a recipe that fits exactly one version of another tool: `beginning` and the version as that tool
/// prints it.
pub fn recipe_beside(beginning: &str, other: &FoundTool) -> String {
    let words = other.says.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    // The first word is the name of the other tool.
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).skip(1).collect();
    format!("{beginning}-{}", words.join("-"))
}

/// How to find a tool's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Run it with these arguments. The version is the first `N.N` or `N.N.N` in its output, after this text if that is
    /// not empty.
    Run {
        /// The arguments.
        args: &'static [&'static str],
        /// The text before the version.
        after: &'static str,
    },
    /// Run a program that may be a shim with these arguments, and use the program behind the shim. Installing packages
    /// through a shim could write to the shim's folder.
    Interpreter {
        /// The arguments that print the version.
        args: &'static [&'static str],
        /// The text before the version.
        after: &'static str,
        /// The arguments that print the path of the program behind the shim.
        itself: &'static [&'static str],
    },
    /// The version that the recipe installs.
    Fixed(Version),
    /// The version of another tool.
    SameAs(Tool),
    /// The version does not matter.
    None,
}

/// The supported versions of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The oldest supported version.
    pub at_least: Version,
    /// The first version that is no longer supported.
    pub below: Option<Version>,
    /// The reason: a clause that fits after "because".
    pub because: &'static str,
}

impl Window {
    /// Any version is supported.
    pub const ANY: Self = Self { at_least: (0, 0, 0), below: None, because: "" };

    /// Whether any version is supported. Then `because` says why the tool is needed at all.
    pub fn is_any(&self) -> bool {
        (self.at_least, self.below) == (Self::ANY.at_least, Self::ANY.below)
    }

    /// Whether `version` is supported.
    pub fn contains(&self, version: Version) -> bool {
        version >= self.at_least && self.below.is_none_or(|below| version < below)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.at_least;
        match self.below {
            _ if self.is_any() => formatter.write_str("any"),
            Some((a, b, c)) if (a, b, c) == (major, minor, patch + 1) => write!(formatter, "{major}.{minor}.{patch}"),
            Some((a, b, c)) => write!(formatter, ">= {major}.{minor}.{patch}, < {a}.{b}.{c}"),
            None => write!(formatter, ">= {major}.{minor}.{patch}"),
        }
    }
}

/// One way to install a tool.
///
/// The engine executes its steps like those of a build. They are idempotent, write into [`Layout::toolchain`] of their
/// own recipe, and end with a step that proves the installation by building and running a component.
pub trait Provider: Sync + fmt::Debug {
    /// The source of the tool, e.g. `npm packages`. It fits after "from ".
    fn name(&self) -> &'static str;

    /// The tools that it needs.
    fn needs(&self) -> &'static [Tool];

    /// A clause on what it changes outside of the cache folder, e.g. "adds the target to your rustup toolchain". `None`
    /// if nothing.
    fn changes_elsewhere(&self) -> Option<&'static str> {
        None
    }

    /// The space that it needs in the cache folder during the installation, in megabytes.
    fn takes(&self) -> u64 {
        0
    }

    /// The files whose text it needs. A folder means all files directly in it.
    fn reads(&self, layout: &Layout) -> Vec<AbsPath>;

    /// Plans the steps of the installation.
    ///
    /// # Errors
    ///
    /// A diagnostic about a file or a tool that makes the installation impossible.
    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_recipes_name_what_they_depend_on() {
        let rustc = |says: &str| FoundTool {
            path: AbsPath::new("/bin/rustc").unwrap(),
            version: (1, 95, 0),
            says: says.to_owned(),
            found_in: crate::FoundIn::Path,
        };
        let recipe = recipe_beside("rust-std-1", &rustc("rustc 1.95.0 (59807616e 2026-04-14)"));
        assert_eq!(recipe, "rust-std-1-1.95.0-59807616e-2026-04-14");
        let built =
            recipe_beside("rust-std-1", &rustc("rustc 1.95.0 (59807616e 2026-04-14) (built from a source tarball)"));
        assert_ne!(built, recipe);
        for (recipe, stem) in [
            (recipe.as_str(), "rust-std"),
            ("tinygo-0.41.1-llvm-19-1", "tinygo"),
            ("wit-bindgen-go-0.7.0-4", "wit-bindgen-go"),
            ("odd", "odd"),
        ] {
            assert_eq!(recipe_stem(recipe), stem);
        }
    }
}
