//! The composition itself, by wac: register each component, instantiate it once, connect, export, encode, validate.

use std::collections::BTreeMap;

use conjoin_wit::{Edge, Item, Surface, TypesProvider, Wiring, types_provider};
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
        instances.insert(name, instantiate(&mut graph, &format!("conjoin:{name}"), name, bytes)?);
    }
    let instance = |name: &str| instances.get(name).copied().ok_or_else(|| format!("`{name}` is not part of it"));
    for link in links {
        let export =
            graph.alias_instance_export(instance(&link.exporter)?, &link.export).map_err(|error| error.to_string())?;
        graph.set_instantiation_argument(instance(&link.importer)?, &link.import, export).map_err(|error| {
            format!("`{}` does not fit `{}` of `{}`: {}", link.import, link.export, link.exporter, described(&error))
        })?;
    }
    let mut types = Types { providers: Vec::new(), instances: &instances };
    for (name, instance) in &instances {
        let links: Vec<&Edge> = links.iter().filter(|link| link.importer == *name).collect();
        let bytes = components.get(*name).map_or(&[][..], Vec::as_slice);
        let provider = types_provider(bytes).map_err(|error| format!("the types of `{name}`: {error}"))?;
        if let Some(provider) = provider {
            types.provide(&mut graph, *instance, &links, provider)?;
        }
    }
    for name in exports {
        let export = graph.alias_instance_export(instance(&wiring.entry)?, name).map_err(|error| error.to_string())?;
        graph.export(export, *name).map_err(|error| error.to_string())?;
    }
    // Validated by the caller, who tells where it is invalid.
    let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
    graph.encode(options).map_err(|error| described(&error))
}

fn instantiate(graph: &mut CompositionGraph, package: &str, name: &str, bytes: Vec<u8>) -> Result<NodeId, String> {
    let package = Package::from_bytes(package, None, bytes, graph.types_mut());
    let package = package.map_err(|error| format!("`{name}` cannot be read: {error:#}"))?;
    let package = graph.register_package(package).map_err(|error| error.to_string())?;
    let instance = graph.instantiate(package);
    graph.set_node_name(instance, name);
    Ok(instance)
}

/// What provides interfaces of types; components that need the same share one.
struct Types<'a> {
    providers: Vec<Provider>,
    instances: &'a BTreeMap<&'a str, NodeId>,
}

struct Provider {
    component: Vec<u8>,
    /// What it gets: name and node of each argument.
    arguments: Vec<(String, NodeId)>,
    instance: NodeId,
}

impl Types<'_> {
    /// Gives `instance`, which gets `links`, what `provider` provides.
    fn provide(
        &mut self,
        graph: &mut CompositionGraph,
        instance: NodeId,
        links: &[&Edge],
        provider: TypesProvider,
    ) -> Result<(), String> {
        let mut arguments = Vec::new();
        for link in links.iter().filter(|link| provider.imports.contains(&link.import)) {
            let Some(exporter) = self.instances.get(link.exporter.as_str()) else { continue };
            let export = graph.alias_instance_export(*exporter, &link.export).map_err(|error| error.to_string())?;
            arguments.push((link.import.clone(), export));
        }
        let shared =
            self.providers.iter().find(|known| known.component == provider.component && known.arguments == arguments);
        let types = match shared {
            Some(known) => known.instance,
            None => self.instantiate(graph, provider.component, arguments)?,
        };
        for name in &provider.exports {
            let export = graph.alias_instance_export(types, name).map_err(|error| error.to_string())?;
            graph.set_instantiation_argument(instance, name, export).map_err(|error| described(&error))?;
        }
        Ok(())
    }

    fn instantiate(
        &mut self,
        graph: &mut CompositionGraph,
        component: Vec<u8>,
        arguments: Vec<(String, NodeId)>,
    ) -> Result<NodeId, String> {
        let name = format!("types-{}", self.providers.len() + 1);
        let instance = instantiate(graph, &format!("conjoin-types:{name}"), &name, component.clone())?;
        for (argument, node) in &arguments {
            graph.set_instantiation_argument(instance, argument, *node).map_err(|error| described(&error))?;
        }
        self.providers.push(Provider { component, arguments, instance });
        Ok(instance)
    }
}

/// An error with its cause.
fn described(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause:#}"))
}
