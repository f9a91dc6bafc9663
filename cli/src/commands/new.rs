//! `conjoin new`: an app from templates.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{Layout, Profile, Selection, Tool, needed_tools, selected_components};
use conjoin_scaffold::{
    FileSet, Overwrite, Part, ScaffoldError, check_name, refuse_occupied, render, render_app, render_parts,
};
use serde_json::json;

use crate::{
    app::App,
    blame::{Rendered, blame_app, check_toml},
    choices::{Choice, choose, makes_app, refused},
    commands::keep_schema,
    draft::{add_wasi, check_files},
    exit::CommandError,
    pipeline::write_bindings,
    settings::{InstallPolicy, Machine, NewSettings, TemplateSettings, WorkSettings},
    tools,
    ui::{Format, Ui},
};

/// Renders the templates, looks for what their languages need, and writes the app's folder: all of it, or nothing.
pub(crate) fn new(ui: &mut Ui, machine: &Machine, settings: &NewSettings) -> Result<(), CommandError> {
    let NewSettings { name, parent, templates, work } = settings;
    check_name("app", name).map_err(|error| refused(&error))?;
    let dir = parent.join(name);
    refuse_occupied(dir.as_path()).map_err(|error| refused(&error))?;
    let templates = with_template(ui, templates)?;
    let chosen = choose(ui, machine, &templates, name)?;
    let mut files = render_chosen(name, &chosen).map_err(|error| refused(&error))?;
    add_wasi(&mut files).map_err(|error| refused(&error))?;
    let app = check_files(machine, &dir, &files).map_err(|error| blame_templates(error, name, &chosen))?;
    let needed = tools_of(&app)?;
    let outside = Layout { app: parent.clone(), cache: machine.surroundings.cache(), profile: Profile::Dev };
    let lacking = tools::offer(ui, machine, &outside, &needed, work)?;
    let written = files.write_into(dir.as_path(), Overwrite::Never).map_err(|error| refused(&error))?;
    keep_schema(&app.layout);
    let ids: Vec<String> = chosen.iter().map(|choice| format!("`{}`", choice.template.id())).collect();
    let from = if ids.len() == 1 { "template" } else { "templates" };
    ui.status("Created", &format!("`{name}` from the {from} {}: {} files", ids.join(", "), written.files.len()));
    let shown = machine.surroundings.shown(&dir);
    bindings_for_editors(ui, machine, &app, &Selection::default(), (work, &lacking));
    tools::tell_lacking(ui, &lacking, &shown);
    ui.status("Next", &format!("cd {} && {}", conjoin_plan::quote(shown.as_ref()), next(&app)));
    match ui.format {
        Format::Human => ui.answer(&shown),
        Format::Json => {
            let lacking: Vec<&str> = lacking.iter().map(|tool| tool.name).collect();
            ui.answer_json(
                "app",
                json!({ "name": name, "path": dir.to_string(), "files": written.files.len(), "lacking": lacking }),
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
            let parts = several.iter().map(|Choice { template, answers }| Part { template, answers });
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
    let parts: Vec<Part<'_>> = chosen.iter().map(|Choice { template, answers }| Part { template, answers }).collect();
    let contributions = render_parts(name, &parts).unwrap_or_default();
    let rendered: Vec<_> = parts.iter().map(|part| part.template).zip(contributions).collect();
    match rendered.iter().find_map(|(template, part)| check_toml(template, part).err()) {
        Some(error) => error,
        None => Rendered::new(rendered).blame(error),
    }
}

/// The tools that the components of `app` need.
pub(crate) fn tools_of(app: &App) -> Result<BTreeSet<Tool>, CommandError> {
    let all = app.manifest.components.keys().cloned().collect();
    needed_tools(&app.manifest, &all, &conjoin_toolchains::all()).map_err(CommandError::project)
}

/// Lets editors know the types of the WIT, where the tools for that are there. That this fails is told and no more: the app is
/// there.
pub(crate) fn bindings_for_editors(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    (work, lacking): (&WorkSettings, &BTreeSet<Tool>),
) {
    let set = conjoin_toolchains::all();
    let has_tools = |name: &conjoin_manifest::ComponentName| {
        let alone = Selection { components: vec![name.clone()], entry: None };
        let tools = needed_tools(&app.manifest, &selected_components(&app.manifest, &app.wiring, &alone), &set);
        tools.is_ok_and(|tools| tools.is_disjoint(lacking))
    };
    let all: Vec<_> = app.manifest.components.keys().cloned().collect();
    let wanted = if selection.components.is_empty() { &all } else { &selection.components };
    let components: Vec<_> = wanted.iter().filter(|name| has_tools(name)).cloned().collect();
    if components.is_empty() {
        return;
    }
    let work = WorkSettings { policy: InstallPolicy::Offline, ..work.clone() };
    if let Err(error) = write_bindings(ui, machine, app, &Selection { components, entry: None }, &work) {
        for diagnostic in &error.diagnostics {
            ui.diagnostic(diagnostic);
        }
        ui.status("Later", "`conjoin bindings` writes what editors need, once the cause is mended");
    }
}
