//! Composes with wac: registers each component, instantiates it once, connects, exports, encodes, validates.

use std::collections::BTreeMap;

use conjoin_wit::{
    Edge, InspectError, Item, Surface, TypesProvider, Wiring, guarded as on_guarded_thread, inspect, types_provider,
};
use wac_graph::{
    CompositionGraph, EncodeOptions, NodeId,
    types::{ItemKind, Package, Type},
};

use crate::{ComposeError, describe, verify};

/// Composes the entry with the components that `links` reach from it.
pub(crate) fn compose(
    wiring: &Wiring,
    links: &[Edge],
    surfaces: &BTreeMap<String, Surface>,
    components: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, ComposeError> {
    let inputs = Inputs { wiring, links, surfaces, components };
    let bytes = guarded(wiring, || inputs.encode())?;
    check(wiring, &bytes)?;
    Ok(bytes)
}

/// Runs `encode` and turns a panic of wac into an error.
fn guarded(wiring: &Wiring, encode: impl FnOnce() -> Result<Vec<u8>, String> + Send) -> Result<Vec<u8>, ComposeError> {
    on_guarded_thread(encode)
        .map_err(|reason| ComposeError::Panicked { wiring: describe(wiring), reason })?
        .map_err(|reason| ComposeError::Refused { wiring: describe(wiring), reason })
}

/// Validates the structure and the types of the composition. Function bodies come from the components unchanged, and
/// are validated when they are compiled.
fn check(wiring: &Wiring, bytes: &[u8]) -> Result<(), ComposeError> {
    let surface = inspect(bytes).map_err(|error| match error {
        InspectError::Invalid { reason, .. } if is_limit(&reason) => too_large(wiring, reason),
        InspectError::TooMany { .. } | InspectError::TooDeep { .. } => too_large(wiring, error.to_string()),
        InspectError::Invalid { reason, offset } => ComposeError::Invalid { wiring: describe(wiring), reason, offset },
        other => ComposeError::Refused { wiring: describe(wiring), reason: other.to_string() },
    })?;
    match surface.imports.iter().find(|import| !import.name.is_wasi()) {
        Some(import) => Err(ComposeError::Refused {
            wiring: describe(wiring),
            reason: format!("it still imports `{}`", import.name),
        }),
        None => Ok(()),
    }
}

/// Whether wasmparser refused a component because it exceeds a limit.
fn is_limit(reason: &str) -> bool {
    reason.contains("exceeds limit of") || reason.contains("exceeds the limit of")
}

fn too_large(wiring: &Wiring, limit: String) -> ComposeError {
    ComposeError::TooLarge { entry: wiring.entry.clone(), components: wiring.order.len(), limit }
}

/// Whether the export was left behind by a toolchain that runs a guest at build time.
fn is_leftover(export: &Item, entry: &Surface) -> bool {
    matches!(export.name.as_str(), "init" | "exports")
        && entry.exports.iter().any(|item| item.name.interface().is_some())
}

/// The inputs of a composition.
struct Inputs<'a> {
    wiring: &'a Wiring,
    links: &'a [Edge],
    surfaces: &'a BTreeMap<String, Surface>,
    components: &'a BTreeMap<String, Vec<u8>>,
}

impl Inputs<'_> {
    fn encode(&self) -> Result<Vec<u8>, String> {
        let mut graph = CompositionGraph::new();
        let mut instances: BTreeMap<&str, NodeId> = BTreeMap::new();
        let reached = verify::reached(&self.wiring.entry, self.links);
        for name in self.wiring.order.iter().filter(|name| reached.contains(*name)) {
            let bytes = self.components.get(name).cloned().unwrap_or_default();
            instances.insert(name, instantiate(&mut graph, &format!("conjoin:{name}"), name, bytes)?);
        }
        self.connect(&mut graph, &instances)?;
        self.connect_resources(&mut graph, &instances)?;
        self.provide_types(&mut graph, &instances)?;
        self.export(&mut graph, &instances)?;
        // `check` validates later, with a better message.
        let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
        graph.encode(options).map_err(|error| with_cause(&error))
    }

    fn connect(&self, graph: &mut CompositionGraph, instances: &BTreeMap<&str, NodeId>) -> Result<(), String> {
        for link in self.links {
            let export = graph.alias_instance_export(instances[link.exporter.as_str()], link.export.as_str());
            let export = export.map_err(|error| with_cause(&error))?;
            graph.set_instantiation_argument(instances[link.importer.as_str()], link.import.as_str(), export).map_err(
                |error| {
                    let Edge { importer, import, exporter, export } = link;
                    format!(
                        "`{import}` of `{importer}` does not take `{export}` of `{exporter}`: {}",
                        with_cause(&error)
                    )
                },
            )?;
        }
        Ok(())
    }

    /// Connects resources that a world itself `use`s from a connected interface.
    fn connect_resources(
        &self,
        graph: &mut CompositionGraph,
        instances: &BTreeMap<&str, NodeId>,
    ) -> Result<(), String> {
        for link in self.links {
            let importer = instances[link.importer.as_str()];
            for (argument, resource) in resources_used_by_world(graph, importer, link.import.as_str()) {
                let exporter = graph.alias_instance_export(instances[link.exporter.as_str()], link.export.as_str());
                let resource = exporter.and_then(|exporter| graph.alias_instance_export(exporter, &resource));
                let resource = resource.map_err(|error| with_cause(&error))?;
                let given = graph.set_instantiation_argument(importer, &argument, resource);
                given.map_err(|error| with_cause(&error))?;
            }
        }
        Ok(())
    }

    fn provide_types(&self, graph: &mut CompositionGraph, instances: &BTreeMap<&str, NodeId>) -> Result<(), String> {
        let mut types = SharedTypes { providers: Vec::new(), instances };
        for (name, instance) in instances {
            if self.surfaces.get(*name).is_none_or(|surface| surface.types.is_empty()) {
                continue;
            }
            let links: Vec<&Edge> = self.links.iter().filter(|link| link.importer == *name).collect();
            let bytes = self.components.get(*name).map_or(&[][..], Vec::as_slice);
            if let Some(provider) = types_provider(bytes).map_err(|error| format!("the types of `{name}`: {error}"))? {
                types.provide(graph, *instance, &links, provider)?;
            }
        }
        Ok(())
    }

    fn export(&self, graph: &mut CompositionGraph, instances: &BTreeMap<&str, NodeId>) -> Result<(), String> {
        let entry = &self.surfaces[&self.wiring.entry];
        for export in entry.exports.iter().filter(|item| !is_leftover(item, entry)) {
            let alias = graph.alias_instance_export(instances[self.wiring.entry.as_str()], export.name.as_str());
            let alias = alias.map_err(|error| with_cause(&error))?;
            graph.export(alias, export.name.as_str()).map_err(|error| with_cause(&error))?;
        }
        Ok(())
    }
}

