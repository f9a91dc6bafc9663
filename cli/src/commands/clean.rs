//! `conjoin clean`: the app's folder without what builds left.

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{CleanError, Cleaned, LockError};
use conjoin_plan::Profile;

use crate::{
    app::find,
    cache_root::CacheRoot,
    exit::{CommandError, Exit},
    session::Session,
    settings::CleanSettings,
};

/// Removes `.conjoin/` of the app; the cache folder, which apps share, is left alone.
pub(crate) fn clean(session: &mut Session<'_>, settings: &CleanSettings) -> Result<(), CommandError> {
    let here = &session.machine.process;
    let layout = CacheRoot::open_if_usable(here).0.layout(find(here, &settings.app)?, Profile::Dev);
    let shown = here.shown(&layout.dot_conjoin());
    let mut waiting = |_| session.ui.status("Blocking:", "another build of this app is running");
    match conjoin_engine::clean(&layout, &session.machine.signals.cancel, &mut waiting) {
        Ok(Cleaned::Removed) => session.ui.status("Removed", &shown),
        Ok(Cleaned::Nothing) => session.ui.status("Clean", &format!("there is no {shown}")),
        Err(CleanError::Lock(LockError::Cancelled)) => {
            return Err(CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() });
        }
        Err(error) => {
            let text = conjoin_engine::error_chain(&error);
            return Err(CommandError::environment(vec![Diagnostic::error("clean::failed", text)]));
        }
    }
    Ok(())
}
