//! WIT packages and built components from elsewhere.

use std::{path::PathBuf, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, list};
use conjoin_plan::AbsPath;
use conjoin_scaffold::check_name;
use conjoin_wit::WitFile;
use serde_json::json;

use crate::{
    app::{load_source, load_wit_sources},
    choices::scaffold_error,
    draft::Draft,
    exit::CommandError,
    session::Session,
    ui::Format,
};

/// Takes the WIT package at `path`, a file or a folder, into the app, with the packages in the `deps/` of the folder.
pub(super) fn add_wit(session: &mut Session<'_>, mut draft: Draft<'_>, path: &AbsPath) -> Result<(), CommandError> {
    let here = &session.machine.process;
    let shown = here.shown(path);
    if !path.as_path().exists() {
        return Err(no_package(format!("there is nothing at `{shown}`")));
    }
    let folder = path.as_path().is_dir();
    let (sources, root) = if folder {
        (load_wit_sources(here, path)?, shown.clone())
    } else {
        let source =
            load_source(here, path).map_err(|error| CommandError { exit: crate::exit::Exit::Usage, ..error })?;
        (vec![source], here.shown(&path.parent()))
    };
    if sources.is_empty() {
        return Err(no_package(format!("there is no file of WIT in `{shown}`, nor below it")));
    }
    let packages = conjoin_wit::packages(&sources, &root);
    let Some((main, _)) = packages.last().cloned() else {
        let errors = conjoin_wit::parse(&sources, &root).err().unwrap_or_default();
        if !errors.iter().any(|error| error.code == "wit::stray-file") {
            return Err(CommandError::project(errors));
        }
        let highest = sources.iter().min_by_key(|source| source.name.matches('/').count());
        let other = highest.map_or(".", |source| &source.name);
        return Err(no_package(format!("`{shown}` is not the folder of a WIT package: `{other}` lies deeper")));
    };
    let present = conjoin_wit::packages(&draft.wit_sources(), &draft.wit_root());
    let mut added = Vec::new();
    for (name, files) in packages {
        match present.iter().find(|(other, _)| *other == name) {
            None => {}
            Some((_, others)) if name != main && (name.starts_with("wasi:") || same_texts(&files, others)) => continue,
            Some((_, others)) => return Err(clash(&name, &files, others)),
        }
        if name.starts_with("wasi:") && !conjoin_wit::wasi_deps(std::slice::from_ref(&name)).is_empty() {
            // The app gets conjoin's own copy if it needs it.
            continue;
        }
        // Packages that share a file are added together.
        if added.is_empty() || !added.iter().any(|(_, other): &(String, Vec<Arc<Source>>)| *other == files) {
            add_package(&mut draft, &name, &files)?;
        }
        added.push((name, files));
    }
    draft.complete()?;
    let names: Vec<String> = added.iter().map(|(name, _)| name.clone()).collect();
    draft.write(names.clone())?;
    session.ui.status("Added", &format!("the WIT of {}", list(&names)));
    for name in &names {
        match session.ui.format {
            Format::Human => session.ui.answer(name),
            Format::Json => session.ui.answer_json("package", json!({ "name": name })),
        }
    }
    Ok(())
}

/// What was named is no package of WIT.
fn no_package(why: String) -> CommandError {
    CommandError::usage(
        Diagnostic::error("add::no-package", why).hint(
            "name a file of WIT, or the folder in which the files of one package lie, with others in its `deps/`",
        ),
    )
}

fn same_texts(left: &[Arc<Source>], right: &[Arc<Source>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.text == right.text)
}

fn clash(name: &str, files: &[Arc<Source>], others: &[Arc<Source>]) -> CommandError {
    let mut diagnostic = Diagnostic::error("add::package-exists", format!("this app has the WIT package `{name}`"));
    for (files, what) in [(others, "it is here"), (files, "and here, from elsewhere")] {
        if let Some(source) = files.first() {
            let line = source.text.find("package").unwrap_or(0);
            let end = source.text[line..].find('\n').map_or(source.text.len(), |end| line + end);
            diagnostic = diagnostic.label(source, line..end, what);
        }
    }
    CommandError::usage(diagnostic.hint("remove the one in the app first, or give the other one another version"))
}

