//! `conjoin new`: an app from templates.

use conjoin_diagnostics::{Diagnostic, list};
use conjoin_plan::{Layout, Selection};
use conjoin_scaffold::{
    FileSet, NewComponent, Overwrite, ScaffoldError, check_name, refuse_occupied, render, render_app, render_parts,
};
use serde_json::json;

use crate::{
    app::App,
    attribution::{Rendered, blame_app, check_toml},
    choices::{Choice, choose, makes_app, scaffold_error},
    draft::{add_wasi, check_files},
    editors::bindings_for_editors,
    exit::CommandError,
    install::{offer, report_missing_tools},
    schema::keep_schema,
    session::Session,
    settings::{NewSettings, TemplateSettings},
    ui::{Format, Ui},
};

/// Renders the templates, looks for what their languages need, and writes the app's folder: all of it, or nothing.
pub(crate) fn new(session: &mut Session<'_>, settings: &NewSettings) -> Result<(), CommandError> {
    let NewSettings { name, parent, templates, work } = settings;
    check_name("app", name).map_err(|error| scaffold_error(&error))?;
    let dir = parent.join(name);
    refuse_occupied(dir.as_path()).map_err(|error| scaffold_error(&error))?;
    let templates = with_template(session.ui, templates)?;
    let chosen = choose(session, &templates, name)?;
    let mut files = render_chosen(name, &chosen).map_err(|error| scaffold_error(&error))?;
    add_wasi(&mut files).map_err(|error| scaffold_error(&error))?;
    let app = check_files(session.machine, &dir, &files).map_err(|error| blame_templates(error, name, &chosen))?;
    let needed = session.requirements(&app, &Selection::default())?.tools;
    let outside = Layout { app: parent.clone(), ..app.layout.clone() };
    let missing_tools = offer(session, &outside, &needed, work)?;
    let written = files.write_into(dir.as_path(), Overwrite::Never).map_err(|error| scaffold_error(&error))?;
    keep_schema(&app.layout);
    let ids = list(chosen.iter().map(|choice| choice.template.id()));
    let from = if chosen.len() == 1 { "template" } else { "templates" };
    session.ui.status("Created", &format!("`{name}` from the {from} {ids}: {} files", written.files.len()));
    let shown = session.machine.process.shown(&dir);
    bindings_for_editors(session, &app, &Selection::default(), work, &missing_tools);
    report_missing_tools(session, &missing_tools, &shown);
    session.ui.status("Next", &format!("cd {} && {}", conjoin_plan::quote(shown.as_ref()), next(&app)));
    match session.ui.format {
        Format::Human => session.ui.answer(&shown),
        Format::Json => {
            let missing_tools: Vec<&str> = missing_tools.iter().map(|tool| tool.name).collect();
            session.ui.answer_json(
                "app",
                json!({ "name": name, "path": dir.to_string(), "files": written.files.len(), "missing": missing_tools }),
            );
        }
    }
    Ok(())
}

/// What to type next in the app.
fn next(app: &App) -> &'static str {
    if app.manifest.components.is_empty() {
        "conjoin add -t http-rust=gateway"
    } else if app.manifest.entries().is_empty() {
        "conjoin build"
    } else {
        "conjoin run"
    }
}

/// The settings, after a question if no template was named.
fn with_template(ui: &mut Ui, settings: &TemplateSettings) -> Result<TemplateSettings, CommandError> {
    let mut settings = settings.clone();
    if !settings.templates.is_empty() {
        return Ok(settings);
    }
    let known = conjoin_scaffold::templates();
    let missing = || {
        CommandError::usage(
            Diagnostic::error("new::no-template", "no template was named")
                .hint("`-t http-rust` starts from that template, `-t empty` without any component")
                .hint("`conjoin templates` lists what there is"),
        )
    };
    if !ui.can_ask() {
        return Err(missing());
    }
    for template in &known {
        ui.note(&format!("  {:<12} {}", template.id, template.description));
    }
    loop {
        let Some(typed) = ui.ask("Template", None) else { return Err(missing()) };
        match conjoin_scaffold::find(&typed) {
            Ok(_) => {
                settings.templates.push(typed);
                return Ok(settings);
            }
            Err(error) => ui.note(&format!("{error}; {}", error.hints().join("; "))),
        }
    }
}

fn render_chosen(name: &str, chosen: &[Choice]) -> Result<FileSet, ScaffoldError> {
    match chosen {
        [only] if makes_app(&only.template) => render(&only.template, &only.answers),
        several => {
            let parts = several.iter().map(|Choice { template, answers }| NewComponent { template, answers });
            render_app(name, &parts.collect::<Vec<_>>())
        }
    }
}

/// The error, told of those templates of the user's that it comes from.
fn blame_templates(error: CommandError, name: &str, chosen: &[Choice]) -> CommandError {
    if let [Choice { template, .. }] = chosen
        && makes_app(template)
    {
        return if template.is_own() { blame_app(template, error) } else { error };
    }
    let parts: Vec<NewComponent<'_>> =
        chosen.iter().map(|Choice { template, answers }| NewComponent { template, answers }).collect();
    let contributions = render_parts(name, &parts).unwrap_or_default();
    let rendered: Vec<_> = parts.iter().map(|part| part.template).zip(contributions).collect();
    match rendered.iter().find_map(|(template, part)| check_toml(template, part).err()) {
        Some(error) => error,
        None => Rendered::new(rendered).attribute(error),
    }
}
