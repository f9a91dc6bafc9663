//! `conjoin clean`: the app's folder without what builds left.

use crate::{
    app::find,
    exit::CommandError,
    settings::{CleanSettings, Machine},
    ui::Ui,
};

/// Removes `.conjoin/` of the app; the cache folder, which apps share, is left alone.
pub(crate) fn clean(ui: &mut Ui, machine: &Machine, settings: &CleanSettings) -> Result<(), CommandError> {
    let dir = find(&machine.surroundings, &settings.app)?;
    let folder = dir.join(".conjoin");
    let removed = conjoin_engine::clean(&dir).map_err(|error| CommandError::io("clean::failed", &error))?;
    let shown = machine.surroundings.shown(&folder);
    if removed {
        ui.status("Removed", &shown);
    } else {
        ui.status("Clean", &format!("there is no {shown}"));
    }
    Ok(())
}
