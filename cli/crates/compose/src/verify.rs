//! Checks that the built components are what the wiring was planned for.
//!
//! A built component may import less than its world, because toolchains leave out what is not used, and it may name
//! another compatible version. It may not import more, and it must export all that its world exports, whether anybody
//! imports it or not.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_wit::{Edge, Item, ItemName, Surface, Wiring, differences};

use crate::{
    ComposeError,
    error::{Connection, ForeignResource},
};

/// Gives the connections that the entry needs, directly or through others, sorted. They use the names in the built
/// components.
///
/// # Errors
///
/// Reports the first component that is missing, has an unplanned import, misses an export of its world, or does not fit
/// another one.
pub fn verify(wiring: &Wiring, surfaces: &BTreeMap<String, Surface>) -> Result<Vec<Edge>, ComposeError> {
    let planned = by_importer(&wiring.edges);
    let mut links = Vec::new();
    for name in &wiring.order {
        let surface = surface_of(wiring, surfaces, name)?;
        let planned = planned.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        for import in &surface.imports {
            if let Some(link) = link(wiring, surfaces, name, import, planned)? {
                links.push(link);
            }
        }
    }
    let connected = wiring.edges.iter().map(|edge| (&edge.exporter, &edge.export));
    let promised = wiring.exports.iter().flat_map(|(name, exports)| exports.iter().map(move |export| (name, export)));
    for (name, export) in connected.chain(promised) {
        let surface = surface_of(wiring, surfaces, name)?;
        find(&surface.exports, export).ok_or_else(|| missing_export(wiring, (name, export), surface))?;
    }
    if surface_of(wiring, surfaces, &wiring.entry)?.exports.is_empty() {
        return Err(ComposeError::NothingExported { entry: wiring.entry.clone() });
    }
    links.sort();
    let resources = Resources { links: by_importer(&links), surfaces };
    for link in &links {
        resources.check_link(link)?;
    }
    resources.check_entry(&wiring.entry)?;
    let reached = reached(&wiring.entry, &links);
    links.retain(|link| reached.contains(&link.importer));
    Ok(links)
}

fn surface_of<'a>(
    wiring: &Wiring,
    surfaces: &'a BTreeMap<String, Surface>,
    name: &str,
) -> Result<&'a Surface, ComposeError> {
    surfaces
        .get(name)
        .ok_or_else(|| ComposeError::MissingComponent { entry: wiring.entry.clone(), name: name.to_owned() })
}

/// The item with this name, or else one with a compatible version.
fn find<'a>(items: &'a [Item], name: &ItemName) -> Option<&'a Item> {
    items.iter().find(|item| item.name == *name).or_else(|| items.iter().find(|item| item.name.fits(name)))
}

/// The connection that satisfies `import` of `importer`, one of those in `planned`; `None` if the host satisfies it.
fn link(
    wiring: &Wiring,
    surfaces: &BTreeMap<String, Surface>,
    importer: &str,
    import: &Item,
    planned: &[&Edge],
) -> Result<Option<Edge>, ComposeError> {
    let by_name = |edge: &&&Edge| edge.import.without_version() == import.name.without_version();
    let exact = planned.iter().find(|edge| edge.import == import.name);
    let Some(edge) = exact.or_else(|| planned.iter().find(by_name)) else {
        if import.name.is_wasi() {
            return Ok(None);
        }
        return Err(ComposeError::UnplannedImport {
            component: importer.to_owned(),
            import: import.name.clone(),
            definition: import.definition.clone(),
        });
    };
    let exporter = surface_of(wiring, surfaces, &edge.exporter)?;
    let in_any_version =
        || exporter.exports.iter().find(|export| export.name.without_version() == edge.export.without_version());
    let export = find(&exporter.exports, &edge.export)
        .or_else(in_any_version)
        .ok_or_else(|| missing_export(wiring, (&edge.exporter, &edge.export), exporter))?;
    let connection = || {
        Box::new(Connection {
            importer: importer.to_owned(),
            import: import.name.clone(),
            expected: import.definition.clone(),
            exporter: edge.exporter.clone(),
            export: export.name.clone(),
            offered: export.definition.clone(),
        })
    };
    if !import.name.fits(&export.name) {
        return Err(ComposeError::Versions(connection()));
    }
    let differences = differences(import, export);
    if !differences.is_empty() {
        return Err(ComposeError::Mismatch { connection: connection(), differences });
    }
    Ok(Some(Edge { import: import.name.clone(), export: export.name.clone(), ..(*edge).clone() }))
}

