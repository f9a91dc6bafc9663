//! What a checked manifest says.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use conjoin_diagnostics::Source;

use crate::{AppPath, ComponentName, Language, Permissions, ToolchainSpec, Trigger};

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
    /// The `[component.NAME]` tables, by name. An app that was just made has none.
    pub components: BTreeMap<ComponentName, Component>,
    /// The `[[trigger.KIND]]` tables, kind by kind, each kind in the order of the file.
    pub triggers: Vec<Trigger>,
}

impl Manifest {
    /// The component of this name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.values().find(|component| component.name.value.as_str() == name)
    }

    /// The components that something from outside calls, each once, in the order of the triggers.
    pub fn entries(&self) -> Vec<&ComponentName> {
        let mut entries: Vec<&ComponentName> = Vec::new();
        for name in self.triggers.iter().map(|trigger| &trigger.component.value) {
            if !entries.contains(&name) {
                entries.push(name);
            }
        }
        entries
    }

    /// The triggers that call `component`.
    pub fn triggers_of(&self, component: &ComponentName) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter().filter(move |trigger| trigger.component.value == *component)
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
    pub toolchain: &'static ToolchainSpec,
}

/// The escape hatch for a language that conjoin does not know.
#[derive(Clone, Debug)]
pub struct CustomBuild {
    /// The folder in which the command runs and to which the other paths are relative.
    pub path: Spanned<AppPath>,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    /// Globs of what it reads, relative to `path` wherever they lead to, or absolute.
    pub inputs: Vec<Spanned<String>>,
    /// The component or core module it makes, relative to `path`.
    pub output: Spanned<AppPath>,
}
