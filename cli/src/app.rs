//! Reading an app: from a folder to its manifest, its WIT and how its components are connected.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source, list, nearest, not_utf_8};
use conjoin_manifest::{ComponentName, Manifest, TRIGGER_KINDS, TriggerKind};
use conjoin_plan::{AbsPath, AppModel, AppWiring, Layout, Profile, ToolchainSet, wire};
use conjoin_scaffold::Change;
use conjoin_wit::Wit;

use crate::{
    cache_root::CacheRoot, exit::CommandError, prebuilt, process_context::ProcessContext, wit_folder::wit_files,
};

/// An app whose manifest, WIT and wiring are in order.
pub(crate) struct App {
    /// Its manifest.
    pub(crate) manifest: Manifest,
    /// Its shared WIT.
    pub(crate) wit: Wit,
    /// How its components are connected.
    pub(crate) wiring: AppWiring,
    /// Where everything lies.
    pub(crate) layout: Layout,
}

/// Reads the app that `folder`, or the nearest folder above it, contains.
pub(crate) fn load(process: &ProcessContext, folder: &AbsPath, profile: Profile) -> Result<App, CommandError> {
    let (cache, unusable) = CacheRoot::open_if_usable(process);
    let app = read(process, cache.layout(find(process, folder)?, profile))?;
    // What is wrong in the app is told first: it is wrong on every machine.
    unusable.map_or(Ok(app), |diagnostic| Err(CommandError::environment(vec![diagnostic])))
}

/// Reads the app in the folder that `layout` names; what is in the cache folder does not matter.
pub(crate) fn read(process: &ProcessContext, layout: Layout) -> Result<App, CommandError> {
    let dir = layout.app.clone();
    if Change::is_pending(dir.as_path()) {
        return Err(CommandError::project(vec![
            Diagnostic::error("app::interrupted", "`conjoin add` was interrupted here, in the middle of its changes")
                .hint("`conjoin add` without anything else completes them"),
        ]));
    }
    let manifest = load_manifest(process, &dir)?;
    let wit = load_wit(process, &dir, &manifest)?;
    let sources = prebuilt::surfaces(&layout, &manifest);
    let wiring = wire(&manifest, &wit, &dir, &sources).map_err(CommandError::project)?;
    Ok(App { manifest, wit, wiring, layout })
}

impl App {
    /// It as plans are made from it.
    pub(crate) fn model<'a>(&'a self, toolchains: &'a ToolchainSet) -> AppModel<'a> {
        let Self { manifest, wit, wiring, layout } = self;
        AppModel { manifest, wit, wiring, layout, toolchains }
    }

    /// Refuses an app without components, in which there is nothing to do.
    pub(crate) fn require_components(&self) -> Result<(), CommandError> {
        if !self.manifest.components.is_empty() {
            return Ok(());
        }
        Err(CommandError::project(vec![Diagnostic::error("app::no-component", "this app has no component yet").hint(
            "`conjoin add -t http-rust=gateway` adds one; `conjoin templates` lists what there is to start from",
        )]))
    }

    /// The component called `name`, or the error of an argument that names none.
    pub(crate) fn component(&self, name: &str) -> Result<ComponentName, CommandError> {
        let names: Vec<&str> = self.manifest.components.keys().map(ComponentName::as_str).collect();
        find_name(name, &names, "component").map_err(CommandError::usage)
    }

    /// The entry called `name`, or the error of an argument that names none.
    pub(crate) fn entry(&self, name: &str) -> Result<ComponentName, CommandError> {
        let names: Vec<&str> = self.manifest.entries().into_iter().map(ComponentName::as_str).collect();
        match self.manifest.components.keys().find(|component| component.as_str() == name) {
            Some(component) if !names.contains(&name) => Err(CommandError::usage(self.without_trigger(component))),
            Some(_) | None => find_name(name, &names, "entry").map_err(CommandError::usage),
        }
    }

    /// Why `component`, which no trigger names, is no entry.
    fn without_trigger(&self, component: &ComponentName) -> Diagnostic {
        let surface = self.wiring.surfaces.get(component);
        let exports =
            surface.into_iter().flat_map(|surface| surface.exports.iter().map(|export| export.name.without_version()));
        let exports: Vec<&str> = exports.collect();
        let fits = |kind: &&&TriggerKind| kind.exports.iter().any(|export| exports.contains(export));
        let kind = TRIGGER_KINDS.iter().find(fits).unwrap_or(&TRIGGER_KINDS[0]);
        Diagnostic::error("usage::no-trigger", format!("component `{component}` is no entry: no trigger names it"))
            .hint(trigger_to_add(kind, component.as_str()))
    }
}

