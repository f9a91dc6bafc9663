//! Whether the built components are what the wiring was planned for.
//!
//! A built component may import less than its world names, because toolchains leave out what is not used, and it may name another
//! version that fits. It may not import more, and it must export all that was planned.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_wit::{Edge, Item, Surface, Wiring, differences, same_interface, without_version};

use crate::{ComposeError, error::ForeignResource};

/// The connections that the components really need, with the names that they really use, sorted; only those that the entry needs,
/// itself or through others.
pub fn verify(wiring: &Wiring, surfaces: &BTreeMap<String, Surface>) -> Result<Vec<Edge>, ComposeError> {
    let mut links = Vec::new();
    for name in &wiring.order {
        let surface = surface_of(wiring, surfaces, name)?;
        for import in &surface.imports {
            if let Some(link) = link(wiring, surfaces, name, import)? {
                links.push(link);
            }
        }
    }
    for edge in &wiring.edges {
        let exporter = surface_of(wiring, surfaces, &edge.exporter)?;
        find(&exporter.exports, &edge.export).ok_or_else(|| missing_export(edge, exporter))?;
    }
    if surface_of(wiring, surfaces, &wiring.entry)?.exports.is_empty() {
        return Err(ComposeError::NothingExported { entry: wiring.entry.clone() });
    }
    links.sort();
    let resources = Resources { links: &links, surfaces };
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

/// The item of this name, else one of a version that fits.
fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a Item> {
    items.iter().find(|item| item.name == name).or_else(|| items.iter().find(|item| same_interface(&item.name, name)))
}

/// What satisfies `import` of `importer`; nothing, if that is the host.
fn link(
    wiring: &Wiring,
    surfaces: &BTreeMap<String, Surface>,
    importer: &str,
    import: &Item,
) -> Result<Option<Edge>, ComposeError> {
    let mut planned = wiring.edges.iter().filter(|edge| edge.importer == importer);
    let by_name = |edge: &&Edge| without_version(&edge.import) == import.without_version();
    let exact = planned.clone().find(|edge| edge.import == import.name);
    let Some(edge) = exact.or_else(|| planned.find(by_name)) else {
        if import.is_wasi() {
            return Ok(None);
        }
        return Err(ComposeError::UnplannedImport {
            component: importer.to_owned(),
            import: import.name.clone(),
            definition: import.definition.clone(),
        });
    };
    let exporter = surface_of(wiring, surfaces, &edge.exporter)?;
    let Some(export) = find(&exporter.exports, &edge.export) else { return Err(other_version(edge, exporter)) };
    if !import.same_interface(export) {
        return Err(ComposeError::Versions {
            importer: importer.to_owned(),
            import: import.name.clone(),
            exporter: edge.exporter.clone(),
            export: export.name.clone(),
        });
    }
    let differences = differences(import, export);
    if !differences.is_empty() {
        return Err(ComposeError::Mismatch {
            importer: importer.to_owned(),
            import: import.name.clone(),
            exporter: edge.exporter.clone(),
            differences,
        });
    }
    Ok(Some(Edge { import: import.name.clone(), export: export.name.clone(), ..edge.clone() }))
}

/// The planned export is not there: perhaps in another version.
fn other_version(edge: &Edge, exporter: &Surface) -> ComposeError {
    match exporter.exports.iter().find(|export| export.without_version() == without_version(&edge.export)) {
        Some(export) => ComposeError::Versions {
            importer: edge.importer.clone(),
            import: edge.import.clone(),
            exporter: edge.exporter.clone(),
            export: export.name.clone(),
        },
        None => missing_export(edge, exporter),
    }
}

fn missing_export(edge: &Edge, exporter: &Surface) -> ComposeError {
    ComposeError::MissingExport {
        exporter: edge.exporter.clone(),
        export: edge.export.clone(),
        importer: edge.importer.clone(),
        exports: exporter.exports.iter().map(|export| export.name.clone()).collect(),
    }
}

/// `entry` and all components that it gets something from, itself or through others.
pub(crate) fn reached(entry: &str, links: &[Edge]) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![entry];
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned()) {
            open.extend(links.iter().filter(|link| link.importer == name).map(|link| link.exporter.as_str()));
        }
    }
    reached
}

/// Who makes a resource.
#[derive(Debug, PartialEq, Eq)]
enum Maker<'a> {
    Host,
    Component(&'a str),
}

impl Maker<'_> {
    fn words(&self) -> String {
        match self {
            Self::Host => "the host".to_owned(),
            Self::Component(name) => format!("`{name}`"),
        }
    }
}

/// Follows resources from component to component.
struct Resources<'a> {
    links: &'a [Edge],
    surfaces: &'a BTreeMap<String, Surface>,
}

impl<'a> Resources<'a> {
    /// Both sides of a connection must mean the same resources.
    fn check_link(&self, link: &'a Edge) -> Result<(), ComposeError> {
        let Some(import) = self.surfaces.get(&link.importer).and_then(|surface| find(&surface.imports, &link.import))
        else {
            return Ok(());
        };
        for (interface, resource) in import.foreign_resources() {
            let expected = self.maker_for_import(&link.importer, &interface);
            let offered = self.maker_for_export(&link.exporter, &interface);
            if expected != offered {
                return Err(ComposeError::ForeignResource(Box::new(ForeignResource {
                    importer: link.importer.clone(),
                    resource,
                    interface,
                    import: link.import.clone(),
                    exporter: link.exporter.clone(),
                    expected: expected.words(),
                    offered: offered.words(),
                })));
            }
        }
        Ok(())
    }

    /// What the entry exports may name only resources that the host knows, or that it exports too.
    fn check_entry(&self, entry: &'a str) -> Result<(), ComposeError> {
        let Some(surface) = self.surfaces.get(entry) else { return Ok(()) };
        for export in &surface.exports {
            for (interface, resource) in export.foreign_resources() {
                if let Maker::Component(maker) = self.maker_for_export(entry, &interface)
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

    /// Who makes the resources of `interface` that `component` imports.
    fn maker_for_import(&self, component: &str, interface: &str) -> Maker<'a> {
        let link = self.links.iter().find(|link| link.importer == component && same_interface(&link.import, interface));
        link.map_or(Maker::Host, |link| Maker::Component(&link.exporter))
    }

    /// Who makes the resources of `interface` that occur in what `component` exports: itself if it exports that interface too,
    /// else whoever it imports the interface from.
    fn maker_for_export(&self, component: &'a str, interface: &str) -> Maker<'a> {
        let exports = self.surfaces.get(component).map_or(&[][..], |surface| &surface.exports);
        if find(exports, interface).is_some() {
            Maker::Component(component)
        } else {
            self.maker_for_import(component, interface)
        }
    }
}
