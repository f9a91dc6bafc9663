//! What a component or a world imports and exports, item by item.
//!
//! An interface that holds nothing but types is no import: its types are known to both sides, and no component has to provide them.

use std::{fmt, sync::Arc};

use semver::Version;
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

use crate::{
    canonical,
    model::{self, Definition, Interfaces, WORLD},
};

/// What is imported and what is exported, each sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    /// What must come from elsewhere.
    pub imports: Vec<Item>,
    /// What others may use.
    pub exports: Vec<Item>,
    /// The names of imported interfaces that hold nothing but types; those of WASI left out.
    pub types: Vec<String>,
}

/// One import or export: an interface, or a function that is in none.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Its full name, e.g. `shop:api/pricing@0.1.0`; of a function, its bare name.
    pub name: String,
    /// Canonical text of it and of the types it takes from elsewhere, without comments.
    pub definition: String,
    pub(crate) contract: Arc<Contract>,
}

/// What an item promises.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contract {
    /// Key of the item itself in `interfaces`.
    pub(crate) root: String,
    /// The item, and what it uses of other interfaces.
    pub(crate) interfaces: Interfaces,
}

impl fmt::Debug for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Item").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Item {
    /// Whether it belongs to WASI, so that the host provides it.
    pub fn is_wasi(&self) -> bool {
        self.name.starts_with("wasi:")
    }

    /// Whether it is an interface with a full name, not a function or an interface written inside a world.
    pub fn is_interface(&self) -> bool {
        self.name.contains('/')
    }

    /// The package without its version, e.g. `shop:api`; `None` where the name is a bare one.
    pub fn package(&self) -> Option<&str> {
        self.name.split_once('/').map(|(package, _)| package)
    }

    /// The version of its package.
    pub fn version(&self) -> Option<&str> {
        self.name.split_once('@').map(|(_, version)| version)
    }

    /// Its name without the version, e.g. `shop:api/pricing`.
    pub fn without_version(&self) -> &str {
        without_version(&self.name)
    }

    /// Whether both name one interface in versions that fit one another; says nothing about their contents.
    pub fn same_interface(&self, other: &Self) -> bool {
        same_interface(&self.name, &other.name)
    }

    /// The resources that it takes from other interfaces: the interface and the name of each.
    pub fn foreign_resources(&self) -> Vec<(String, String)> {
        let others = self.contract.interfaces.iter().filter(|(interface, _)| **interface != self.contract.root);
        let resources = others.flat_map(|(interface, found)| {
            let resources = found.types.iter().filter(|(_, definition)| matches!(definition, Definition::Resource));
            resources.map(|(name, _)| (interface.clone(), name.clone()))
        });
        resources.collect()
    }

    /// Names of its functions, e.g. `price` or `bucket.get`.
    pub fn functions(&self) -> Vec<String> {
        let root = self.contract.interfaces.get(&self.contract.root);
        root.iter().flat_map(|interface| interface.functions.keys()).map(|name| function_name(name)).collect()
    }
}

/// The name of an interface without its version.
pub fn without_version(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// Whether two names mean one interface, in versions that fit one another.
pub fn same_interface(left: &str, right: &str) -> bool {
    let version = |name: &str| name.split_once('@').map(|(_, version)| version.to_owned());
    without_version(left) == without_version(right)
        && match (version(left), version(right)) {
            (None, None) => true,
            (Some(left), Some(right)) => compatible_versions(&left, &right),
            _ => false,
        }
}

/// Whether one of the versions may stand for the other: equal up to the first number that is not 0 (`0.1.0` and `0.1.3`, `1.0.0`
/// and `1.2.0`). Pre-releases fit only themselves.
pub fn compatible_versions(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (Version::parse(left), Version::parse(right)) {
        (Ok(left), Ok(right)) => {
            let track = wit_parser::PackageName::version_compat_track;
            track(&left) == track(&right)
        }
        _ => false,
    }
}

/// The name of a function as people write it: `bucket.get` for `[method]bucket.get`.
pub(crate) fn function_name(name: &str) -> String {
    match name.split_once(']') {
        Some(("[constructor", resource)) => format!("{resource}.constructor"),
        Some((_, name)) => name.to_owned(),
        None => name.to_owned(),
    }
}

/// The surface of `world`.
pub(crate) fn of_world(resolve: &Resolve, world: WorldId) -> Surface {
    let interfaces = model::of_world(resolve, world);
    let world = &resolve.worlds[world];
    let items = |items: &wit_parser::IndexMap<WorldKey, WorldItem>| {
        let mut found: Vec<Item> =
            items.iter().filter_map(|(key, item)| item_of(resolve, &interfaces, key, item)).collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found
    };
    let has_substance = |item: &Item| item.contract.interfaces[&item.contract.root].has_substance();
    let (imports, types): (Vec<Item>, Vec<Item>) = items(&world.imports).into_iter().partition(has_substance);
    let types = types.into_iter().filter(|item| !item.is_wasi()).map(|item| item.name).collect();
    Surface { imports, exports: items(&world.exports), types }
}

fn item_of(resolve: &Resolve, interfaces: &Interfaces, key: &WorldKey, item: &WorldItem) -> Option<Item> {
    let name = resolve.name_world_key(key);
    let (root, interfaces) = match item {
        WorldItem::Interface { id, .. } => {
            let root = model::interface_name(resolve, *id, &name);
            (root.clone(), model::reached_from(interfaces, &root))
        }
        WorldItem::Function(_) => (WORLD.to_owned(), model::reached_from_function(interfaces, &name)?),
        WorldItem::Type { .. } => return None,
    };
    let definition = canonical::interfaces_text(&interfaces, &root);
    Some(Item { name, definition, contract: Arc::new(Contract { root, interfaces }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_up_to_the_first_number_that_is_not_zero() {
        assert!(compatible_versions("0.1.0", "0.1.3"));
        assert!(compatible_versions("1.0.0", "1.2.0"));
        assert!(!compatible_versions("0.1.0", "0.2.0"));
        assert!(!compatible_versions("1.0.0", "2.0.0"));
        assert!(!compatible_versions("0.0.1", "0.0.2"));
        assert!(!compatible_versions("0.1.0-rc.1", "0.1.0"));
        assert!(compatible_versions("0.1.0-rc.1", "0.1.0-rc.1"));
    }

    #[test]
    fn an_interface_without_a_version_is_not_one_with() {
        assert!(same_interface("shop:api/pricing", "shop:api/pricing"));
        assert!(same_interface("shop:api/pricing@0.1.0", "shop:api/pricing@0.1.9"));
        assert!(!same_interface("shop:api/pricing", "shop:api/pricing@0.1.0"));
        assert!(!same_interface("shop:api/pricing@0.1.0", "shop:api/ranking@0.1.0"));
    }
}
