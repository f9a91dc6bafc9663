//! The templates that are embedded in the binary.

use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::{ScaffoldError, Template, TemplateSummary};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../../templates");

/// The id of the template around the components of an app.
const SKELETON: &str = "app/empty";

/// The summaries of all embedded templates, sorted by id.
pub fn templates() -> Vec<TemplateSummary> {
    let summaries = folders().filter_map(|folder| load(folder).ok()).map(|template| template.summary());
    let mut summaries: Vec<TemplateSummary> = summaries.collect();
    summaries.sort_by(|left, right| left.id.cmp(&right.id));
    summaries
}

/// Finds the embedded template with this id, e.g. `http-rust` or `polyglot`.
///
/// # Errors
///
/// [`ScaffoldError::UnknownTemplate`] if no template has this id.
pub fn find(id: &str) -> Result<Template, ScaffoldError> {
    match folders().find(|folder| id_of(folder) == id) {
        Some(folder) => load(folder),
        None => Err(ScaffoldError::UnknownTemplate {
            id: id.to_owned(),
            known: templates().into_iter().map(|template| template.id).collect(),
        }),
    }
}

/// The template around the components of an app.
pub(crate) fn skeleton() -> Result<Template, ScaffoldError> {
    match folders().find(|folder| is_skeleton(folder)) {
        Some(folder) => load(folder),
        None => Err(ScaffoldError::Broken {
            id: SKELETON.to_owned(),
            why: "it is not embedded".to_owned(),
            place: None,
            own: false,
        }),
    }
}

/// The paths of all embedded files. A test uses them to check that nothing else slipped in.
pub fn embedded_paths() -> Vec<String> {
    let mut paths = Vec::new();
    collect(&TEMPLATES, &mut |path, _| paths.push(path.to_owned()));
    paths
}

/// The folders `templates/<language>/<kind>` and `templates/app/<name>`.
fn folders() -> impl Iterator<Item = &'static Dir<'static>> {
    TEMPLATES.dirs().flat_map(Dir::dirs)
}

fn is_skeleton(folder: &Dir<'_>) -> bool {
    folder.path() == Path::new(SKELETON)
}

/// The id of a template: `http-rust` for `rust/http`, `polyglot` for `app/polyglot`.
fn id_of(folder: &Dir<'_>) -> String {
    let path = folder.path().to_string_lossy();
    match path.split_once('/') {
        Some(("app", name)) => name.to_owned(),
        Some((language, kind)) => format!("{kind}-{language}"),
        None => path.into_owned(),
    }
}

fn load(folder: &'static Dir<'static>) -> Result<Template, ScaffoldError> {
    let mut files = Vec::new();
    let root = format!("{}/", folder.path().to_string_lossy());
    collect(folder, &mut |path, bytes| {
        let path = path.strip_prefix(&root).unwrap_or(path);
        files.push((path.to_owned(), bytes.to_vec()));
    });
    Template::parse(&id_of(folder), files)
}

fn collect(folder: &Dir<'static>, visit: &mut impl FnMut(&str, &'static [u8])) {
    for file in folder.files() {
        visit(&file.path().to_string_lossy(), file.contents());
    }
    for folder in folder.dirs() {
        collect(folder, visit);
    }
}
