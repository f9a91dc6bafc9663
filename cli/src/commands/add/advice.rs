//! How a library that was added is called: the line and the place, for each component that could.

use conjoin_manifest::{Component, ComponentName, Origin};
use conjoin_scaffold::{AppContext, Call, find, render_call};

use crate::{app::App, session::Session};

/// What was added.
pub(super) struct Added<'a> {
    pub(super) app_context: &'a AppContext,
    /// The new components.
    pub(super) names: &'a [String],
    /// The components whose worlds import the new libraries already.
    pub(super) importers: &'a [ComponentName],
}

/// Tells for each entry of the app that was there before what to write to call the new libraries.
pub(super) fn print(session: &mut Session<'_>, app: &App, added: &Added<'_>) {
    let entries = app.manifest.entries().into_iter().filter(|name| !added.names.iter().any(|new| new == name.as_str()));
    for entry in entries {
        let component = &app.manifest.components[entry];
        // Who was named with `--for` is whom it is about.
        let is_meant = added.importers.is_empty() || added.importers.contains(entry);
        if !is_meant || matches!(component.origin, Origin::Source(_)) {
            continue;
        }
        for lib in &added.app_context.libs {
            tell_one(session, app, component, lib, added);
        }
    }
}

fn tell_one(session: &mut Session<'_>, app: &App, component: &Component, lib: &str, added: &Added<'_>) {
    let name = &component.name.value;
    let imports = added.importers.contains(name);
    let world = &component.world.value;
    let call = call_of(app, component, lib, added.app_context);
    session.ui.note(&format!("To call `{lib}` from `{name}`:"));
    if !imports {
        let place = app
            .wit
            .place_of_world(world)
            .map_or(String::new(), |(source, span)| format!(" ({}:{})", source.name, source.position(span.start).0));
        session.ui.note(&format!("  in the world `{world}`{place}: `import {lib}-api;` (`--for {name}` writes it)"));
    }
    match call {
        Some((path, call)) => {
            session.ui.note(&format!("  in {}:", session.machine.process.shown(&app.layout.app.join(path))));
            for line in call.line.lines() {
                session.ui.note(&format!("    {}", line.trim_start()));
            }
        }
        None => session.ui.note("  in its code, wherever you need it: it has no file of a template for its calls"),
    }
}

/// The call as the template of the component's language would write it, if the component has the file for it.
fn call_of(
    app: &App,
    component: &Component,
    lib: &str,
    app_context: &AppContext,
) -> Option<(std::path::PathBuf, Call)> {
    let Origin::Built(built) = &component.origin else { return None };
    let name = &component.name.value;
    let kind = app.manifest.triggers_of(name).next().map_or("cli", |trigger| trigger.kind.template);
    let toolchain = conjoin_toolchains::all().toolchain(built.toolchain)?;
    let template = find(&format!("{kind}-{}", toolchain.template(built.language.value))).ok()?;
    let call = render_call(app_context, &template, name.as_str(), lib).ok()??;
    let path = built.path.value.as_path().join(&call.file);
    app.layout.app.join(&path).as_path().is_file().then_some((path, call))
}
