//! `conjoin add`: components, a WIT package or a built component into an app that exists.
//!
//! What is added is worked out on a [`Draft`], parsed and wired, and only then written: all of it, or nothing.

mod advice;
mod components;
mod packages;

use conjoin_diagnostics::{Diagnostic, list};
use conjoin_scaffold::Change;

use crate::{
    app::find,
    choices::scaffold_error,
    draft::Draft,
    exit::CommandError,
    session::Session,
    settings::{AddSettings, Addition},
};

/// Adds what the settings name.
pub(crate) fn add(session: &mut Session<'_>, settings: &AddSettings) -> Result<(), CommandError> {
    let dir = find(&session.machine.process, &settings.app)?;
    let finished = Change::finish(dir.as_path()).map_err(|error| scaffold_error(&error))?;
    if let Some(finished) = &finished {
        session.ui.status("Completed", &format!("what was interrupted: {}", list(&finished.names)));
    }
    match &settings.what {
        Addition::Templates { templates, importers } => {
            if templates.templates.is_empty() {
                return finished.map(drop).ok_or_else(nothing);
            }
            let names = components::names(session.machine, templates);
            if finished.is_some_and(|finished| names == Some(finished.names)) {
                return Ok(());
            }
            let draft = Draft::open(session.machine, dir)?;
            components::add(session, draft, templates, importers, &settings.work)
        }
        Addition::Wit(path) => packages::add_wit(session, Draft::open(session.machine, dir)?, path),
        Addition::Component { name, file } => {
            packages::add_component(session, Draft::open(session.machine, dir)?, name, file)
        }
    }
}

fn nothing() -> CommandError {
    CommandError::usage(
        Diagnostic::error("add::nothing", "nothing was named that could be added")
            .hint("`-t lib-rust=pricing` adds a component; `conjoin templates` lists what there is to start from")
            .hint("`--wit PATH` takes a WIT package into the app, `--component NAME FILE` a built component"),
    )
}
