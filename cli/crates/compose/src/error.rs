//! Errors of composing, with what a reader needs to understand them.

use std::fmt;

use conjoin_diagnostics::{Diagnostic, indented, list};
use conjoin_wit::{Difference, InspectError, ItemName};

/// Why components cannot be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The wiring names a component that was not given.
    #[error("the composition of `{entry}` needs the component `{name}`, which was not built")]
    MissingComponent {
        /// The entry.
        entry: String,
        /// The component.
        name: String,
    },
    /// The built file is not a usable component.
    #[error("the component `{name}` cannot be composed: {source}")]
    Unusable {
        /// The component.
        name: String,
        /// Why not.
        source: InspectError,
    },
    /// A component has an import that is not planned.
    #[error("the component `{component}` imports `{import}`, which was not planned: its world does not name it")]
    UnplannedImport {
        /// The component.
        component: String,
        /// What it imports.
        import: ItemName,
        /// Its definition.
        definition: String,
    },
    /// A component does not have an export of its world.
    #[error(
        "the component `{exporter}` does not export `{export}`: its world has this export, but the guest does not implement it"
    )]
    MissingExport {
        /// The component that does not have it.
        exporter: String,
        /// The missing export.
        export: ItemName,
        /// The components that import it.
        importers: Vec<String>,
        /// Its exports.
        exports: Vec<ItemName>,
    },
    /// Both sides name the same interface in incompatible versions.
    #[error(
        "`{}` imports `{}`, and `{}` exports it as `{}`, a version that is not compatible",
        .0.importer, .0.import, .0.exporter, .0.export
    )]
    Versions(Box<Connection>),
    /// Both sides define an interface differently.
    #[error(
        "`{}` imports `{}`, but what `{}` exports under this name differs",
        .connection.importer, .connection.import, .connection.exporter
    )]
    Mismatch {
        /// Both sides.
        connection: Box<Connection>,
        /// How they differ.
        differences: Vec<Difference>,
    },
    /// Two resources with the same name are defined by different components.
    #[error("{0}")]
    ForeignResource(Box<ForeignResource>),
    /// The entry exports a resource that is hidden inside the composition.
    #[error(
        "`{entry}` exports `{export}` with the resource `{resource}`, which `{maker}` makes inside of the composition"
    )]
    HiddenResource {
        /// The entry.
        entry: String,
        /// Its export.
        export: ItemName,
        /// The resource.
        resource: String,
        /// The component that makes it.
        maker: String,
    },
    /// The composition exceeds a limit of WebAssembly components.
    #[error("the composition of `{entry}` from {components} components is too large: {limit}")]
    TooLarge {
        /// The entry.
        entry: String,
        /// The number of components in it.
        components: usize,
        /// The limit, as wasmparser names it.
        limit: String,
    },
    /// The entry has no exports.
    #[error("the entry `{entry}` exports nothing, so nothing can call it")]
    NothingExported {
        /// The entry.
        entry: String,
    },
    /// All checks passed, but composing failed.
    #[error("the composition `{wiring}` failed: {reason}")]
    Refused {
        /// The composition in one line.
        wiring: String,
        /// Why.
        reason: String,
    },
    /// The library that composes panicked.
    #[error("the composition `{wiring}` failed because of a bug in the composer: {reason}")]
    Panicked {
        /// The composition in one line.
        wiring: String,
        /// The message of the panic.
        reason: String,
    },
    /// The composed component is not valid.
    #[error("the composition `{wiring}` is invalid: {reason} (at byte {offset})")]
    Invalid {
        /// The composition in one line.
        wiring: String,
        /// What is wrong.
        reason: String,
        /// The offset in the component, in bytes.
        offset: usize,
    },
}

/// An import of one component and the export of another that should satisfy it, each with its definition.
#[derive(Debug)]
pub struct Connection {
    /// The component that imports.
    pub importer: String,
    /// What it imports.
    pub import: ItemName,
    /// How it defines that.
    pub expected: String,
    /// The component that exports.
    pub exporter: String,
    /// What it exports.
    pub export: ItemName,
    /// How it defines that.
    pub offered: String,
}

/// A resource that a component gets from two different owners.
#[derive(Debug)]
pub struct ForeignResource {
    /// The component that gets both.
    pub importer: String,
    /// The resource.
    pub resource: String,
    /// The interface that it belongs to.
    pub interface: ItemName,
    /// The other import through which the component gets it.
    pub import: ItemName,
    /// The component that satisfies this import.
    pub exporter: String,
    /// The owner of the resource that the importer expects.
    pub expected: String,
    /// The owner of the resource that the exporter offers.
    pub offered: String,
    /// Those of the two owners that are components, each with its definition of the interface.
    pub definitions: Vec<(String, String)>,
}

impl fmt::Display for ForeignResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { importer, resource, interface, import, exporter, expected, offered, definitions: _ } = self;
        write!(
            formatter,
            "`{importer}` gets the resource `{resource}` of `{interface}` from two makers: directly from {expected}, and through \
             `{import}` of `{exporter}` from {offered}"
        )
    }
}

