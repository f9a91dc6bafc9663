//! `conjoin run`: build, then serve HTTP entries or run a command entry.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    net::TcpListener,
    sync::Arc,
};

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Access, Component, ComponentName, HttpTrigger, Isolation, Origin, Permissions};
use conjoin_plan::{AbsPath, Extent, Selection};
use conjoin_runtime::{
    CommandOptions, Directory, Entry, Grants, Limits, RoutedEntry, Runtime, RuntimeError, RuntimeOptions, ServeOptions,
    Shutdown, listen,
};

use crate::{
    app::{App, load},
    blame,
    build::build_to_run,
    exit::{CommandError, Exit},
    session::{Goal, Session},
    settings::RunSettings,
    story::{Greeting, Silent, Story},
};

/// The environment of the process.
type Variables = BTreeMap<OsString, OsString>;

/// What of the app is run.
enum Subject {
    Http(Vec<ComponentName>, TcpListener),
    Command(ComponentName),
}

/// Builds the app in `settings.app` and runs its entries until they end or the process is asked to stop.
///
/// Gives the exit code of the process: that of a command entry, 0 for a server.
pub(crate) fn run(session: &mut Session<'_>, settings: &RunSettings) -> Result<u8, CommandError> {
    let app = load(&session.machine.surroundings, &settings.app, settings.profile)?;
    app.require_components()?;
    // A build is long, and for nothing if its result cannot be served, so the address is taken before and kept.
    let subject = choose(&app, settings)?;
    let entries = match &subject {
        Subject::Http(entries, _) => entries.clone(),
        Subject::Command(entry) => vec![entry.clone()],
    };
    let selection = Selection { components: entries.clone(), entry: None };
    build_to_run(session, &app, Goal { selection: &selection, extent: Extent::NativeCode, work: &settings.work })?;

    let greeting = match &subject {
        Subject::Http(entries, _) => Greeting::Server(served(&app, entries).cloned().collect()),
        Subject::Command(_) => Greeting::None,
    };
    let story = Story::new(session.ui, session.machine, greeting, silent(&app, &entries));
    let options = RuntimeOptions {
        code_cache: app.layout.native_code().as_path().to_owned(),
        events: Arc::new(move |event| story.tell(&event)),
    };
    let runtime = Runtime::new(options).map_err(|error| failure(&error))?;
    let shutdown = Shutdown::new();
    let watch = shutdown.clone();
    session.machine.signals.listen(move || watch.request());
    let environment = &session.machine.surroundings.environment;
    match subject {
        Subject::Http(names, listener) => {
            let options = ServeOptions {
                listener,
                routes: served(&app, &names)
                    .map(|trigger| RoutedEntry {
                        route: trigger.route.value.clone(),
                        entry: trigger.component.value.to_string(),
                    })
                    .collect(),
                entries: names.iter().map(|name| entry(environment, &app, name)).collect(),
                limits: Limits::default(),
            };
            runtime.serve(options, &shutdown).map_err(|error| failure(&error))?;
            Ok(Exit::Done as u8)
        }
        Subject::Command(name) => {
            let options = CommandOptions { entry: entry(environment, &app, &name), args: settings.args.clone() };
            let code = runtime.run_command(options, &shutdown).map_err(|error| failure(&error))?;
            Ok(u8::try_from(code).unwrap_or(Exit::Project as u8))
        }
    }
}

/// The HTTP triggers of `entries`, in the order of the manifest.
fn served<'a>(app: &'a App, entries: &'a [ComponentName]) -> impl Iterator<Item = &'a HttpTrigger> {
    app.manifest.http.iter().filter(|trigger| entries.contains(&trigger.component.value))
}

/// The parts of `entries` that cannot write what they fail with: some toolchains leave the standard streams out of a component that
/// was not granted them.
fn silent(app: &App, entries: &[ComponentName]) -> Silent {
    let is_silent = |name: &ComponentName| {
        let Component { origin, permissions, .. } = &app.manifest.components[name];
        matches!(origin, Origin::Built(built) if built.toolchain.is_silent) && !permissions.stdio
    };
    let parts = |entry| app.wiring.closure(entry).into_iter().filter(is_silent).collect();
    entries.iter().map(|entry| (entry.to_string(), parts(entry))).collect()
}

