//! What a component or a world imports and exports, item by item.
//!
//! An interface that holds nothing but types is no import: its types are known to both sides, and no component has to provide them.

use std::{fmt, sync::Arc};

use conjoin_policy::InterfaceName;
use serde::{Deserialize, Serialize};
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

use crate::{
    canonical,
    model::{self, Definition, Interfaces, WORLD},
};

/// What is imported and what is exported, each sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// What must come from elsewhere.
    pub imports: Vec<Item>,
    /// What others may use.
    pub exports: Vec<Item>,
    /// The names of imported interfaces that hold nothing but types; those of WASI left out.
    pub types: Vec<ItemName>,
}

/// What an import or an export is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ItemName {
    /// An interface of a package.
    Interface(InterfaceName),
    /// A function that is in no interface, or an interface that is written inside a world.
    Plain(String),
}

impl ItemName {
    /// The name that `text` is; a plain one unless it is the full name of an interface.
    pub fn new(text: &str) -> Self {
        InterfaceName::parse(text).map_or_else(|_| Self::Plain(text.to_owned()), Self::Interface)
    }

    /// The interface, if it is one of a package.
    pub fn interface(&self) -> Option<&InterfaceName> {
        match self {
            Self::Interface(name) => Some(name),
            Self::Plain(_) => None,
        }
    }

    /// All of it, e.g. `shop:api/pricing@0.1.0` or `hello`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Interface(name) => name.as_str(),
            Self::Plain(name) => name,
        }
    }

    /// All but the version, e.g. `shop:api/pricing` or `hello`.
    pub fn without_version(&self) -> &str {
        match self {
            Self::Interface(name) => name.without_version(),
            Self::Plain(name) => name,
        }
    }

    /// Whether it belongs to WASI, so that the host provides it.
    pub fn is_wasi(&self) -> bool {
        self.interface().is_some_and(InterfaceName::is_wasi)
    }

    /// Whether both name one item: the same plain name, or one interface in versions that fit.
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Interface(left), Self::Interface(right)) => left.fits(right),
            _ => self == other,
        }
    }
}

impl From<String> for ItemName {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<ItemName> for String {
    fn from(name: ItemName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for ItemName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

/// One import or export: an interface, or a function that is in none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub name: ItemName,
    /// Canonical text of it and of the types it takes from elsewhere, without comments.
    pub definition: String,
    #[serde(with = "shared")]
    pub(crate) contract: Arc<Contract>,
}

/// What an item promises.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contract {
    /// Key of the item itself in `interfaces`.
    pub(crate) root: String,
    /// The item, and what it uses of other interfaces.
    pub(crate) interfaces: Interfaces,
}

/// A contract behind its counter of references, which serde writes as the contract.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Contract;

    pub(super) fn serialize<S: Serializer>(contract: &Arc<Contract>, serializer: S) -> Result<S::Ok, S::Error> {
        contract.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Contract>, D::Error> {
        Contract::deserialize(deserializer).map(Arc::new)
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Item").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Item {
    /// The resources that it takes from other interfaces: the interface and the name of each.
    pub fn foreign_resources(&self) -> Vec<(ItemName, String)> {
        let others = self.contract.interfaces.iter().filter(|(interface, _)| **interface != self.contract.root);
        let resources = others.flat_map(|(interface, found)| {
            let resources = found.types.iter().filter(|(_, definition)| matches!(definition, Definition::Resource));
            resources.map(|(name, _)| (ItemName::new(interface), name.clone()))
        });
        resources.collect()
    }

    /// Names of its functions, e.g. `price` or `bucket.get`.
    pub fn functions(&self) -> Vec<String> {
        let root = self.contract.interfaces.get(&self.contract.root);
        root.iter().flat_map(|interface| interface.functions.keys()).map(|name| function_name(name)).collect()
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
        found.sort_by(|left, right| left.name.as_str().cmp(right.name.as_str()));
        found
    };
    let has_substance = |item: &Item| item.contract.interfaces[&item.contract.root].has_substance();
    let (imports, types): (Vec<Item>, Vec<Item>) = items(&world.imports).into_iter().partition(has_substance);
    let types = types.into_iter().filter(|item| !item.name.is_wasi()).map(|item| item.name).collect();
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
    Some(Item { name: ItemName::new(&name), definition, contract: Arc::new(Contract { root, interfaces }) })
}
