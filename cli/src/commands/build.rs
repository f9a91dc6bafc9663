//! `conjoin build`: manifest → plan → artifacts → one component per entry.

use conjoin_plan::{Extent, Selection};
use serde_json::json;

use crate::{
    app::load,
    build::{Artifact, build_app},
    exit::CommandError,
    session::{Goal, Session},
    settings::BuildSettings,
    ui::Format,
    verify::verify,
};

/// Builds the selected components, composes their entries and answers with the paths of the compositions.
pub(crate) fn build(session: &mut Session<'_>, settings: &BuildSettings) -> Result<(), CommandError> {
    let app = load(&session.machine.process, &settings.app, settings.profile)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    let goal = Goal { selection: &selection, extent: Extent::Everything, work: &settings.work };
    let built = build_app(session, &app, goal)?;
    if settings.verify {
        verify(session, &app, goal)?;
    }
    for Artifact { name, path } in built {
        match session.ui.format {
            Format::Human => session.ui.answer(&session.machine.process.shown(&path)),
            Format::Json => {
                session.ui.answer_json("artifact", json!({ "name": name.as_str(), "path": path.to_string() }));
            }
        }
    }
    Ok(())
}