/// Puts a package into `deps/`: a file, or a folder if it has several.
fn add_package(draft: &mut Draft<'_>, name: &str, files: &[Arc<Source>]) -> Result<(), CommandError> {
    let stem = name.split('@').next().unwrap_or(name).replace(':', "-");
    match files {
        [only] => draft.add_wit(&WitFile { path: PathBuf::from(format!("deps/{stem}.wit")), text: only.text.clone() }),
        several => several.iter().try_for_each(|source| {
            let file = source.name.rsplit('/').next().unwrap_or(&source.name);
            let path = PathBuf::from(format!("deps/{stem}/{file}"));
            draft.add_wit(&WitFile { path, text: source.text.clone() })
        }),
    }
}

/// Copies a built component into `vendor/` of the app, and the WIT packages that it names into `deps/`.
pub(super) fn add_component(
    session: &mut Session<'_>,
    mut draft: Draft<'_>,
    name: &str,
    file: &AbsPath,
) -> Result<(), CommandError> {
    check_name("component", name).map_err(|error| scaffold_error(&error))?;
    if let Some(component) = draft.manifest.component(name) {
        return Err(CommandError::usage(
            Diagnostic::error("add::component-exists", format!("this app has a component `{name}`")).label(
                &draft.manifest.source,
                component.name.span.clone(),
                "it is here",
            ),
        ));
    }
    let shown = session.machine.process.shown(file);
    let unusable =
        |why: String| Diagnostic::error("add::unusable-component", format!("`{shown}` cannot be added: {why}"));
    if !file.as_path().is_file() {
        let diagnostic = Diagnostic::error("add::unusable-component", format!("there is no file `{shown}`"));
        let hint = "name the component that a build has written, such as `target/wasm32-wasip2/release/NAME.wasm`";
        return Err(CommandError::usage(diagnostic.hint(hint)));
    }
    let bytes = fs_err::read(file).map_err(|error| CommandError::usage(unusable(error.to_string())))?;
    let packages = conjoin_wit::packages_of_component(&bytes)
        .map_err(|error| CommandError::usage(unusable(error.to_string()).hint(error.hint())))?;
    let place = format!("vendor/{name}.wasm");
    let tables = format!("[component.{name}]\nsource = \"{place}\"\n");
    draft.add_to_manifest(&tables).map_err(|why| CommandError::usage(unusable(why)))?;
    draft.add_component(place.clone(), bytes)?;
    for package in packages {
        let source = Arc::new(Source::new(format!("wit/{}", package.path.display()), package.text.clone()));
        let named = conjoin_wit::packages(&[source], "wit");
        let present = conjoin_wit::packages(&draft.wit_sources(), &draft.wit_root());
        if named.iter().any(|(name, _)| !present.iter().any(|(other, _)| other == name)) {
            draft.add_wit(&package)?;
        }
    }
    let app = draft.complete()?;
    draft.write(vec![name.to_owned()])?;
    session.ui.status("Added", &format!("`{name}`, a built component, as {place}"));
    let surface = app.wiring.surfaces.iter().find(|(key, _)| key.as_str() == name).map(|(_, surface)| surface);
    let imports = surface.map_or(&[][..], |surface| &surface.imports);
    let wasi: Vec<String> =
        imports.iter().filter(|item| item.name.is_wasi()).map(|item| item.name.to_string()).collect();
    if !wasi.is_empty() {
        session.ui.note(&format!("It imports {}; grant in conjoin.toml what it may do.", list(&wasi)));
    }
    match session.ui.format {
        Format::Human => session.ui.answer(&session.machine.process.shown(&app.layout.app.join(&place))),
        Format::Json => {
            session
                .ui
                .answer_json("component", json!({ "name": name, "path": app.layout.app.join(&place).to_string() }));
        }
    }
    Ok(())
}
