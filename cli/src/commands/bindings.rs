//! `conjoin bindings`: what editors need of the shared WIT.

use conjoin_plan::Selection;

use crate::{
    app::load,
    exit::CommandError,
    pipeline::write_bindings,
    settings::{BindingsSettings, Machine},
    ui::Ui,
};

/// Writes bindings and declarations of the selected components, without building anything.
pub(crate) fn bindings(ui: &mut Ui, machine: &Machine, settings: &BindingsSettings) -> Result<(), CommandError> {
    let app = load(&machine.surroundings, &settings.app, conjoin_plan::Profile::Dev)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    write_bindings(ui, machine, &app, &Selection { components, entry: None }, &settings.work)
}
