//! `conjoin run`: build, then serve HTTP entries or run a command entry.

use std::{collections::BTreeMap, ffi::OsStr, sync::Arc};

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Access, Component, ComponentName, HttpTrigger, Isolation, Origin, Permissions};
use conjoin_plan::Selection;
use conjoin_runtime::{
    CommandOptions, Directory, Entry, Grants, Limits, Route, Runtime, RuntimeError, RuntimeOptions, ServeOptions,
    Shutdown,
};

use crate::{
    app::{App, load},
    exit::{CommandError, Exit},
    pipeline::build_app,
    settings::{Machine, RunSettings},
    story::{Greeting, Silent, Story},
    ui::Ui,
};

/// What of the app is run.
enum Subject {
    Http(Vec<ComponentName>),
    Command(ComponentName),
}

/// Builds the app in `settings.app` and runs its entries until they end or the process is asked to stop.
///
/// Gives the exit code of the process: that of a command entry, 0 for a server.
pub(crate) fn run(ui: &mut Ui, machine: &Machine, settings: &RunSettings) -> Result<u8, CommandError> {
    let app = load(&machine.surroundings, &settings.app, settings.profile)?;
    app.require_components()?;
    let subject = choose(&app, settings.entry.as_deref())?;
    let entries = match &subject {
        Subject::Http(entries) => entries.clone(),
        Subject::Command(entry) => vec![entry.clone()],
    };
    let selection = Selection { components: entries.clone(), entry: None };
    build_app(ui, machine, &app, &selection, &settings.work)?;

    let greeting = match &subject {
        Subject::Http(entries) => Greeting::Server(served(&app, entries).cloned().collect()),
        Subject::Command(_) => Greeting::None,
    };
    let story = Story::new(ui, machine, greeting, silent(&app, &entries));
    let options = RuntimeOptions {
        code_cache: app.layout.cache.join("code").as_path().to_owned(),
        events: Arc::new(move |event| story.tell(&event)),
    };
    let runtime = Runtime::new(options).map_err(|error| failure(&error))?;
    let shutdown = Shutdown::new();
    let watch = shutdown.clone();
    machine.signals.listen(move || watch.request());
    match subject {
        Subject::Http(names) => {
            let options = ServeOptions {
                listen: settings.listen,
                routes: served(&app, &names)
                    .map(|trigger| Route {
                        pattern: trigger.route.value.clone(),
                        entry: trigger.component.value.to_string(),
                    })
                    .collect(),
                entries: names.iter().map(|name| entry(machine, &app, name)).collect(),
                limits: Limits::default(),
            };
            runtime.serve(options, &shutdown).map_err(|error| failure(&error))?;
            Ok(Exit::Done as u8)
        }
        Subject::Command(name) => {
            let options = CommandOptions { entry: entry(machine, &app, &name), args: settings.args.clone() };
            let code = runtime.run_command(options, &shutdown).map_err(|error| failure(&error))?;
            Ok(u8::try_from(code).unwrap_or(Exit::Project as u8))
        }
    }
}

/// The HTTP triggers of `entries`, in the order of the manifest.
fn served<'a>(app: &'a App, entries: &'a [ComponentName]) -> impl Iterator<Item = &'a HttpTrigger> {
    app.manifest.http.iter().filter(|trigger| entries.contains(&trigger.component.value))
}

/// The parts of `entries` that cannot write what they fail with: both engines of JavaScript are built without standard streams
/// where these are not granted.
fn silent(app: &App, entries: &[ComponentName]) -> Silent {
    let is_silent = |name: &ComponentName| {
        let Component { origin, permissions, .. } = &app.manifest.components[name];
        matches!(origin, Origin::Built(built) if built.language.value.engines().contains(&built.toolchain))
            && !permissions.stdio
    };
    let parts = |entry| app.wiring.closure(entry).into_iter().filter(is_silent).collect();
    entries.iter().map(|entry| (entry.to_string(), parts(entry))).collect()
}

