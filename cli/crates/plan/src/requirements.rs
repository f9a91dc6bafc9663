//! The probe results that a plan needs.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::Origin;

use crate::{
    AbsPath, AppModel, Selection, Tool,
    build::{selected_components, toolchain_of},
};

/// A request to the probe: tools, programs and files to look for.
#[derive(Clone, Debug, Default)]
pub struct ProbeRequest {
    /// The tools to look for.
    pub tools: BTreeSet<Tool>,
    /// Programs to look for on `PATH`, or by their absolute paths.
    pub programs: BTreeSet<String>,
    /// Tools, with folders below the app's in which they may have another version.
    pub places: Vec<(Tool, AbsPath)>,
    /// Files whose text is needed. A folder means all files directly in it.
    pub texts: Vec<AbsPath>,
}

/// Lists what the probe must find out so that [`crate::build()`] can plan the components of `selection`.
///
/// # Errors
///
/// A diagnostic for each selected component whose toolchain this version of conjoin does not have.
pub fn requirements(app: &AppModel<'_>, selection: &Selection) -> Result<ProbeRequest, Vec<Diagnostic>> {
    let components = selected_components(app.manifest, app.wiring, selection);
    let mut request = ProbeRequest::default();
    let mut diagnostics = Vec::new();
    for component in app.manifest.components.values().filter(|component| components.contains(&component.name.value)) {
        match &component.origin {
            Origin::Built(built) => {
                let toolchain = match toolchain_of(app, component, built) {
                    Ok(toolchain) => toolchain,
                    Err(diagnostic) => {
                        diagnostics.push(*diagnostic);
                        continue;
                    }
                };
                let dir = app.layout.app.join(built.path.value.as_path());
                request.tools.extend(toolchain.requirements().iter().copied());
                request.texts.extend(toolchain.reads(&dir));
                request.places.extend(toolchain.asked_in_place().iter().map(|tool| (*tool, dir.clone())));
            }
            Origin::Custom(custom) => {
                request.programs.extend(custom.command.first().filter(|program| !names_file(program)).cloned());
            }
            Origin::Source(_) => {}
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    Ok(request)
}

/// Whether the program of a command is a path to a file, as a shell would read it.
pub fn names_file(program: &str) -> bool {
    program.contains('/') && !program.starts_with('/')
}