impl ComposeError {
    /// The stable code of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingComponent { .. } => "compose::missing-component",
            Self::Unusable { .. } => "compose::unusable",
            Self::UnplannedImport { .. } => "compose::unplanned-import",
            Self::MissingExport { .. } => "compose::missing-export",
            Self::Versions(_) => "compose::versions",
            Self::Mismatch { .. } => "compose::mismatch",
            Self::ForeignResource(_) => "compose::foreign-resource",
            Self::HiddenResource { .. } => "compose::hidden-resource",
            Self::TooLarge { .. } => "compose::too-large",
            Self::NothingExported { .. } => "compose::nothing-exported",
            Self::Refused { .. } => "compose::refused",
            Self::Panicked { .. } => "compose::panicked",
            Self::Invalid { .. } => "compose::invalid",
        }
    }

    /// Notes that explain it, e.g. both definitions of an interface that differs.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::UnplannedImport { definition, .. } => vec![format!("it expects:\n{}", indented(definition))],
            Self::MissingExport { importers, exporter, exports, .. } => {
                let importers = importers.iter().map(|importer| format!("`{importer}` imports it"));
                importers.chain([format!("`{exporter}` exports {}", list_or_nothing(exports))]).collect()
            }
            Self::TooLarge { .. } => vec![
                "each component takes an instance, and so does each of its interfaces that another one imports"
                    .to_owned(),
            ],
            Self::Versions(connection) => both_sides(connection, &connection.expected, &connection.offered),
            Self::Mismatch { connection, differences } => mismatch_notes(connection, differences),
            Self::ForeignResource(found) => {
                let definitions = found.definitions.iter();
                let own = definitions.map(|(maker, text)| format!("`{maker}` defines its own:\n{}", indented(text)));
                let rule =
                    "a resource can be used only by the component that made it, and by those that got it from there";
                own.chain([rule.to_owned()]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Hints about what to do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::MissingComponent { name, .. } => format!("build it: `conjoin build -c {name}`"),
            Self::Unusable { source, .. } => source.hint().to_owned(),
            Self::UnplannedImport { component, import, .. } => format!(
                "add `import {import};` to the world of `{component}`; if it was built from an older WIT, build it again"
            ),
            Self::MissingExport { exporter, export, .. } => {
                format!("implement `{export}` in `{exporter}`, or remove it from its world")
            }
            Self::Versions(connection) => {
                let interface = connection.import.without_version();
                format!("use one version of `{interface}`, and build them again")
            }
            Self::Mismatch { connection, .. } => format!("build both from one definition of `{}`", connection.import),
            Self::ForeignResource(found) => {
                format!("have one component export `{}`, and all others import it from there", found.interface)
            }
            Self::HiddenResource { resource, export, .. } => format!(
                "let the entry define its own resource around `{resource}`, e.g. `resource own-{resource} {{ ... }}` in the interface \
                 that it exports, or do not export `{export}`"
            ),
            Self::TooLarge { .. } => {
                "compose fewer components and interfaces: merge small components, or split the app into several entries"
                    .to_owned()
            }
            Self::NothingExported { .. } => {
                "add an export to its world, e.g. `export wasi:http/incoming-handler@0.2.12;`".to_owned()
            }
            Self::Refused { .. } | Self::Panicked { .. } | Self::Invalid { .. } => {
                "this is a bug in conjoin; please report it with the WIT of these components".to_owned()
            }
        };
        vec![hint]
    }

    /// Whether conjoin itself is at fault.
    pub fn is_bug(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Panicked { .. } | Self::Invalid { .. })
    }

    /// The whole error as a diagnostic: code, message, notes and hints.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string());
        let diagnostic = self.notes().into_iter().fold(diagnostic, Diagnostic::note);
        self.hints().into_iter().fold(diagnostic, Diagnostic::hint)
    }
}

/// The differences and the definitions that differ. If one side is missing something, its whole interface.
fn mismatch_notes(connection: &Connection, differences: &[Difference]) -> Vec<String> {
    let side = |of: fn(&Difference) -> &Option<String>, whole: &str| {
        let texts: Option<Vec<&str>> = differences.iter().map(|difference| of(difference).as_deref()).collect();
        let Some(mut texts) = texts else { return whole.to_owned() };
        texts.dedup();
        texts.join("\n")
    };
    let expected = side(|difference| &difference.expected, &connection.expected);
    let offered = side(|difference| &difference.offered, &connection.offered);
    let notes = differences.iter().map(ToString::to_string);
    notes.chain(both_sides(connection, &expected, &offered)).collect()
}

fn both_sides(Connection { importer, exporter, .. }: &Connection, expected: &str, offered: &str) -> Vec<String> {
    vec![
        format!("`{importer}` expects:\n{}", indented(expected)),
        format!("`{exporter}` offers:\n{}", indented(offered)),
    ]
}

fn list_or_nothing(names: &[impl fmt::Display]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { list(names) }
}
