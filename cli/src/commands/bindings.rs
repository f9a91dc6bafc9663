//! `conjoin bindings`: what editors need of the shared WIT.

use conjoin_plan::{Extent, Selection};

use crate::{
    app::load,
    build::write_bindings,
    exit::CommandError,
    session::{Goal, Session},
    settings::BindingsSettings,
};

/// Writes bindings and declarations of the selected components, without building anything.
pub(crate) fn bindings(session: &mut Session<'_>, settings: &BindingsSettings) -> Result<(), CommandError> {
    let app = load(&session.machine.process, &settings.app, conjoin_plan::Profile::Dev)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    write_bindings(session, &app, Goal { selection: &selection, extent: Extent::Bindings, work: &settings.work })
}
