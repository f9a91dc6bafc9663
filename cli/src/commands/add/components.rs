//! Components from templates.

use std::path::{Path, PathBuf};

use conjoin_diagnostics::{Diagnostic, list, nearest};
use conjoin_manifest::{ComponentName, Origin};
use conjoin_plan::Selection;
use conjoin_scaffold::{
    AppContext, Contribution, NewComponent, ScaffoldError, Template, check_name, render_component, wit_name,
};
use conjoin_wit::{ItemName, WitFile};
use serde_json::json;

use super::advice;
use crate::{
    app::App,
    attribution::{Rendered, check_toml},
    choices::{Choice, choose, makes_app, scaffold_error},
    draft::Draft,
    editors::bindings_for_editors,
    exit::CommandError,
    install::{offer, report_missing_tools},
    session::Session,
    settings::{Machine, TemplateSettings, WorkSettings},
    ui::{Format, Ui},
};

/// The names that the components would get, as far as they can be told without asking anything.
pub(super) fn names(machine: &Machine, settings: &TemplateSettings) -> Option<Vec<String>> {
    let name = |typed: &String| {
        if let Some((_, name)) = typed.rsplit_once('=') {
            return Some(name.to_owned());
        }
        let dir = machine.process.absolute(Path::new(typed));
        let template = conjoin_scaffold::find(typed).or_else(|_| Template::read(dir.as_path(), typed));
        template.ok()?.default_name().map(ToOwned::to_owned)
    };
    settings.templates.iter().map(name).collect()
}

/// Adds the components of the templates; the worlds of `importers` import the interfaces of the libraries among them.
pub(super) fn add(
    session: &mut Session<'_>,
    mut draft: Draft<'_>,
    settings: &TemplateSettings,
    importers: &[String],
    work: &WorkSettings,
) -> Result<(), CommandError> {
    let app_name = draft.manifest.app.name.value.clone();
    let importers = find_importers(&draft, importers)?;
    let chosen = choose(session, settings, &app_name)?;
    for (index, choice) in chosen.iter().enumerate() {
        refuse_taken(&draft, choice, &chosen[..index])?;
    }
    let libs: Vec<String> = chosen
        .iter()
        .filter(|choice| choice.template.exports_interface())
        .map(|choice| choice.answers.name.clone())
        .collect();
    if !importers.is_empty() && libs.is_empty() {
        return Err(CommandError::usage(
            Diagnostic::error("add::no-library", "`--for` names who imports a library, and no library is added")
                .hint("the templates called `lib-...` make libraries"),
        ));
    }
    let app_context = app_context(&draft, &app_name, libs);
    let parts = draft_components(&mut draft, &chosen, &app_context)?;
    let counts: Vec<usize> = parts.iter().map(|part| part.files.iter().count() + 1).collect();
    let rendered = Rendered::new(chosen.iter().map(|choice| &choice.template).zip(parts));
    for importer in &importers {
        let world = draft.manifest.components[importer].world.value.clone();
        // Each becomes the first line of the world.
        for lib in app_context.libs.iter().rev() {
            draft.import(&world, &format!("{lib}-api")).map_err(|error| rendered.attribute(error))?;
        }
    }
    let app = draft.complete().map_err(|error| rendered.attribute(error))?;
    let needed = session.requirements(&app, &Selection::default())?.tools;
    let missing_tools = offer(session, &app.layout, &needed, work)?;
    let names: Vec<String> = chosen.iter().map(|choice| choice.answers.name.clone()).collect();
    draft.write(names.clone())?;
    for (choice, count) in chosen.iter().zip(counts) {
        let (name, id) = (&choice.answers.name, choice.template.id());
        session.ui.status("Added", &format!("`{name}` from the template `{id}`: {count} files"));
    }
    tell_imports(session.ui, &app, &importers, &app_context.libs);
    let selection = Selection { components: changed(&names, &importers), entry: None };
    bindings_for_editors(session, &app, &selection, work, &missing_tools);
    report_missing_tools(session, &missing_tools, &session.machine.process.shown(&app.layout.app));
    advice::print(session, &app, &advice::Added { app_context: &app_context, names: &names, importers: &importers });
    answer(session, &app, &names);
    Ok(())
}

fn tell_imports(ui: &mut Ui, app: &App, importers: &[ComponentName], libs: &[String]) {
    for importer in importers {
        let world = &app.manifest.components[importer].world.value;
        for lib in libs {
            let place = app.wit.place_of_import(world, &ItemName::Plain(format!("{lib}-api")));
            let place = place.map_or(String::new(), |(source, span)| {
                format!(" ({}:{})", source.name, source.position(span.start).0)
            });
            ui.status("Imported", &format!("`{lib}-api` by the world of `{importer}`{place}"));
        }
    }
}

/// The components whose world is new or has changed.
fn changed(names: &[String], importers: &[ComponentName]) -> Vec<ComponentName> {
    names.iter().filter_map(|name| ComponentName::parse(name).ok()).chain(importers.iter().cloned()).collect()
}

fn answer(session: &mut Session<'_>, app: &App, names: &[String]) {
    for name in names {
        let dir = app.layout.app.join(name);
        match session.ui.format {
            Format::Human => session.ui.answer(&session.machine.process.shown(&dir)),
            Format::Json => session.ui.answer_json("component", json!({ "name": name, "path": dir.to_string() })),
        }
    }
}