fn instantiate(graph: &mut CompositionGraph, package: &str, name: &str, bytes: Vec<u8>) -> Result<NodeId, String> {
    let package = Package::from_bytes(package, None, bytes, graph.types_mut());
    let package = package.map_err(|error| format!("`{name}` cannot be read: {error:#}"))?;
    let package = graph.register_package(package).map_err(|error| error.to_string())?;
    let instance = graph.instantiate(package);
    graph.set_node_name(instance, name);
    Ok(instance)
}

/// The imports of an instance that are resources of the interface `import`: each with its name as an import and in the
/// interface.
fn resources_used_by_world(graph: &CompositionGraph, instance: NodeId, import: &str) -> Vec<(String, String)> {
    let Some(package) = graph[instance].package() else { return Vec::new() };
    let types = graph.types();
    let imports = types[graph[package].ty()].imports.iter();
    let resources = imports.filter_map(|(argument, kind)| {
        let ItemKind::Type(Type::Resource(id)) = kind else { return None };
        let alias = types[*id].alias?;
        let interface = types[alias.owner?].id.as_deref()?;
        (interface == import).then(|| (argument.clone(), types[types.resolve_resource(*id)].name.clone()))
    });
    resources.collect()
}

/// Instances that provide interfaces of types. Components that need the same types share one.
struct SharedTypes<'a> {
    providers: Vec<TypesInstance>,
    instances: &'a BTreeMap<&'a str, NodeId>,
}

struct TypesInstance {
    component: Vec<u8>,
    /// Name and node of each argument that it was instantiated with.
    arguments: Vec<(String, NodeId)>,
    instance: NodeId,
}

impl SharedTypes<'_> {
    /// Connects the exports of `provider` to `instance`, whose other imports are connected by `links`.
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
            let export =
                graph.alias_instance_export(*exporter, link.export.as_str()).map_err(|error| error.to_string())?;
            arguments.push((link.import.to_string(), export));
        }
        let shared =
            self.providers.iter().find(|known| known.component == provider.component && known.arguments == arguments);
        let types = match shared {
            Some(known) => known.instance,
            None => self.instantiate(graph, provider.component, arguments)?,
        };
        for name in &provider.exports {
            let export = graph.alias_instance_export(types, name.as_str()).map_err(|error| error.to_string())?;
            graph.set_instantiation_argument(instance, name.as_str(), export).map_err(|error| with_cause(&error))?;
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
            graph.set_instantiation_argument(instance, argument, *node).map_err(|error| with_cause(&error))?;
        }
        self.providers.push(TypesInstance { component, arguments, instance });
        Ok(instance)
    }
}

/// The text of an error and its cause.
fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_wac_is_an_error_that_names_the_composition() {
        let order = ["pricing", "gateway"].map(str::to_owned).to_vec();
        let wiring = Wiring { entry: "gateway".to_owned(), order, ..Wiring::default() };
        let error = guarded(&wiring, || panic!("IndexMap: key not found")).expect_err("it panicked");
        assert_eq!(
            error.to_string(),
            "the composition `gateway <- pricing` failed because of a bug in the composer: IndexMap: key not found"
        );
        assert_eq!(error.hints(), ["this is a bug in conjoin; please report it with the WIT of these components"]);
    }
}
