//! Finds the export that satisfies an import: the one that `imports` of the manifest names, or else the only one that fits.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Component, ComponentName, Import};
use conjoin_wit::{Edge, Item, Surface};

use super::{
    errors::Errors,
    offers::{Offer, Offers},
};

/// The connections of one component.
#[derive(Default)]
pub(super) struct Connected {
    /// Its satisfied imports, in the order of its surface.
    pub(super) edges: Vec<Edge>,
    /// The components that it imports from, each once, in this order.
    pub(super) providers: Vec<ComponentName>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Connects the components of an app, one by one.
pub(super) struct Connector<'a> {
    errors: &'a Errors<'a>,
    surfaces: &'a BTreeMap<ComponentName, Surface>,
    offers: Offers<'a>,
    /// Whether all surfaces are known. If not, a missing exporter may only be a consequence.
    complete: bool,
}

impl<'a> Connector<'a> {
    pub(super) fn new(errors: &'a Errors<'a>, surfaces: &'a BTreeMap<ComponentName, Surface>, complete: bool) -> Self {
        Self { errors, surfaces, offers: Offers::new(surfaces), complete }
    }

    /// Satisfies every import of `component` that is not WASI's.
    pub(super) fn connect(&self, component: &'a Component, surface: &Surface) -> Connected {
        let mut connected =
            Connected { diagnostics: self.unused_overrides(component, surface), ..Connected::default() };
        let mut seen = BTreeSet::new();
        for import in surface.imports.iter().filter(|import| !import.name.is_wasi()) {
            match self.satisfy(component, import) {
                Ok(Some(Offer { exporter, export })) => {
                    connected.edges.push(Edge {
                        importer: component.name.value.to_string(),
                        import: import.name.clone(),
                        exporter: exporter.to_string(),
                        export: export.name.clone(),
                    });
                    if seen.insert(exporter) {
                        connected.providers.push(exporter.clone());
                    }
                }
                Ok(None) => {}
                Err(diagnostic) => connected.diagnostics.push(*diagnostic),
            }
        }
        connected
    }

    /// The export that satisfies `import`; `None` if that may be an export of a component with its own errors.
    fn satisfy(&self, component: &'a Component, import: &Item) -> Result<Option<Offer<'a>>, Box<Diagnostic>> {
        let importer = &component.name.value;
        if let Some(written) = written_for(component, import) {
            return self.satisfy_by(component, import, written);
        }
        let candidates: Vec<Offer<'_>> = self.offers.of(import, importer).collect();
        match candidates.as_slice() {
            [] if self.complete => Err(Box::new(self.errors.no_exporter(component, import, &self.offers))),
            [] => Ok(None),
            [only] => self.compatible(component, import, *only).map(Some),
            [first, ..] => {
                let fits = |offer: &&Offer<'_>| conjoin_wit::differences(import, offer.export).is_empty();
                let mut fitting = candidates.iter().filter(fits);
                match (fitting.next(), fitting.next()) {
                    (Some(only), None) => Ok(Some(*only)),
                    (None, _) => self.compatible(component, import, *first).map(Some),
                    (Some(_), Some(_)) => Err(Box::new(self.errors.several_exporters(component, import, &candidates))),
                }
            }
        }
    }

    /// What satisfies `import` from the component that the line `written` names.
    fn satisfy_by(
        &self,
        component: &Component,
        import: &Item,
        written: &'a Import,
    ) -> Result<Option<Offer<'a>>, Box<Diagnostic>> {
        let exporter = &written.component.value;
        let Some(surface) = self.surfaces.get(exporter) else { return Ok(None) };
        let named = |offer: &&Offer<'a>| offer.exporter == exporter && offer.export.name.fits(&import.name);
        let Some(offer) = self.offers.of_any_version(import).iter().find(named) else {
            let other = self.offers.of(import, &component.name.value).next();
            return Err(Box::new(self.errors.not_exported(import, written, surface, other)));
        };
        self.compatible(component, import, *offer).map(Some)
    }

    /// `offer`, if it has all that `import` expects.
    fn compatible(&self, component: &Component, import: &Item, offer: Offer<'a>) -> Result<Offer<'a>, Box<Diagnostic>> {
        let differences = conjoin_wit::differences(import, offer.export);
        if differences.is_empty() {
            return Ok(offer);
        }
        Err(Box::new(self.errors.mismatch(component, import, offer, &differences)))
    }

    /// Lines of `imports` that name something which the component does not import.
    fn unused_overrides(&self, component: &Component, surface: &Surface) -> Vec<Diagnostic> {
        if component.imports.is_empty() {
            return Vec::new();
        }
        let used = surface.imports.iter().flat_map(|import| [import.name.as_str(), import.name.without_version()]);
        let used: BTreeSet<&str> = used.collect();
        let unused = component.imports.iter().filter(|(key, _)| !used.contains(key.as_str()));
        unused.map(|(key, written)| self.errors.not_imported(component, key, written, surface)).collect()
    }
}

/// The line of `imports` that means `import`: its name with or without the version.
fn written_for<'a>(component: &'a Component, import: &Item) -> Option<&'a Import> {
    let lines = &component.imports;
    lines.get(import.name.as_str()).or_else(|| lines.get(import.name.without_version()))
}