/// What `-e` names; without it all HTTP entries, or the only command. For HTTP it takes the address.
fn choose(app: &App, settings: &RunSettings) -> Result<Subject, CommandError> {
    let manifest = &app.manifest;
    let to_serve = |names| {
        let listener = listen(settings.listen).map_err(|error| failure(&error))?;
        Ok(Subject::Http(names, listener))
    };
    let is_http = |name: &ComponentName| manifest.http.iter().any(|trigger| trigger.component.value == *name);
    if let Some(name) = &settings.entry {
        let name = app.entry(name)?;
        return if is_http(&name) { to_serve(vec![name]) } else { Ok(Subject::Command(name)) };
    }
    let entries: Vec<ComponentName> = manifest.entries().into_iter().cloned().collect();
    let http: Vec<ComponentName> = entries.iter().filter(|name| is_http(name)).cloned().collect();
    if !http.is_empty() {
        return to_serve(http);
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
fn entry(environment: &Variables, app: &App, name: &ComponentName) -> Entry {
    let members = app.wiring.closure(name);
    let mut grants = Grants::default();
    for member in &members {
        merge(environment, &app.layout.app, &app.manifest.components[member].permissions, &mut grants);
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

/// Adds `permissions` of a component of the app in `folder` to what its composition is granted.
fn merge(environment: &Variables, folder: &AbsPath, permissions: &Permissions, grants: &mut Grants) {
    let Permissions { stdio, clocks, random, args, sockets, env, directories, outbound_http } = permissions;
    grants.stdio |= stdio;
    grants.clocks |= clocks;
    grants.random |= random;
    grants.args |= args;
    grants.sockets |= sockets;
    for name in env.iter().map(|name| &name.value) {
        let known = grants.env.iter().any(|(other, _)| other == name);
        if let Some(value) = environment.get(OsStr::new(name))
            && !known
        {
            grants.env.push((name.clone(), value.to_string_lossy().into_owned()));
        }
    }
    for directory in directories {
        let path = folder.join(directory.path.value.as_path()).as_path().to_owned();
        let write = directory.access == Access::ReadWrite;
        match grants.directories.iter_mut().find(|other| other.path == path && other.at == directory.at) {
            Some(other) => other.write |= write,
            None => grants.directories.push(Directory { path, at: directory.at.clone(), write }),
        }
    }
    for origin in outbound_http.iter().map(|origin| &origin.value) {
        if !grants.outbound_http.contains(origin) {
            grants.outbound_http.push(origin.clone());
        }
    }
}

/// The runtime's error with its exit code.
fn failure(error: &RuntimeError) -> CommandError {
    let mut diagnostic = blame::runtime(error);
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
    use conjoin_plan::{Layout, Profile, wire};
    use conjoin_policy::Origin;

    use super::*;

    const MANIFEST: &str = r#"
conjoin = 1

[app]
name = "shop"

[component.gateway]
language = "rust"
permissions.stdio = true
permissions.env = ["TOKEN", "UNSET"]
permissions.directories = [{ path = "data", at = "/data", access = "read" }]
permissions.outbound-http = ["https://a.example", "https://b.example"]

[component.pricing]
language = "rust"
permissions.clocks = true
permissions.env = ["TOKEN", "LEVEL"]
permissions.directories = [{ path = "data", at = "/data", access = "read-write" }]
permissions.outbound-http = ["https://b.example"]

[component.stranger]
language = "rust"
permissions.random = true
permissions.env = ["SECRET"]
"#;

    const WIT: &str = "\
package shop:api;

interface prices {
  quote: func() -> u32;
}

world gateway {
  import prices;
  export hello: func() -> u32;
}

world pricing {
  export prices;
}

world stranger {
  export bye: func();
}
";

    fn shop() -> App {
        let source = |name: &str, text: &str| Arc::new(Source::new(name.to_owned(), text.to_owned()));
        let manifest =
            conjoin_manifest::parse(&source("conjoin.toml", MANIFEST), &conjoin_toolchains::all().languages())
                .expect("a manifest");
        let wit = conjoin_wit::parse(&[source("wit/shop.wit", WIT)], "wit").expect("a package");
        let folder = |path: &str| AbsPath::new(path).expect("an absolute path");
        let wiring = wire(&manifest, &wit, &folder("/shop"), &BTreeMap::new()).expect("it fits");
        let layout = Layout { app: folder("/shop"), cache: folder("/cache"), profile: Profile::Dev };
        App { manifest, wit, wiring, layout }
    }

    #[test]
    fn a_composition_is_granted_what_its_members_are_and_nothing_twice() {
        let environment = [("TOKEN", "t"), ("LEVEL", ""), ("SECRET", "s"), ("HOME", "/home")];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
        let gateway = ComponentName::parse("gateway").expect("a name");
        let mut entry = entry(&environment, &shop(), &gateway);
        entry.members.sort();
        entry.grants.env.sort();
        entry.grants.outbound_http.sort();
        assert_eq!(entry.members, ["gateway", "pricing"]);
        let expected = Grants {
            stdio: true,
            clocks: true,
            random: false,
            args: false,
            sockets: false,
            env: [("LEVEL", ""), ("TOKEN", "t")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            directories: vec![Directory { path: "/shop/data".into(), at: "/data".to_owned(), write: true }],
            outbound_http: ["https://a.example", "https://b.example"]
                .map(|origin| Origin::parse(origin).expect("an origin"))
                .into(),
        };
        assert_eq!(entry.grants, expected);
    }
}
