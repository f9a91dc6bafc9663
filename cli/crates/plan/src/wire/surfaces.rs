//! Finds what each component imports and exports, from its world or from the pre-built component itself.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Component, ComponentName, Origin};
use conjoin_wit::Surface;

use super::errors::Errors;
use crate::AbsPath;

/// Why a file that the manifest names as `source` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableSource {
    /// What is wrong with it, as the end of a sentence.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// The known surfaces, and diagnostics about the others.
pub(super) fn of_all(
    errors: &Errors<'_>,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Surface, UnusableSource>>,
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
    sources: &BTreeMap<AbsPath, Result<Surface, UnusableSource>>,
) -> Result<Surface, Box<Diagnostic>> {
    let Origin::Source(path) = &component.origin else {
        let world =
            errors.wit.world(&component.world.value).ok_or_else(|| Box::new(errors.unknown_world(component)))?;
        return Ok(world.surface());
    };
    let unusable = |unusable: &UnusableSource| Box::new(errors.unusable_source(component, &path.span, unusable));
    match sources.get(&app.join(path.value.as_path())) {
        Some(Ok(surface)) => Ok(surface.clone()),
        Some(Err(why)) => Err(unusable(why)),
        None => Err(unusable(&UnusableSource {
            why: "it was not read".to_owned(),
            hint: "build it or copy it there, or name another file".to_owned(),
        })),
    }
}