/// The app as the templates see it.
fn app_context(draft: &Draft<'_>, app: &str, libs: Vec<String>) -> AppContext {
    let package = draft.wit.package();
    let (package, at_version) = match package.split_once('@') {
        Some((package, version)) => (package.to_owned(), format!("@{version}")),
        None => (package, String::new()),
    };
    AppContext { app: app.to_owned(), package, at_version, libs }
}

/// Puts the components into the draft; gives what each brings.
fn draft_components(
    draft: &mut Draft<'_>,
    chosen: &[Choice],
    app_context: &AppContext,
) -> Result<Vec<Contribution>, CommandError> {
    let mut served = draft.manifest.triggers.iter().any(|trigger| trigger.kind.listens);
    let mut parts = Vec::new();
    for Choice { template, answers } in chosen {
        let prefix = if served { format!("/{}", answers.name) } else { String::new() };
        let part = render_component(app_context, NewComponent { template, answers }, &prefix)
            .map_err(|error| scaffold_error(&error))?;
        check_toml(template, &part)?;
        served |= template.serves_http();
        draft.add_to_manifest(&part.manifest).map_err(|why| {
            CommandError::project(vec![
                Diagnostic::error("add::manifest", format!("conjoin.toml cannot be continued: {why}"))
                    .note(format!("this was to be added:\n{}", part.manifest.trim_end()))
                    .hint("write it into conjoin.toml by hand"),
            ])
        })?;
        let package: Vec<String> = app_context.package.split(':').map(wit_name).collect();
        let text = format!("package {}{};\n\n{}", package.join(":"), app_context.at_version, part.wit);
        draft.add_wit(&WitFile { path: PathBuf::from(format!("{}.wit", answers.name)), text })?;
        for (path, bytes) in part.files.iter() {
            draft.add_file(format!("{}/{path}", answers.name), bytes.to_vec())?;
        }
        parts.push(part);
    }
    Ok(parts)
}

/// The components that `--for` names, whose worlds can be edited.
fn find_importers(draft: &Draft<'_>, typed: &[String]) -> Result<Vec<ComponentName>, CommandError> {
    let find = |name: &String| {
        let Some(component) = draft.manifest.component(name) else {
            let known: Vec<String> = draft.manifest.components.keys().map(ToString::to_string).collect();
            let diagnostic = Diagnostic::error("usage::unknown-name", format!("this app has no component `{name}`"));
            return Err(CommandError::usage(match nearest(name, known.iter().map(String::as_str)) {
                Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
                None if known.is_empty() => diagnostic.note("it has no component at all"),
                None => diagnostic.note(format!("it has {}", list(&known))),
            }));
        };
        if matches!(component.origin, Origin::Source(_)) {
            return Err(CommandError::usage(
                Diagnostic::error("add::built", format!("`{name}` is built already: it cannot import anything more"))
                    .label(&draft.manifest.source, component.name.span.clone(), "its `source` says so"),
            ));
        }
        Ok(component.name.value.clone())
    };
    typed.iter().map(find).collect()
}

/// Refuses a name that means something in the app already.
fn refuse_taken(draft: &Draft<'_>, choice: &Choice, before: &[Choice]) -> Result<(), CommandError> {
    let Choice { template, answers } = choice;
    let name = &answers.name;
    if makes_app(template) {
        return Err(scaffold_error(&ScaffoldError::NotAComponent { id: template.id().to_owned() }));
    }
    check_name("component", name).map_err(|error| scaffold_error(&error))?;
    if before.iter().any(|other| other.answers.name == *name) {
        return Err(scaffold_error(&ScaffoldError::DuplicateComponent { name: name.clone() }));
    }
    let taken = |code, message: String| Diagnostic::error(code, message);
    let other_name = format!("choose another name: `-t {}=NAME`", template.id());
    if let Some(component) = draft.manifest.component(name) {
        let diagnostic = taken("add::component-exists", format!("this app has a component `{name}`"));
        let diagnostic = diagnostic.label(&draft.manifest.source, component.name.span.clone(), "it is here");
        return Err(CommandError::usage(diagnostic.hint(other_name)));
    }
    let interface = template.exports_interface().then(|| format!("{name}-api"));
    for word in [Some(name.clone()), interface].into_iter().flatten() {
        if draft.wit.defines(&word) {
            let diagnostic = taken(
                "add::defined",
                format!(
                    "the app's WIT defines `{word}`, and a package has each name once, for a world or an interface"
                ),
            );
            let diagnostic = match draft.wit.place_of_world(&word) {
                Some((source, span)) => diagnostic.label(&source, span, "it is here"),
                None => diagnostic,
            };
            return Err(CommandError::usage(diagnostic.hint(other_name)));
        }
    }
    if fs_err::symlink_metadata(draft.dir.join(name)).is_ok() {
        let diagnostic = taken("add::folder-exists", format!("there is something called `{name}` in the app's folder"));
        return Err(CommandError::usage(
            diagnostic
                .hint(other_name)
                .hint("if it is a project that conjoin is to build, write `[component...]` by hand"),
        ));
    }
    Ok(())
}
