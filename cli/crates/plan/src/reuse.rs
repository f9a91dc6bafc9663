//! Finds compositions that cannot serve a second request with the same instance.
//!
//! This uses what the manifest says about components that are built. Nothing is known about pre-built ones.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, Isolation, Manifest, Origin, ServesOnce};

use crate::AppWiring;

/// Diagnostics about triggers that reuse instances of such compositions, one per entry.
pub(crate) fn refuse_serving_once(manifest: &Manifest, wiring: &AppWiring) -> Vec<Diagnostic> {
    let mut seen: BTreeSet<&ComponentName> = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for trigger in manifest.triggers.iter().filter(|trigger| trigger.isolation != Isolation::Fresh) {
        let entry = &trigger.component.value;
        if !seen.insert(entry) {
            continue;
        }
        let closure = wiring.closure(entry);
        for (name, once) in closure.iter().filter_map(|name| Some((name, serves_once(manifest, wiring, name)?))) {
            let (span, text) = match &trigger.isolation_place {
                Some(span) => (span.clone(), "an instance for several requests"),
                None => (trigger.component.span.clone(), "instances of this entry serve several requests"),
            };
            let handler = &manifest.components[name];
            diagnostics.push(
                Diagnostic::error(
                    "wiring::serves-once",
                    format!("instances of `{entry}` cannot be reused: `{name}` answers one request"),
                )
                .label(&manifest.source, span, text)
                .label(&manifest.source, handler.name.span.clone(), once.because)
                .note(once.otherwise)
                .hint("remove `isolation`: each request gets a fresh instance, which is the default")
                .hint(format!("or let `{name}` {}", once.instead)),
            );
        }
    }
    diagnostics
}

/// Why an instance of this component answers one request, if that is so.
fn serves_once(manifest: &Manifest, wiring: &AppWiring, name: &ComponentName) -> Option<&'static ServesOnce> {
    let Origin::Built(built) = &manifest.components.get(name)?.origin else { return None };
    let once = built.toolchain.serves_once.as_ref()?;
    let exports = &wiring.surfaces.get(name)?.exports;
    exports.iter().any(|export| export.name.without_version() == once.exports).then_some(once)
}
