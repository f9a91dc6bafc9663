//! `conjoin compose`: one entry as one component file.

use std::io;

use conjoin_diagnostics::{Diagnostic, list};
use conjoin_manifest::{ComponentName, TRIGGER_KINDS};
use conjoin_plan::{AbsPath, Extent, Selection};
use serde_json::json;

use crate::{
    app::{App, load, trigger_to_add},
    build::build_app,
    exit::CommandError,
    session::{Goal, Session},
    settings::{ComposeForm, ComposeSettings, Machine},
    ui::Format,
};

/// Builds what an entry needs, composes it, and answers with the path of the composition; or prints its wiring.
pub(crate) fn compose(session: &mut Session<'_>, settings: &ComposeSettings) -> Result<(), CommandError> {
    let app = load(&session.machine.process, &settings.app, settings.profile)?;
    app.require_components()?;
    let entry = choose(&app, settings.entry.as_deref())?;
    if settings.form == ComposeForm::Wac {
        session.ui.answer(conjoin_compose::to_wac(&app.wiring.composition(&entry)).trim_end());
        return Ok(());
    }
    if let Some(output) = &settings.output {
        check_output(session.machine, output)?;
    }
    let selection = Selection { components: Vec::new(), entry: Some(entry.clone()) };
    build_app(session, &app, Goal { selection: &selection, extent: Extent::Everything, work: &settings.work })?;
    let composed = app.layout.composition(&entry);
    let path = match &settings.output {
        Some(output) => {
            write(&composed, output).map_err(|error| CommandError::io("compose::unwritable", &error))?;
            output.clone()
        }
        None => composed,
    };
    match session.ui.format {
        Format::Human => session.ui.answer(&session.machine.process.shown(&path)),
        Format::Json => session.ui.answer_json("artifact", json!({ "name": entry.as_str(), "path": path.to_string() })),
    }
    Ok(())
}

/// Writes the file `composed` to `output`, whole or not at all; through a link, a device or a pipe, which stays what it is.
fn write(composed: &AbsPath, output: &AbsPath) -> io::Result<()> {
    match fs_err::symlink_metadata(output) {
        Ok(metadata) if !metadata.is_file() => {
            let mut from = fs_err::File::open(composed.as_path())?;
            let mut to = fs_err::OpenOptions::new().write(true).create(true).truncate(true).open(output.as_path())?;
            io::copy(&mut from, &mut to).map(drop)
        }
        Ok(_) | Err(_) => conjoin_engine::copy_whole(composed, output),
    }
}

/// Refuses a place where no file can be written, before anything is built for it.
fn check_output(machine: &Machine, output: &AbsPath) -> Result<(), CommandError> {
    let refused = |why: String, hint: &str| {
        let diagnostic = Diagnostic::error("compose::no-place", why);
        Err(CommandError::usage(diagnostic.hint(hint)))
    };
    let (shown, folder) = (machine.process.shown(output), output.parent());
    if output.as_path().is_dir() {
        return refused(
            format!("`{shown}` is a folder, not a file to write"),
            "name a file in it: `-o FOLDER/NAME.wasm`",
        );
    }
    if !folder.as_path().is_dir() {
        let why = format!("`{shown}` cannot be written: there is no folder `{}`", machine.process.shown(&folder));
        return refused(why, "make the folder first, or name a file elsewhere");
    }
    Ok(())
}

/// What `-e` names; without it the only entry.
fn choose(app: &App, entry: Option<&str>) -> Result<ComponentName, CommandError> {
    if let Some(name) = entry {
        return app.entry(name);
    }
    match app.manifest.entries().as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(CommandError::project(vec![
            Diagnostic::error("run::no-entry", "this app has nothing to compose: its manifest has no trigger")
                .hint(trigger_to_add(TRIGGER_KINDS[0], "NAME")),
        ])),
        several => Err(CommandError::usage(
            Diagnostic::error("compose::several-entries", format!("this app has several entries: {}", list(several)))
                .hint(format!("name one: `conjoin compose -e {}`", several[0])),
        )),
    }
}
