//! Whether the components that triggers name export what these call.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, Spanned};
use conjoin_wit::{Item, Surface};

use super::errors::{Call, Errors};

const HTTP: Call = Call {
    what: "an HTTP route",
    interfaces: &["wasi:http/incoming-handler", "wasi:http/handler"],
    example: "wasi:http/incoming-handler@0.2.12",
};
const COMMAND: Call = Call { what: "a command", interfaces: &["wasi:cli/run"], example: "wasi:cli/run@0.2.12" };

/// What is wrong with triggers whose component exports nothing that they could call.
pub(super) fn unsuitable(errors: &Errors<'_>, surfaces: &BTreeMap<ComponentName, Surface>) -> Vec<Diagnostic> {
    let http = errors.manifest.http.iter().map(|trigger| (&trigger.component, HTTP));
    let commands = errors.manifest.commands.iter().map(|trigger| (&trigger.component, COMMAND));
    let unsuitable = http.chain(commands).filter_map(|(component, call): (&Spanned<ComponentName>, Call)| {
        let surface = surfaces.get(&component.value)?;
        let is_called = |export: &Item| call.interfaces.contains(&export.without_version());
        (!surface.exports.iter().any(is_called)).then(|| errors.not_an_entry(component, &call, surface))
    });
    unsuitable.collect()
}
