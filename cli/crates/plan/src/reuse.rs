//! Which compositions cannot serve a second request with the same instance.
//!
//! It looks at what the manifest says of components that are built; of one that exists already, nothing is known.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, Isolation, Manifest, Origin, ToolchainName};

use crate::AppWiring;

/// The triggers that ask for it all the same, each entry once.
pub(crate) fn refused(manifest: &Manifest, wiring: &AppWiring) -> Vec<Diagnostic> {
    let mut seen: BTreeSet<&ComponentName> = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for trigger in manifest.http.iter().filter(|trigger| trigger.isolation != Isolation::Fresh) {
        let entry = &trigger.component.value;
        if !seen.insert(entry) {
            continue;
        }
        for name in wiring.closure(entry).iter().filter(|name| serves_once(manifest, wiring, name)) {
            let (span, text) = match &trigger.isolation_place {
                Some(span) => (span.clone(), "an instance for several requests"),
                None => (trigger.route.span.clone(), "instances of this entry serve several requests"),
            };
            let handler = &manifest.components[name];
            diagnostics.push(
                Diagnostic::error(
                    "wiring::serves-once",
                    format!("instances of `{entry}` cannot be reused: `{name}` answers one request"),
                )
                .label(&manifest.source, span, text)
                .label(&manifest.source, handler.name.span.clone(), "its engine is StarlingMonkey")
                .note("its handler of `fetch` events fails at the second request to an instance: \"respondWith can't be called twice\"")
                .hint("remove `isolation`: each request gets a fresh instance, which is the default")
                .hint(format!(
                    "or let `{name}` run on QuickJS: `engine = \"quickjs\"`, and `export wasi:http/handler@0.3.0` in its world"
                )),
            );
        }
    }
    diagnostics
}

/// Whether it is a handler on the engine `StarlingMonkey`.
fn serves_once(manifest: &Manifest, wiring: &AppWiring, name: &ComponentName) -> bool {
    let starling = manifest.components.get(name).is_some_and(
        |component| matches!(&component.origin, Origin::Built(built) if built.toolchain == ToolchainName::Starling),
    );
    let handles = wiring.surfaces.get(name).is_some_and(|surface| {
        surface.exports.iter().any(|export| export.without_version() == "wasi:http/incoming-handler")
    });
    starling && handles
}