/// What `-e` names; without it all HTTP entries, or the only command.
fn choose(app: &App, entry: Option<&str>) -> Result<Subject, CommandError> {
    let manifest = &app.manifest;
    let is_http = |name: &ComponentName| manifest.http.iter().any(|trigger| trigger.component.value == *name);
    if let Some(name) = entry {
        let name = app.entry(name)?;
        return Ok(if is_http(&name) { Subject::Http(vec![name]) } else { Subject::Command(name) });
    }
    let entries: Vec<ComponentName> = manifest.entries().into_iter().cloned().collect();
    let http: Vec<ComponentName> = entries.iter().filter(|name| is_http(name)).cloned().collect();
    if !http.is_empty() {
        return Ok(Subject::Http(http));
    }
    match entries.as_slice() {
        [only] => Ok(Subject::Command(only.clone())),
        [] => Err(CommandError::project(vec![
            Diagnostic::error("run::no-entry", "this app has nothing to run: its manifest has no trigger")
                .hint("add to conjoin.toml:\n[[trigger.http]]\nroute = \"/...\"\ncomponent = \"NAME\""),
        ])),
        several => {
            let names: Vec<_> = several.iter().map(|name| format!("`{name}`")).collect();
            Err(CommandError::usage(
                Diagnostic::error(
                    "run::several-commands",
                    format!("this app has several commands: {}", names.join(", ")),
                )
                .hint(format!("name one: `conjoin run -e {}`", several[0])),
            ))
        }
    }
}

/// The composition of `name` with the union of its members' permissions.
fn entry(machine: &Machine, app: &App, name: &ComponentName) -> Entry {
    let members = app.wiring.closure(name);
    let mut grants = Grants::default();
    for member in &members {
        merge(machine, app, &app.manifest.components[member].permissions, &mut grants);
    }
    let reuse = app.manifest.http.iter().find(|trigger| trigger.component.value == *name).and_then(|trigger| {
        match trigger.isolation {
            Isolation::Fresh => None,
            Isolation::Reuse(times) => std::num::NonZeroU32::new(times),
        }
    });
    Entry {
        name: name.to_string(),
        component: app.layout.composition(name).as_path().to_owned(),
        grants,
        members: members.iter().map(ToString::to_string).collect(),
        reuse,
    }
}

fn merge(machine: &Machine, app: &App, permissions: &Permissions, grants: &mut Grants) {
    let Permissions { stdio, clocks, random, args, sockets, env, directories, outbound_http } = permissions;
    grants.stdio |= stdio;
    grants.clocks |= clocks;
    grants.random |= random;
    grants.args |= args;
    grants.sockets |= sockets;
    let values: BTreeMap<&OsStr, _> =
        machine.surroundings.environment.iter().map(|(name, value)| (name.as_os_str(), value)).collect();
    for name in env.iter().map(|name| &name.value) {
        let known = grants.env.iter().any(|(other, _)| other == name);
        if let Some(value) = values.get(OsStr::new(name))
            && !known
        {
            grants.env.push((name.clone(), value.to_string_lossy().into_owned()));
        }
    }
    for directory in directories {
        grants.directories.push(Directory {
            path: app.layout.app.join(directory.path.value.as_path()).as_path().to_owned(),
            at: directory.at.clone(),
            write: directory.access == Access::ReadWrite,
        });
    }
    for origin in outbound_http.iter().map(|origin| &origin.value) {
        if !grants.outbound_http.contains(origin) {
            grants.outbound_http.push(origin.clone());
        }
    }
}

/// The runtime's error with what to do next.
fn failure(error: &RuntimeError) -> CommandError {
    let mut diagnostic = Diagnostic::error("run::failed", error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        diagnostic = diagnostic.note(format!("caused by: {cause}"));
        source = cause.source();
    }
    let mut diagnostic = error.hints().into_iter().fold(diagnostic, Diagnostic::hint);
    match error {
        RuntimeError::AddressInUse { .. } => {
            diagnostic.code = "run::port-in-use";
            CommandError::environment(vec![diagnostic])
        }
        RuntimeError::Listen { .. } | RuntimeError::CodeCache { .. } | RuntimeError::Directory { .. } => {
            CommandError::environment(vec![diagnostic])
        }
        _ => CommandError::project(vec![diagnostic]),
    }
}
