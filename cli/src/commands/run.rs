//! `conjoin run`: build, then run the triggers of the app.

use std::{collections::BTreeMap, ffi::OsString, num::NonZeroU32, sync::Arc};

use conjoin_diagnostics::{Diagnostic, list};
use conjoin_manifest::{Component, ComponentName, Isolation, Origin, Runs, TRIGGER_KINDS, Trigger};
use conjoin_plan::{Extent, HostValues, Selection, grants};
use conjoin_policy::STDIO;
use conjoin_runtime::{
    Entry, Limits, RunOptions, Runtime, RuntimeError, RuntimeOptions, Shutdown, TriggerOptions, reserve,
};

use crate::{
    app::{App, load, trigger_to_add},
    attribution,
    build::build_to_run,
    exit::{CommandError, Exit},
    run_printer::{RunPrinter, Silent},
    session::{Goal, Session},
    settings::RunSettings,
};

/// The environment of the process.
type Variables = BTreeMap<OsString, OsString>;

/// Builds the app in `settings.app` and runs its entries until they end or the process is asked to stop.
///
/// Gives the exit code of the process: that of a command, 0 of what runs until it is stopped.
pub(crate) fn run(session: &mut Session<'_>, settings: &RunSettings) -> Result<u8, CommandError> {
    let app = load(&session.machine.process, &settings.app, settings.profile)?;
    app.require_components()?;
    // A build is long, and for nothing if its result cannot be served, so the address is taken before and kept.
    let triggers = choose(&app, settings)?;
    let reserved = reserve(
        &triggers.iter().map(|trigger| to_run(trigger)).collect::<Vec<_>>(),
        &TriggerOptions { listen: settings.listen, args: settings.args.clone() },
    )
    .map_err(|error| failure(&error))?;
    let mut entries: Vec<ComponentName> = Vec::new();
    for trigger in &triggers {
        if !entries.contains(&trigger.component.value) {
            entries.push(trigger.component.value.clone());
        }
    }
    let selection = Selection { components: entries.clone(), entry: None };
    build_to_run(session, &app, Goal { selection: &selection, extent: Extent::NativeCode, work: &settings.work })?;

    let printer = RunPrinter::new(session.ui, session.machine, silent(&app, &entries));
    let options = RuntimeOptions {
        code_cache: app.layout.native_code().as_path().to_owned(),
        events: Arc::new(move |event| printer.report(&event)),
    };
    let runtime = Runtime::new(options).map_err(|error| failure(&error))?;
    let shutdown = Shutdown::new();
    let watch = shutdown.clone();
    session.machine.signals.listen(move || watch.request());
    let environment = &session.machine.process.environment;
    let options = RunOptions {
        triggers: reserved,
        entries: entries.iter().map(|name| entry(environment, &app, name)).collect(),
        limits: Limits::default(),
    };
    let code = runtime.run(options, &shutdown).map_err(|error| failure(&error))?;
    Ok(u8::try_from(code).unwrap_or(Exit::Project as u8))
}

/// A trigger as the runtime takes it.
fn to_run(trigger: &Trigger) -> conjoin_runtime::Trigger {
    conjoin_runtime::Trigger {
        kind: trigger.kind.key.to_owned(),
        entry: trigger.component.value.to_string(),
        settings: trigger.settings.clone(),
    }
}

/// The parts of `entries` that cannot write what they fail with: some toolchains leave the standard streams out of a component that
/// was not granted them.
fn silent(app: &App, entries: &[ComponentName]) -> Silent {
    let is_silent = |name: &ComponentName| {
        let Component { origin, permissions, .. } = &app.manifest.components[name];
        matches!(origin, Origin::Built(built) if built.toolchain.is_silent) && !permissions.has(&STDIO)
    };
    let parts = |entry| app.wiring.closure(entry).into_iter().filter(is_silent).collect();
    entries.iter().map(|entry| (entry.to_string(), parts(entry))).collect()
}

/// What to run: of the entry that `-e` names, or of the app, all triggers that run until they are stopped. If there is none, the only
/// one that runs to its end.
fn choose<'a>(app: &'a App, settings: &RunSettings) -> Result<Vec<&'a Trigger>, CommandError> {
    let named = settings.entry.as_deref().map(|name| app.entry(name)).transpose()?;
    let asked = |trigger: &&Trigger| named.as_ref().is_none_or(|name| trigger.component.value == *name);
    let (lasting, ending): (Vec<&Trigger>, Vec<&Trigger>) =
        app.manifest.triggers.iter().filter(asked).partition(|trigger| trigger.kind.runs == Runs::UntilStopped);
    if !lasting.is_empty() {
        return Ok(lasting);
    }
    match ending.as_slice() {
        [_] => Ok(ending),
        [] => Err(CommandError::project(vec![
            Diagnostic::error("run::no-entry", "this app has nothing to run: its manifest has no trigger")
                .hint(trigger_to_add(TRIGGER_KINDS[0], "NAME")),
        ])),
        [first, ..] => {
            let entries = list(ending.iter().map(|trigger| &trigger.component.value));
            let message = format!("this app has several {}: {entries}", first.kind.roles);
            Err(CommandError::usage(
                Diagnostic::error("run::several-commands", message)
                    .hint(format!("name one: `conjoin run -e {}`", first.component.value)),
            ))
        }
    }
}

/// The composition of `name`, with what its members are granted.
fn entry(environment: &Variables, app: &App, name: &ComponentName) -> Entry {
    let host = HostValues { app: &app.layout.app, variables: environment };
    let granted = grants(&app.manifest, &app.wiring, name, host);
    let reuse = app.manifest.triggers_of(name).find_map(|trigger| match trigger.isolation {
        Isolation::Fresh => None,
        Isolation::Reuse(times) => NonZeroU32::new(times),
    });
    Entry {
        name: name.to_string(),
        component: app.layout.composition(name).as_path().to_owned(),
        grants: granted.union(),
        members: granted.members.iter().map(|member| member.component.to_string()).collect(),
        reuse,
    }
}

/// The runtime's error with its exit code.
fn failure(error: &RuntimeError) -> CommandError {
    let mut diagnostic = attribution::runtime(error);
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

#[cfg(test)]
mod tests {
    use conjoin_diagnostics::Source;

    use super::*;

    #[test]
    fn the_runtime_understands_what_the_manifest_says_of_every_kind() {
        for kind in TRIGGER_KINDS {
            let text =
                format!("conjoin = 1\napp.name = \"a\"\n[component.b]\nlanguage = \"rust\"\n{}\n", kind.table("b"));
            let source = Arc::new(Source::new("conjoin.toml", text));
            let manifest =
                conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages()).expect("a manifest");
            let options = TriggerOptions { listen: ([127, 0, 0, 1], 0).into(), args: Vec::new() };
            let reserved = reserve(&[to_run(&manifest.triggers[0])], &options).map(drop);
            assert_eq!(reserved.map_err(|error| error.to_string()), Ok(()), "{}", kind.key);
        }
    }
}
