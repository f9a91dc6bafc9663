//! Writes what editors need for a new app.

use std::collections::BTreeSet;

use conjoin_manifest::ComponentName;
use conjoin_plan::{Extent, Selection, Tool};

use crate::{
    app::App,
    build::write_bindings,
    session::{Goal, Session},
    settings::{InstallPolicy, WorkSettings},
};

/// Writes bindings, so that editors know the types of the WIT, if the tools for them are installed. A failure is only
/// reported, because the app exists.
pub(crate) fn bindings_for_editors(
    session: &mut Session<'_>,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
    missing_tools: &BTreeSet<Tool>,
) {
    let has_tools = |name: &&ComponentName| {
        let alone = Selection { components: vec![(*name).clone()], entry: None };
        session.requirements(app, &alone).is_ok_and(|request| request.tools.is_disjoint(missing_tools))
    };
    let all: Vec<_> = app.manifest.components.keys().cloned().collect();
    let wanted = if selection.components.is_empty() { &all } else { &selection.components };
    let components: Vec<_> = wanted.iter().filter(has_tools).cloned().collect();
    if components.is_empty() {
        return;
    }
    let selection = Selection { components, entry: None };
    let work = WorkSettings { policy: InstallPolicy::Offline, ..work.clone() };
    let goal = Goal { selection: &selection, extent: Extent::Bindings, work: &work };
    if let Err(error) = write_bindings(session, app, goal) {
        for diagnostic in &error.diagnostics {
            session.ui.diagnostic(diagnostic);
        }
        session.ui.status("Later", "`conjoin bindings` writes what editors need, once the cause is fixed");
    }
}
