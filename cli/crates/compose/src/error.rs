//! Why components cannot be composed, with all that is needed to understand it.

use std::fmt;

use conjoin_diagnostics::Diagnostic;
use conjoin_wit::{Difference, InspectError};

/// Why components cannot be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The wiring names a component that is not there.
    #[error("the composition of `{entry}` needs the component `{name}`, which was not built")]
    MissingComponent {
        /// The entry.
        entry: String,
        /// The component.
        name: String,
    },
    /// What was built is no component.
    #[error("the component `{name}` cannot be composed: {source}")]
    Unusable {
        /// The component.
        name: String,
        /// Why not.
        source: InspectError,
    },
    /// A component wants something that was not planned.
    #[error("the component `{component}` imports `{import}`, which was not planned: its world does not name it")]
    UnplannedImport {
        /// The component.
        component: String,
        /// What it imports.
        import: String,
        /// Its definition.
        definition: String,
    },
    /// A component does not have an export of its world.
    #[error("the component `{exporter}` does not export `{export}`: the guest forgot this export of its world")]
    MissingExport {
        /// The component that does not have it.
        exporter: String,
        /// What it is missing.
        export: String,
        /// The components that import it.
        importers: Vec<String>,
        /// What it does export.
        exports: Vec<String>,
    },
    /// Both sides name one interface in versions that do not fit one another.
    #[error(
        "`{}` imports `{}`, and `{}` exports it as `{}`, a version that is not compatible",
        .0.importer, .0.import, .0.exporter, .0.export
    )]
    Versions(Box<Connection>),
    /// Both sides understand an interface differently.
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
    /// Resources that look the same are made by different components.
    #[error("{0}")]
    ForeignResource(Box<ForeignResource>),
    /// A resource from inside would have to be known outside.
    #[error(
        "`{entry}` exports `{export}` with the resource `{resource}`, which `{maker}` makes inside of the composition"
    )]
    HiddenResource {
        /// The entry.
        entry: String,
        /// Its export.
        export: String,
        /// The resource.
        resource: String,
        /// The component that makes it.
        maker: String,
    },
    /// More of something than a component may hold.
    #[error("the composition of `{entry}` from {components} components is too large: {limit}")]
    TooLarge {
        /// The entry.
        entry: String,
        /// How many components it is made from.
        components: usize,
        /// Which limit of WebAssembly components it exceeds, as wasmparser names it.
        limit: String,
    },
    /// The entry has nothing to call.
    #[error("the entry `{entry}` exports nothing, so that nothing could call it")]
    NothingExported {
        /// The entry.
        entry: String,
    },
    /// All checks passed, and still it cannot be done.
    #[error("the composition `{wiring}` failed: {reason}")]
    Refused {
        /// The composition in one line.
        wiring: String,
        /// Why.
        reason: String,
    },
    /// A panic inside of the library that composes.
    #[error("the composition `{wiring}` failed by a defect of the composer: {reason}")]
    Panicked {
        /// The composition in one line.
        wiring: String,
        /// What the library said.
        reason: String,
    },
    /// What came out is not a valid component.
    #[error("the composition `{wiring}` came out invalid: {reason} (at byte {offset})")]
    Invalid {
        /// The composition in one line.
        wiring: String,
        /// What is wrong.
        reason: String,
        /// Where.
        offset: usize,
    },
}

/// What one component imports and another exports, each with its definition.
#[derive(Debug)]
pub struct Connection {
    /// The component that imports.
    pub importer: String,
    /// What it imports.
    pub import: String,
    /// How it defines that.
    pub expected: String,
    /// The component that exports.
    pub exporter: String,
    /// What it exports.
    pub export: String,
    /// How it defines that.
    pub offered: String,
}

/// A resource that comes to a component from two makers.
#[derive(Debug)]
pub struct ForeignResource {
    /// The component that gets both.
    pub importer: String,
    /// The resource.
    pub resource: String,
    /// The interface that it is of.
    pub interface: String,
    /// The other import, through which it comes too.
    pub import: String,
    /// The component that this import is satisfied by.
    pub exporter: String,
    /// Who makes the resource that the importer knows.
    pub expected: String,
    /// Who makes the other one.
    pub offered: String,
    /// The components among both makers, each with its definition of the interface.
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
    /// A stable name of the kind of error.
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

    /// Facts that explain it, e.g. both definitions of what differs.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::UnplannedImport { definition, .. } => vec![format!("it expects:\n{}", indented(definition))],
            Self::MissingExport { importers, exporter, exports, .. } => {
                let importers = importers.iter().map(|importer| format!("`{importer}` imports it"));
                importers.chain([format!("`{exporter}` exports {}", list(exports))]).collect()
            }
            Self::TooLarge { .. } => vec![
                "each component takes an instance, and so does each of its interfaces that another one imports"
                    .to_owned(),
            ],
            Self::Versions(connection) => both_sides(connection, &connection.expected, &connection.offered),
            Self::Mismatch { connection, differences } => mismatch_notes(connection, differences),
            Self::ForeignResource(found) => {
                let definitions = found.definitions.iter();
                let own = definitions.map(|(maker, text)| format!("`{maker}` makes its own:\n{}", indented(text)));
                let rule =
                    "a resource can be used only by the component that made it, and by those that got it from there";
                own.chain([rule.to_owned()]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What to do next.
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
                let interface = conjoin_wit::without_version(&connection.import);
                format!("let both name one version of `{interface}`, and build them again")
            }
            Self::Mismatch { connection, .. } => format!("build both from one definition of `{}`", connection.import),
            Self::ForeignResource(found) => {
                format!("let one component export `{}`, and all others import it from there", found.interface)
            }
            Self::HiddenResource { resource, export, .. } => format!(
                "let the entry define its own resource around `{resource}`, e.g. `resource own-{resource} {{ ... }}` in the interface \
                 that it exports, or do not export `{export}`"
            ),
            Self::TooLarge { .. } => {
                "let fewer components and interfaces be composed to one: merge small components, or divide the app into several entries"
                    .to_owned()
            }
            Self::NothingExported { .. } => {
                "add an export to its world, e.g. `export wasi:http/incoming-handler@0.2.12;`".to_owned()
            }
            Self::Refused { .. } | Self::Panicked { .. } | Self::Invalid { .. } => {
                "this is a defect of conjoin; please report it with the WIT of these components".to_owned()
            }
        };
        vec![hint]
    }

    /// Whether conjoin itself is at fault.
    pub fn is_bug(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Panicked { .. } | Self::Invalid { .. })
    }

    /// All of it in one.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string());
        let diagnostic = self.notes().into_iter().fold(diagnostic, Diagnostic::note);
        self.hints().into_iter().fold(diagnostic, Diagnostic::hint)
    }
}

/// The differences, and the definitions of what differs; the whole interface of a side that lacks something.
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

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