/// The hint that shows the trigger which is missing.
pub(crate) fn trigger_to_add(kind: &TriggerKind, component: &str) -> String {
    format!("add to conjoin.toml:\n{}", kind.table(component))
}

fn find_name(name: &str, names: &[&str], what: &str) -> Result<ComponentName, Diagnostic> {
    if names.contains(&name)
        && let Ok(name) = ComponentName::parse(name)
    {
        return Ok(name);
    }
    let mut diagnostic = Diagnostic::error("usage::unknown-name", format!("this app has no {what} `{name}`"));
    if names.is_empty() {
        diagnostic = diagnostic.note(format!("it has no {what} at all"));
    } else {
        diagnostic = diagnostic.note(format!("it has {}", list(names)));
    }
    Err(match nearest(name, names.iter().copied()) {
        Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
        None => diagnostic,
    })
}

/// The nearest folder from `folder` upwards with a `conjoin.toml`.
pub(crate) fn find(process: &ProcessContext, folder: &AbsPath) -> Result<AbsPath, CommandError> {
    if !folder.as_path().is_dir() {
        return Err(CommandError::usage(
            Diagnostic::error("app::no-folder", format!("there is no folder `{}`", process.shown(folder)))
                .hint("name the folder of an app, the one with its conjoin.toml"),
        ));
    }
    let mut dir = folder.clone();
    loop {
        if dir.join("conjoin.toml").as_path().is_file() {
            return Ok(dir);
        }
        if dir.parent() == dir {
            return Err(CommandError::project(vec![
                Diagnostic::error(
                    "app::not-found",
                    format!("there is no conjoin.toml in `{}`, nor in a folder above it", process.shown(folder)),
                )
                .hint("`conjoin new my-app -t polyglot` creates an app"),
            ]));
        }
        dir = dir.parent();
    }
}

/// Reads and checks `conjoin.toml` of the app in `dir`.
pub(crate) fn load_manifest(process: &ProcessContext, dir: &AbsPath) -> Result<Manifest, CommandError> {
    let source = load_source(process, &dir.join("conjoin.toml"))?;
    conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages()).map_err(CommandError::project)
}

/// The folder of the shared WIT, and the WASI packages that it names but does not have.
pub(crate) fn missing_wasi(
    process: &ProcessContext,
    dir: &AbsPath,
    manifest: &Manifest,
) -> Result<(AbsPath, Vec<String>), CommandError> {
    let wit = dir.join(manifest.app.wit.as_path());
    let sources = load_wit_sources(process, &wit)?;
    let missing = conjoin_wit::missing_wasi(&sources, &process.shown(&wit));
    Ok((wit, missing))
}

/// Writes the WASI packages that the shared WIT names but does not have into its `deps/`; gives what was written.
pub(crate) fn repair_wit(process: &ProcessContext, folder: &AbsPath) -> Result<Vec<AbsPath>, CommandError> {
    let dir = find(process, folder)?;
    let (wit, missing) = missing_wasi(process, &dir, &load_manifest(process, &dir)?)?;
    let mut written = Vec::new();
    for file in conjoin_wit::wasi_deps(&missing) {
        let path = wit.join(&file.path);
        let write = fs_err::create_dir_all(path.parent()).and_then(|()| fs_err::write(&path, &file.text));
        write.map_err(|error| CommandError::io("app::unwritable", &error))?;
        written.push(path);
    }
    Ok(written)
}

/// Reads and resolves the shared WIT.
fn load_wit(process: &ProcessContext, dir: &AbsPath, manifest: &Manifest) -> Result<Wit, CommandError> {
    let folder = dir.join(manifest.app.wit.as_path());
    let sources = load_wit_sources(process, &folder)?;
    conjoin_wit::parse(&sources, &process.shown(&folder)).map_err(CommandError::project)
}

/// The texts of the files of WIT in `folder` and below it; none if there is no such folder.
pub(crate) fn load_wit_sources(process: &ProcessContext, folder: &AbsPath) -> Result<Vec<Arc<Source>>, CommandError> {
    let files = wit_files(folder).map_err(|error| CommandError::io("app::unreadable", &error))?;
    files.iter().map(|path| load_source(process, &folder.join(path))).collect()
}

/// The text of a file.
pub(crate) fn load_source(process: &ProcessContext, path: &AbsPath) -> Result<Arc<Source>, CommandError> {
    let bytes = fs_err::read(path).map_err(|error| CommandError::io("app::unreadable", &error))?;
    let name = process.shown(path);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(Source::new(name, text))),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let source = Arc::new(Source::new(name, String::from_utf8_lossy(error.as_bytes())));
            Err(CommandError::project(vec![not_utf_8(&source, offset)]))
        }
    }
}
