//! External programs: how they are found, which versions will do and why, and how conjoin can install them.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use conjoin_diagnostics::Diagnostic;

use crate::{AbsPath, FoundTool, Layout, ProbeResults, Step};

/// A version as three numbers; what follows them is ignored.
pub type Version = (u64, u64, u64);

/// An external program, or something else that is found and installed like one: what is known of it, declared beside the toolchain
/// that needs it. Two tools are the same if their [`ToolSpec::id`] is.
pub type Tool = &'static ToolSpec;

/// How a program that does several things at once is told how many they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parallelism {
    /// It takes a token for each from a jobserver in the manner of GNU make, named by `CARGO_MAKEFLAGS`.
    Jobserver,
    /// A variable of its environment holds the number.
    Variable(&'static str),
}

/// Everything about one tool, as data.
pub struct ToolSpec {
    /// What tells it from all others, e.g. `tinygo`; part of keys.
    pub id: &'static str,
    /// Its name in messages, e.g. `TinyGo`.
    pub name: &'static str,
    /// The environment variable that overrides where it is, e.g. `CONJOIN_TINYGO`.
    pub variable: &'static str,
    /// Where it is looked for.
    pub locate: Locate,
    /// How its version is asked for.
    pub probe: Probe,
    /// Variables that are set while it is asked, e.g. so that a question downloads nothing.
    pub probe_env: &'static [(&'static str, &'static str)],
    /// Which versions will do.
    pub window: Window,
    /// The ways to install it, the preferred one first; empty when conjoin cannot.
    pub providers: &'static [&'static dyn Provider],
    /// The command or page that an installation by hand starts from.
    pub by_hand: &'static str,
    /// How it is removed where conjoin did not install it, a clause; nothing where that is not known.
    pub removal: Option<&'static str>,
    /// How it is told how many things it may do at once; nothing if it does one.
    pub parallelism: Option<Parallelism>,
}

impl ToolSpec {
    /// The tool `id`, called `name` in messages: any version of the program `name` on `PATH` will do, and conjoin cannot install it.
    /// What differs from that is written in front: `ToolSpec { window, ..ToolSpec::new("node", "Node.js") }`.
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

    /// A program of the system by its own name, of which any version will do.
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

/// Where a tool is looked for, after its environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locate {
    /// A program on `PATH` by one of these names, then, if conjoin can install it, a program in the cache folder.
    Path {
        /// Names of the program, the preferred one first.
        names: &'static [&'static str],
        /// The recipe's folder below `toolchains/` and the program below that.
        cached: Option<(&'static str, &'static str)>,
    },
    /// Only in the cache folder: the recipe's folder below `toolchains/` and a file below that.
    Cache {
        /// The recipe's folder.
        recipe: &'static str,
        /// The file that is there when it is installed.
        file: &'static str,
    },
    /// Nowhere: the app's manifest names the program.
    Named,
    /// A folder named by the answer of a program: it must exist and hold a file whose name starts so. Then, if conjoin can make
    /// what belongs to that program, a folder in the cache folder.
    FolderOf {
        /// The program that is asked.
        tool: Tool,
        /// Its arguments.
        args: &'static [&'static str],
        /// The beginning of the name of a file that must be there.
        file_starts_with: &'static str,
        /// The beginning of [`recipe_beside`] and the folder below that.
        cached: Option<(&'static str, &'static str)>,
    },
}

impl Locate {
    /// The folder below `toolchains/` of what conjoin installs, or its beginning.
    pub fn recipe(&self) -> Option<&'static str> {
        match self {
            Self::Path { cached, .. } | Self::FolderOf { cached, .. } => cached.map(|(recipe, _)| recipe),
            Self::Cache { recipe, .. } => Some(recipe),
            Self::Named => None,
        }
    }
}

/// The part of a recipe's folder that is the same for all versions: what stands before the first number.
pub fn recipe_stem(recipe: &str) -> &str {
    let number =
        recipe.match_indices('-').find(|(at, _)| recipe[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()));
    number.map_or(recipe, |(at, _)| &recipe[..at])
}

/// The recipe's folder of what fits exactly one version of another tool: `beginning` with the version as that tool says it.
pub fn recipe_beside(beginning: &str, other: &FoundTool) -> String {
    let words = other.says.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    // The first word is the other tool's name.
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).skip(1).collect();
    format!("{beginning}-{}", words.join("-"))
}

/// How a tool's version is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Run it with these arguments; the version is the first `N.N` or `N.N.N` of its output, after this text if not empty.
    Run {
        /// The arguments.
        args: &'static [&'static str],
        /// What stands before the version.
        after: &'static str,
    },
    /// The same for a program for which a shim may stand: installing packages through a shim may write to the shim's folder, so
    /// the program itself is used.
    Interpreter {
        /// The arguments that print the version.
        args: &'static [&'static str],
        /// What stands before the version.
        after: &'static str,
        /// The arguments that print the path of the program that really runs.
        itself: &'static [&'static str],
    },
    /// It is what the recipe installs.
    Fixed(Version),
    /// That of another tool.
    SameAs(Tool),
    /// It need not be known.
    None,
}

/// The versions of a tool that will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The oldest that will do.
    pub at_least: Version,
    /// The first that is not supported any more.
    pub below: Option<Version>,
    /// Why, a clause that fits after "because".
    pub because: &'static str,
}

impl Window {
    /// For a tool of which any version will do.
    pub const ANY: Self = Self { at_least: (0, 0, 0), below: None, because: "" };

    /// Whether any version will do; `because` then says why the tool is needed at all.
    pub fn is_any(&self) -> bool {
        (self.at_least, self.below) == (Self::ANY.at_least, Self::ANY.below)
    }

    /// Whether `version` will do.
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
/// Its steps are carried out by the same engine as a build's. They write into [`Layout::toolchain`] of their own recipe, are
/// idempotent, and end with a step that proves the installation by building and running a component.
pub trait Provider: Sync + fmt::Debug {
    /// What it takes the tool from, e.g. `npm packages`; fits after "from ".
    fn name(&self) -> &'static str;

    /// The tools that must be there first.
    fn needs(&self) -> &'static [Tool];

    /// What it changes outside of the cache folder, if anything: a clause such as "adds the target to your rustup toolchain".
    fn changes_elsewhere(&self) -> Option<&'static str> {
        None
    }

    /// Megabytes that it takes in the cache folder while it installs.
    fn takes(&self) -> u64 {
        0
    }

    /// Files whose text it must know; a folder stands for all files directly in it.
    fn reads(&self, layout: &Layout) -> Vec<AbsPath>;

    /// The steps.
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
