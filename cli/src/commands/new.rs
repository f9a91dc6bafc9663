//! `conjoin new`: an app from a template.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use conjoin_plan::{Layout, Profile};
use conjoin_scaffold::{Answers, FileSet, Overwrite, ScaffoldError, check_name, find, render};
use serde_json::json;

use crate::{
    commands::keep_schema,
    exit::{CommandError, Exit},
    settings::{Machine, NewSettings},
    ui::{Format, Ui},
};

/// Renders the template and writes the app's folder: all of it, or nothing.
pub(crate) fn new(ui: &mut Ui, machine: &Machine, settings: &NewSettings) -> Result<(), CommandError> {
    let NewSettings { name, parent, template } = settings;
    check_name("app", name).map_err(|error| refused(&error))?;
    let template = find(template).map_err(|error| refused(&error))?;
    let mut files = render(&template, &Answers::new(name)).map_err(|error| refused(&error))?;
    add_wasi(&mut files).map_err(|error| refused(&error))?;
    let dir = parent.join(name);
    let written = files.write_into(dir.as_path(), Overwrite::Never).map_err(|error| refused(&error))?;
    let here = &machine.surroundings;
    keep_schema(&Layout { app: dir.clone(), cache: here.cache(), profile: Profile::Dev });
    let shown = here.shown(&dir);
    ui.status(
        "Created",
        &format!("`{name}` from the template `{}`: {} files", template.summary().id, written.files.len()),
    );
    ui.status("Next", &format!("cd {} && conjoin run", conjoin_plan::quote(shown.as_ref())));
    match ui.format {
        Format::Human => ui.answer(&shown),
        Format::Json => {
            ui.answer_json("app", json!({ "name": name, "path": dir.to_string(), "files": written.files.len() }));
        }
    }
    Ok(())
}

/// Adds the WASI packages that the app's WIT names.
fn add_wasi(files: &mut FileSet) -> Result<(), ScaffoldError> {
    let is_wit =
        |path: &str| path.starts_with("wit/") && std::path::Path::new(path).extension().is_some_and(|end| end == "wit");
    let sources: Vec<Arc<Source>> = files
        .iter()
        .filter(|(path, _)| is_wit(path))
        .map(|(path, bytes)| Arc::new(Source::new(path, String::from_utf8_lossy(bytes))))
        .collect();
    for file in conjoin_wit::wasi_deps(&conjoin_wit::missing_wasi(&sources, "wit")) {
        files.add(format!("wit/{}", file.path.display()), file.text)?;
    }
    Ok(())
}

/// The scaffold's error with what to do next. Nothing was written.
fn refused(error: &ScaffoldError) -> CommandError {
    let mut diagnostic = Diagnostic::error("new::refused", error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        diagnostic = diagnostic.note(cause.to_string());
        source = cause.source();
    }
    for hint in error.hints() {
        diagnostic = diagnostic.hint(hint);
    }
    let exit = match error {
        ScaffoldError::Broken { .. } => Exit::Internal,
        ScaffoldError::Write { .. } => Exit::Environment,
        _ => Exit::Usage,
    };
    CommandError { exit, diagnostics: vec![diagnostic] }
}
