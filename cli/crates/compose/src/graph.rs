//! The composition itself, by wac: register each component, instantiate it once, connect, export, encode, validate.

use std::collections::BTreeMap;

use conjoin_wit::{Edge, Item, Surface, Wiring};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, types::Package};
use wasmparser::{Validator, WasmFeatures};

use crate::{ComposeError, describe, quiet, verify};

/// Composes the entry with the components that `links` reach from it.
pub(crate) fn compose(
    wiring: &Wiring,
    links: &[Edge],
    entry: &Surface,
    components: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, ComposeError> {
    let exports: Vec<&str> =
        entry.exports.iter().filter(|item| !is_leftover(item, entry)).map(|item| item.name.as_str()).collect();
    let composed = quiet::catch(|| encode(wiring, links, &exports, components));
    let bytes = composed
        .map_err(|reason| ComposeError::Panicked { wiring: describe(wiring), reason })?
        .map_err(|reason| ComposeError::Refused { wiring: describe(wiring), reason })?;
    let validated = Validator::new_with_features(WasmFeatures::all()).validate_all(&bytes);
    validated.map_err(|error| ComposeError::Invalid {
        wiring: describe(wiring),
        reason: error.message().to_owned(),
        offset: usize::try_from(error.offset()).unwrap_or(usize::MAX),
    })?;
    Ok(bytes)
}

/// Whether the export was left behind by a toolchain that starts a guest at build time (Python's, JavaScript's).
fn is_leftover(export: &Item, entry: &Surface) -> bool {
    matches!(export.name.as_str(), "init" | "exports") && entry.exports.iter().any(Item::is_interface)
}

fn encode(
    wiring: &Wiring,
    links: &[Edge],
    exports: &[&str],
    components: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let mut instances: BTreeMap<&str, NodeId> = BTreeMap::new();
    let reached = verify::reached(&wiring.entry, links);
    for name in wiring.order.iter().filter(|name| reached.contains(*name)) {
        let bytes = components.get(name).cloned().unwrap_or_default();
        let package = Package::from_bytes(&format!("conjoin:{name}"), None, bytes, graph.types_mut());
        let package = package.map_err(|error| format!("`{name}` cannot be read: {error:#}"))?;
        let package = graph.register_package(package).map_err(|error| error.to_string())?;
        let instance = graph.instantiate(package);
        graph.set_node_name(instance, name.as_str());
        instances.insert(name, instance);
    }
    let instance = |name: &str| instances.get(name).copied().ok_or_else(|| format!("`{name}` is not part of it"));
    for link in links {
        let export =
            graph.alias_instance_export(instance(&link.exporter)?, &link.export).map_err(|error| error.to_string())?;
        graph.set_instantiation_argument(instance(&link.importer)?, &link.import, export).map_err(|error| {
            let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause:#}"));
            format!("`{}` does not fit `{}` of `{}`: {error}{cause}", link.import, link.export, link.exporter)
        })?;
    }
    for name in exports {
        let export = graph.alias_instance_export(instance(&wiring.entry)?, name).map_err(|error| error.to_string())?;
        graph.export(export, *name).map_err(|error| error.to_string())?;
    }
    // Validated by the caller, who tells where it is invalid.
    let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
    graph.encode(options).map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause:#}"));
        format!("{error}{cause}")
    })
}