/// The error that `export` is missing in the component `name` with this `surface`.
fn missing_export(wiring: &Wiring, (name, export): (&str, &ItemName), surface: &Surface) -> ComposeError {
    let importers = wiring.edges.iter().filter(|edge| edge.exporter == name && edge.export == *export);
    ComposeError::MissingExport {
        exporter: name.to_owned(),
        export: export.clone(),
        importers: importers.map(|edge| edge.importer.clone()).collect(),
        exports: surface.exports.iter().map(|export| export.name.clone()).collect(),
    }
}

/// `entry` and all components that it imports from, directly or through others.
pub(crate) fn reached(entry: &str, links: &[Edge]) -> BTreeSet<String> {
    let links = by_importer(links);
    let mut reached = BTreeSet::new();
    let mut open = vec![entry];
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned()) {
            open.extend(links.get(name).into_iter().flatten().map(|link| link.exporter.as_str()));
        }
    }
    reached
}

/// The connections by the component that imports.
fn by_importer(links: &[Edge]) -> BTreeMap<&str, Vec<&Edge>> {
    let mut found: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    for link in links {
        found.entry(&link.importer).or_default().push(link);
    }
    found
}

/// The owner of a resource: the host or the component that defines it.
#[derive(Debug, PartialEq, Eq)]
enum ResourceOwner<'a> {
    Host,
    Component(&'a str),
}

impl ResourceOwner<'_> {
    fn display_name(&self) -> String {
        match self {
            Self::Host => "the host".to_owned(),
            Self::Component(name) => format!("`{name}`"),
        }
    }
}

/// Finds the owners of resources by following the connections.
struct Resources<'a> {
    links: BTreeMap<&'a str, Vec<&'a Edge>>,
    surfaces: &'a BTreeMap<String, Surface>,
}

impl<'a> Resources<'a> {
    /// Checks that both sides of a connection mean the same resources.
    fn check_link(&self, link: &'a Edge) -> Result<(), ComposeError> {
        let Some(import) = self.surfaces.get(&link.importer).and_then(|surface| find(&surface.imports, &link.import))
        else {
            return Ok(());
        };
        for (interface, resource) in import.foreign_resources() {
            let expected = self.owner_for_import(&link.importer, &interface);
            let offered = self.owner_for_export(&link.exporter, &interface);
            if expected != offered {
                let definitions = [&expected, &offered].map(|owner| self.definition(owner, &interface));
                return Err(ComposeError::ForeignResource(Box::new(ForeignResource {
                    importer: link.importer.clone(),
                    resource,
                    definitions: definitions.into_iter().flatten().collect(),
                    interface,
                    import: link.import.clone(),
                    exporter: link.exporter.clone(),
                    expected: expected.display_name(),
                    offered: offered.display_name(),
                })));
            }
        }
        Ok(())
    }

    /// The name of `owner` and its definition of `interface`; `None` for the host, whose definition is WASI's.
    fn definition(&self, owner: &ResourceOwner<'_>, interface: &ItemName) -> Option<(String, String)> {
        let ResourceOwner::Component(name) = owner else { return None };
        let export = find(&self.surfaces.get(*name)?.exports, interface)?;
        Some(((*name).to_owned(), export.definition.clone()))
    }

    /// Checks that the exports of the entry name only resources that the host defines or that the entry exports too.
    fn check_entry(&self, entry: &'a str) -> Result<(), ComposeError> {
        let Some(surface) = self.surfaces.get(entry) else { return Ok(()) };
        for export in &surface.exports {
            for (interface, resource) in export.foreign_resources() {
                if let ResourceOwner::Component(maker) = self.owner_for_export(entry, &interface)
                    && maker != entry
                {
                    return Err(ComposeError::HiddenResource {
                        entry: entry.to_owned(),
                        export: export.name.clone(),
                        resource,
                        maker: maker.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The owner of the resources of `interface` that `component` imports.
    fn owner_for_import(&self, component: &str, interface: &ItemName) -> ResourceOwner<'a> {
        let mut links = self.links.get(component).into_iter().flatten();
        let link = links.find(|link| link.import.fits(interface));
        link.map_or(ResourceOwner::Host, |link| ResourceOwner::Component(&link.exporter))
    }

    /// The owner of the resources of `interface` that the exports of `component` name: itself if it exports that
    /// interface too, or else the one it imports the interface from.
    fn owner_for_export(&self, component: &'a str, interface: &ItemName) -> ResourceOwner<'a> {
        let exports = self.surfaces.get(component).map_or(&[][..], |surface| &surface.exports);
        if find(exports, interface).is_some() {
            ResourceOwner::Component(component)
        } else {
            self.owner_for_import(component, interface)
        }
    }
}
