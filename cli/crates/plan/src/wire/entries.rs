//! Checks that the components that triggers name export what the triggers call.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::ComponentName;
use conjoin_wit::{Item, Surface};

use super::errors::Errors;

/// What is wrong with triggers whose component exports nothing that they could call.
pub(super) fn unsuitable(errors: &Errors<'_>, surfaces: &BTreeMap<ComponentName, Surface>) -> Vec<Diagnostic> {
    let unsuitable = errors.manifest.triggers.iter().filter_map(|trigger| {
        let surface = surfaces.get(&trigger.component.value)?;
        let is_called = |export: &Item| trigger.kind.exports.contains(&export.name.without_version());
        (!surface.exports.iter().any(is_called)).then(|| errors.not_an_entry(trigger, surface))
    });
    unsuitable.collect()
}
