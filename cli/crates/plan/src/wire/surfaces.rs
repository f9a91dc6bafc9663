//! Finds what each component imports and exports, from its world or from the pre-built component itself.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Component, ComponentName, Origin};
use conjoin_wit::Surface;

use super::errors::Errors;
use crate::AbsPath;

/// The known surfaces, and diagnostics about the others.
pub(super) fn of_all(
    errors: &Errors<'_>,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Vec<u8>, String>>,
) -> (BTreeMap<ComponentName, Surface>, Vec<Diagnostic>) {
    let mut surfaces = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for component in errors.manifest.components.values() {
        match of(errors, component, app, sources) {
            Ok(surface) => {
                surfaces.insert(component.name.value.clone(), surface);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    (surfaces, diagnostics)
}

fn of(
    errors: &Errors<'_>,
    component: &Component,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Vec<u8>, String>>,
) -> Result<Surface, Box<Diagnostic>> {
    const UNREAD: &str =
        "build it or copy it there, or name another file; the path is relative to the folder of conjoin.toml";
    let Origin::Source(path) = &component.origin else {
        let world =
            errors.wit.world(&component.world.value).ok_or_else(|| Box::new(errors.unknown_world(component)))?;
        return Ok(world.surface());
    };
    let unusable = |why: &str, hint: &str| Box::new(errors.unusable_source(component, &path.span, why, hint));
    match sources.get(&app.join(path.value.as_path())) {
        Some(Ok(bytes)) => conjoin_wit::inspect(bytes).map_err(|error| unusable(&error.to_string(), error.hint())),
        Some(Err(why)) => Err(unusable(why, UNREAD)),
        None => Err(unusable("it was not read", UNREAD)),
    }
}
