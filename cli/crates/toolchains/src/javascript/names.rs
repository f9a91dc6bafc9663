//! How names of WIT are written in JavaScript, and by which names its interfaces are imported.

use std::collections::BTreeMap;

use conjoin_wit::ItemName;
use heck::{ToLowerCamelCase, ToUpperCamelCase};
use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem, WorldKey};

/// Words that cannot name a function, a parameter or a class.
const RESERVED: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// The name of a function, a parameter or a field, e.g. `countWords`.
pub(crate) fn value(name: &str) -> String {
    name.to_lower_camel_case()
}

/// The name of a type, e.g. `WordCount`.
pub(crate) fn type_name(name: &str) -> String {
    name.to_upper_camel_case()
}

/// Whether `name` cannot be declared in JavaScript.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// An interface as JavaScript sees it: a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The name that code imports it by: without version unless the world has two versions of it.
    pub(crate) name: String,
    /// Its full name, e.g. `shop:api/rules@0.1.0`.
    pub(crate) full_name: String,
    /// The interface.
    pub(crate) id: InterfaceId,
    /// Whether the component imports it.
    pub(crate) imported: bool,
    /// Whether the component exports it.
    pub(crate) exported: bool,
}

/// All interfaces of a world: its own first, then those of WASI; by name.
pub(crate) fn modules(resolve: &Resolve, world: WorldId) -> Vec<Module> {
    let world = &resolve.worlds[world];
    let mut found: BTreeMap<(bool, String), Module> = BTreeMap::new();
    for (items, exported) in [(&world.imports, false), (&world.exports, true)] {
        for (key, item) in items {
            let WorldItem::Interface { id, .. } = item else { continue };
            let full_name = match key {
                WorldKey::Name(name) => name.clone(),
                WorldKey::Interface(id) => resolve.id_of(*id).unwrap_or_default(),
            };
            let item = ItemName::new(&full_name);
            let name = item.without_version().to_owned();
            let entry = found.entry((item.is_wasi(), full_name.clone()));
            let module = entry.or_insert(Module { name, full_name, id: *id, imported: false, exported: false });
            module.imported |= !exported;
            module.exported |= exported;
        }
    }
    let mut modules: Vec<Module> = found.into_values().collect();
    let names: Vec<String> = modules.iter().map(|module| module.name.clone()).collect();
    for module in &mut modules {
        if names.iter().filter(|name| **name == module.name).count() > 1 {
            module.name.clone_from(&module.full_name);
        }
    }
    modules
}
