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
    /// A component lacks an export of its world.
    #[error("the component `{exporter}` does not export `{export}`: the guest forgot this export of its world")]
    MissingExport {
        /// The component that lacks it.
        exporter: String,
        /// What it lacks.
        export: String,
        /// The component that imports it.
        importer: String,
        /// What it does export.
        exports: Vec<String>,
    },
    /// Both sides name one interface in versions that do not fit one another.
    #[error(
        "`{importer}` imports `{import}`, and `{exporter}` exports it as `{export}`, a version that is not compatible"
    )]
    Versions {
        /// The component that imports.
        importer: String,
        /// What it imports.
        import: String,
        /// The component that exports.
        exporter: String,
        /// What it exports.
        export: String,
    },
    /// Both sides understand an interface differently.
    #[error("`{importer}` imports `{import}`, but what `{exporter}` exports under this name differs")]
    Mismatch {
        /// The component that imports.
        importer: String,
        /// What it imports.
        import: String,
        /// The component that exports.
        exporter: String,
        /// How both differ.
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
}

impl fmt::Display for ForeignResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { importer, resource, interface, import, exporter, expected, offered } = self;
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
            Self::Versions { .. } => "compose::versions",
            Self::Mismatch { .. } => "compose::mismatch",
            Self::ForeignResource(_) => "compose::foreign-resource",
            Self::HiddenResource { .. } => "compose::hidden-resource",
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
            Self::MissingExport { importer, exporter, exports, .. } => {
                vec![format!("`{importer}` imports it"), format!("`{exporter}` exports {}", list(exports))]
            }
            Self::Mismatch { importer, exporter, differences, .. } => mismatch_notes(importer, exporter, differences),
            Self::ForeignResource(_) => {
                vec![
                    "a resource can be used only by the component that made it, and by those that got it from there"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// What to do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::MissingComponent { name, .. } => format!("build it: `conjoin build -c {name}`"),
            Self::Unusable { .. } => return Vec::new(),
            Self::UnplannedImport { component, import, .. } => format!(
                "add `import {import};` to the world of `{component}`; if it was built from an older WIT, build it again"
            ),
            Self::MissingExport { exporter, export, .. } => {
                format!("implement `{export}` in `{exporter}`, or remove it from its world")
            }
            Self::Versions { import, .. } => {
                format!("let both name one version of `{}`, and build them again", conjoin_wit::without_version(import))
            }
            Self::Mismatch { import, .. } => format!("build both from one definition of `{import}`"),
            Self::ForeignResource(found) => {
                format!("let one component export `{}`, and all others import it from there", found.interface)
            }
            Self::HiddenResource { resource, .. } => {
                format!("let the entry define its own resource around `{resource}`, or do not export it")
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

    /// All of it in one.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string());
        let diagnostic = self.notes().into_iter().fold(diagnostic, Diagnostic::note);
        self.hints().into_iter().fold(diagnostic, Diagnostic::hint)
    }
}

fn mismatch_notes(importer: &str, exporter: &str, differences: &[Difference]) -> Vec<String> {
    let mut notes: Vec<String> = differences.iter().map(ToString::to_string).collect();
    let side = |of: fn(&Difference) -> &Option<String>| {
        let mut texts: Vec<&String> = differences.iter().filter_map(|difference| of(difference).as_ref()).collect();
        texts.dedup();
        texts.iter().map(|text| indented(text)).collect::<Vec<_>>().join("\n")
    };
    for (name, verb, text) in [
        (importer, "expects", side(|difference| &difference.expected)),
        (exporter, "offers", side(|difference| &difference.offered)),
    ] {
        if !text.is_empty() {
            notes.push(format!("`{name}` {verb}:\n{text}"));
        }
    }
    notes
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
