//! Decides which component satisfies which import, from the worlds and from pre-built components, before anything is
//! built.
//!
//! Every import except WASI's is satisfied by the one component that exports a compatible interface. If there is no
//! such component, several, a mismatch or a cycle, the error points into `conjoin.toml` and the WIT.
//!
//! `surfaces` finds what each component imports and exports, `satisfy` finds the export for an import among `offers`,
//! `entries` checks the components that triggers name, `order` walks the result, and `errors` words the diagnostics.

mod entries;
mod errors;
mod offers;
mod order;
mod satisfy;
mod surfaces;

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{ComponentName, Manifest};
use conjoin_wit::{Edge, Surface, Wiring, Wit};

pub use self::surfaces::UnusableSource;
use self::{errors::Errors, order::Providers, satisfy::Connector};
use crate::{AbsPath, reuse};

/// The surfaces of all components of an app, and how they are connected.
#[derive(Clone, Debug, Default)]
pub struct AppWiring {
    /// What each component imports and exports.
    pub surfaces: BTreeMap<ComponentName, Surface>,
    /// The satisfied imports of each component, in the order of its surface.
    edges: BTreeMap<ComponentName, Vec<Edge>>,
    providers: Providers,
}

impl AppWiring {
    /// `name` and every component it imports from, transitively. Each comes after those it imports from.
    pub fn closure(&self, name: &ComponentName) -> Vec<ComponentName> {
        order::walk([name], &self.providers).order.into_iter().cloned().collect()
    }

    /// `names` and every component that any of them imports from, transitively.
    pub fn closure_of_all<'a>(&self, names: impl IntoIterator<Item = &'a ComponentName>) -> BTreeSet<ComponentName> {
        let names: Vec<ComponentName> = names.into_iter().cloned().collect();
        order::walk(&names, &self.providers).order.into_iter().cloned().collect()
    }

    /// The composition of `entry`: the components of its [closure](Self::closure), and the connections between them.
    pub fn composition(&self, entry: &ComponentName) -> Wiring {
        let order = self.closure(entry);
        let mut edges: Vec<Edge> =
            order.iter().flat_map(|name| self.edges.get(name).into_iter().flatten()).cloned().collect();
        edges.sort();
        let exports = order.iter().filter_map(|name| {
            let exports = &self.surfaces.get(name)?.exports;
            Some((name.to_string(), exports.iter().map(|export| export.name.clone()).collect()))
        });
        let exports = exports.collect();
        Wiring { entry: entry.to_string(), order: order.iter().map(ToString::to_string).collect(), edges, exports }
    }
}

/// Connects the components of `manifest`, whose worlds are in `wit`.
///
/// `sources` holds what the components that the manifest names as `source` import and export, by the absolute path below
/// `app`, or why a file cannot be used.
///
/// # Errors
///
/// All problems: components whose imports and exports are unknown, imports that no export or several exports satisfy,
/// triggers that name a component that they cannot call, and components that import one another in a cycle.
pub fn wire(
    manifest: &Manifest,
    wit: &Wit,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Surface, UnusableSource>>,
) -> Result<AppWiring, Vec<Diagnostic>> {
    let errors = Errors { manifest, wit };
    let (surfaces, mut diagnostics) = surfaces::of_all(&errors, app, sources);
    let connector = Connector::new(&errors, &surfaces, diagnostics.is_empty());
    let mut edges: BTreeMap<ComponentName, Vec<Edge>> = BTreeMap::new();
    let mut providers = Providers::new();
    for (name, surface) in &surfaces {
        let connected = connector.connect(&manifest.components[name], surface);
        diagnostics.extend(connected.diagnostics);
        edges.insert(name.clone(), connected.edges);
        providers.insert(name.clone(), connected.providers);
    }
    diagnostics.extend(entries::unsuitable(&errors, &surfaces));
    if let Some(cycle) = order::walk(surfaces.keys(), &providers).cycle {
        diagnostics.push(errors.cycle(&cycle, &edges));
    }
    let wiring = AppWiring { surfaces, edges, providers };
    if diagnostics.is_empty() {
        diagnostics.extend(reuse::refuse_serving_once(manifest, &wiring));
    }
    if diagnostics.is_empty() { Ok(wiring) } else { Err(diagnostics) }
}
