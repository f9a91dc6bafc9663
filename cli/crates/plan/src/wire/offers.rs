//! What the components of an app export, found by name.

use std::collections::BTreeMap;

use conjoin_manifest::ComponentName;
use conjoin_policy::InterfaceName;
use conjoin_wit::{Item, Surface};

/// One export of one component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    pub(super) exporter: &'a ComponentName,
    pub(super) export: &'a Item,
}

/// What the components of an app export, by its name without a version.
pub(super) struct Offers<'a> {
    by_name: BTreeMap<&'a str, Vec<Offer<'a>>>,
}

impl<'a> Offers<'a> {
    /// The exports in `surfaces`.
    pub(super) fn new(surfaces: &'a BTreeMap<ComponentName, Surface>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<Offer<'_>>> = BTreeMap::new();
        for (exporter, surface) in surfaces {
            for export in &surface.exports {
                by_name.entry(export.name.without_version()).or_default().push(Offer { exporter, export });
            }
        }
        Self { by_name }
    }

    /// What is exported under the name of `import`, in whatever version.
    pub(super) fn of_any_version(&self, import: &Item) -> &[Offer<'a>] {
        self.by_name.get(import.name.without_version()).map_or(&[], Vec::as_slice)
    }

    /// What others than `importer` export under the name of `import`, in a version that fits.
    pub(super) fn of(&self, import: &Item, importer: &ComponentName) -> impl Iterator<Item = Offer<'a>> {
        let others = self.of_any_version(import).iter().copied().filter(move |offer| offer.exporter != importer);
        others.filter(|offer| offer.export.name.fits(&import.name))
    }

    /// The interfaces that are exported of the package called `package`, each in its last version, by their bare names.
    pub(super) fn of_package(&self, package: &str) -> BTreeMap<&'a str, &'a InterfaceName> {
        let last = self.by_name.values().filter_map(|offers| offers.last()?.export.name.interface());
        last.filter(|name| name.package() == package).map(|name| (name.interface(), name)).collect()
    }
}
