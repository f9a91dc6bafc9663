//! `conjoin build`: manifest → plan → artifacts → one component per entry.

use conjoin_plan::Selection;
use serde_json::json;

use crate::{
    app::load,
    exit::CommandError,
    pipeline::build_app,
    settings::{BuildSettings, Machine},
    ui::{Format, Ui},
    verify::verify,
};

/// Builds the selected components, composes their entries and answers with the paths of the compositions.
pub(crate) fn build(ui: &mut Ui, machine: &Machine, settings: &BuildSettings) -> Result<(), CommandError> {
    let app = load(&machine.surroundings, &settings.app, settings.profile)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    let built = build_app(ui, machine, &app, &selection, &settings.work)?;
    if settings.verify {
        verify(ui, machine, &app, &selection, &settings.work)?;
    }
    for (name, path) in built {
        match ui.format {
            Format::Human => ui.answer(&machine.surroundings.shown(&path)),
            Format::Json => ui.answer_json("artifact", json!({ "name": name.as_str(), "path": path.to_string() })),
        }
    }
    Ok(())
}
