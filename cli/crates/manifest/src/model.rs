//! What a checked manifest says.

use std::{collections::BTreeMap, fmt, ops::Range, sync::Arc};

use conjoin_diagnostics::Source;

use crate::{AppPath, ComponentName, Permissions};

/// A value with the bytes of `conjoin.toml` it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the manifest's text.
    pub span: Range<usize>,
}

/// One checked `conjoin.toml`.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The text it was parsed from, for diagnostics of later stages.
    pub source: Arc<Source>,
    /// The `[app]` table.
    pub app: App,
    /// The `[component.NAME]` tables, by name. There is at least one.
    pub components: BTreeMap<ComponentName, Component>,
    /// The `[[trigger.http]]` tables, in the order of the file.
    pub http: Vec<HttpTrigger>,
    /// The `[[trigger.command]]` tables, in the order of the file.
    pub commands: Vec<CommandTrigger>,
}

impl Manifest {
    /// The components that something from outside calls, each once, in the order of the triggers.
    pub fn entries(&self) -> Vec<&ComponentName> {
        let mut entries: Vec<&ComponentName> = Vec::new();
        let http = self.http.iter().map(|trigger| &trigger.component.value);
        for name in http.chain(self.commands.iter().map(|trigger| &trigger.component.value)) {
            if !entries.contains(&name) {
                entries.push(name);
            }
        }
        entries
    }
}

/// The `[app]` table.
#[derive(Clone, Debug)]
pub struct App {
    /// The app's name.
    pub name: Spanned<String>,
    /// The app's version.
    pub version: Option<semver::Version>,
    /// The folder of the shared WIT.
    pub wit: AppPath,
}

/// One `[component.NAME]` table.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name; the span is that of the key.
    pub name: Spanned<ComponentName>,
    /// What it is made from.
    pub origin: Origin,
    /// The world of the shared WIT that it implements; the component's name unless written. The span is that of the written
    /// value or of the component's name.
    pub world: Spanned<String>,
    /// What it may do beyond computing.
    pub permissions: Permissions,
    /// `imports`: which component satisfies an interface, by the interface's name with or without its version.
    pub imports: BTreeMap<String, Import>,
}

/// One line of a component's `imports` table.
#[derive(Clone, Debug)]
pub struct Import {
    /// The place of the interface name.
    pub key: Range<usize>,
    /// The component that satisfies it.
    pub component: Spanned<ComponentName>,
}

/// What a component is made from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// `language`: a project that conjoin builds.
    Built(Built),
    /// `source`: a component that exists already.
    Source(Spanned<AppPath>),
    /// `build`: a command of the user's makes it.
    Custom(CustomBuild),
}

/// A project in a language that conjoin knows.
#[derive(Clone, Debug)]
pub struct Built {
    /// The project's folder; named like the component unless `path` is written.
    pub path: Spanned<AppPath>,
    /// Its language.
    pub language: Spanned<Language>,
    /// What builds it, resolved from `language`, `toolchain` and `engine`.
    pub toolchain: ToolchainName,
}

/// The escape hatch for a language that conjoin does not know.
#[derive(Clone, Debug)]
pub struct CustomBuild {
    /// The folder in which the command runs and to which the other paths are relative.
    pub path: Spanned<AppPath>,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    /// Globs of what it reads.
    pub inputs: Vec<Spanned<String>>,
    /// The component or core module it makes, relative to `path`.
    pub output: Spanned<AppPath>,
}

/// The languages that conjoin builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Rust.
    Rust,
    /// Go, built by the standard compiler or by TinyGo.
    Go,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Python.
    Python,
}

impl Language {
    /// All languages, in the order in which lists show them.
    pub const ALL: [Self; 5] = [Self::Rust, Self::Go, Self::JavaScript, Self::TypeScript, Self::Python];

    /// The name as it is written in a manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Go => "go",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What builds a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ToolchainName {
    /// cargo for `wasm32-wasip2`.
    Rust,
    /// The standard Go compiler.
    Go,
    /// TinyGo.
    TinyGo,
    /// componentize-js: JavaScript or TypeScript on the engine StarlingMonkey.
    Starling,
    /// componentize-qjs: JavaScript or TypeScript on the engine QuickJS.
    QuickJs,
    /// componentize-py.
    Python,
}

impl ToolchainName {
    /// The name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Go => "go",
            Self::TinyGo => "tinygo",
            Self::Starling => "starling",
            Self::QuickJs => "quickjs",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for ToolchainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// `engine`, for JavaScript and TypeScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// StarlingMonkey, with web APIs.
    Starling,
    /// QuickJS, small and synchronous.
    QuickJs,
}

/// One `[[trigger.http]]` table.
#[derive(Clone, Debug)]
pub struct HttpTrigger {
    /// `/exact/path`, or `/prefix/...` for everything below; checked to start with `/`. No two triggers have the same.
    pub route: Spanned<String>,
    /// The entry.
    pub component: Spanned<ComponentName>,
    /// How many requests an instance of the composition serves.
    pub isolation: Isolation,
}

/// How many requests an instance serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Isolation {
    /// A fresh instance per request.
    #[default]
    Fresh,
    /// An instance serves up to this many requests.
    Reuse(u32),
}

/// One `[[trigger.command]]` table.
#[derive(Clone, Debug)]
pub struct CommandTrigger {
    /// The entry.
    pub component: Spanned<ComponentName>,
}
