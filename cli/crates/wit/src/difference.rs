//! Whether what one side exports can be used by one that imports it, and if not, why in words.
//!
//! The exporter may offer more functions. Types must be the same on both sides: the component model knows no conversion. Only what
//! the importer's functions reach is compared.

use std::{collections::BTreeSet, fmt};

use crate::{
    canonical::{case_text, function_text, type_text, use_text},
    model::{Definition, Signature, TypeName, Use},
    surface::{Contract, Item, ItemName, function_name},
};

/// One thing that both sides understand differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, e.g. ``record `quote` ``.
    pub what: String,
    /// How, e.g. ``field `score` is `f32` for the importer and `f64` for the exporter``.
    pub how: String,
    /// Its definition as the importer knows it.
    pub expected: Option<String>,
    /// Its definition as the exporter knows it.
    pub offered: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.what, self.how)
    }
}

/// Why `import` cannot be satisfied by `export`; empty if it can. Names and versions are not looked at.
pub fn differences(import: &Item, export: &Item) -> Vec<Difference> {
    let mut comparison = Comparison {
        import: &import.contract,
        export: &export.contract,
        seen: BTreeSet::new(),
        reached: BTreeSet::new(),
        found: Vec::new(),
    };
    comparison.functions();
    comparison.names_of_types();
    comparison.found
}

struct Comparison<'a> {
    import: &'a Contract,
    export: &'a Contract,
    /// Pairs of types that were or are being compared.
    seen: BTreeSet<(TypeName, TypeName)>,
    /// Names of types in the imported interface that its functions reach.
    reached: BTreeSet<String>,
    found: Vec<Difference>,
}

/// A use with all renaming undone.
enum Origin<'a> {
    Type(TypeName, &'a Definition),
    Borrow(TypeName),
    Structure(&'a Use),
    Unknown(TypeName),
}

fn origin<'a>(contract: &'a Contract, used: &'a Use) -> Origin<'a> {
    match used {
        Use::Named(name) => origin_of_name(contract, name),
        Use::Borrow(name) => match origin_of_name(contract, name) {
            Origin::Type(name, _) | Origin::Unknown(name) | Origin::Borrow(name) => Origin::Borrow(name),
            Origin::Structure(used) => Origin::Structure(used),
        },
        structure => Origin::Structure(structure),
    }
}

fn origin_of_name<'a>(contract: &'a Contract, name: &TypeName) -> Origin<'a> {
    let mut name = name.clone();
    loop {
        let Some(interface) = contract.interfaces.get(&name.interface) else { return Origin::Unknown(name) };
        if let Some(used) = interface.uses.get(&name.name) {
            name = used.clone();
            continue;
        }
        return match interface.types.get(&name.name) {
            Some(Definition::Alias(Use::Named(renamed))) => {
                name = renamed.clone();
                continue;
            }
            Some(Definition::Alias(used)) => origin(contract, used),
            Some(definition) => Origin::Type(name, definition),
            None => Origin::Unknown(name),
        };
    }
}

impl<'a> Comparison<'a> {
    fn functions(&mut self) {
        let Some(expected) = self.import.interfaces.get(&self.import.root) else { return };
        let offered = self.export.interfaces.get(&self.export.root);
        for (name, signature) in &expected.functions {
            match offered.and_then(|offered| offered.functions.get(name)) {
                Some(found) => self.function(name, signature, found),
                None => self.found.push(Difference {
                    what: format!("function `{}`", function_name(name)),
                    how: "the exporter does not have it".to_owned(),
                    expected: Some(function_text(name, signature)),
                    offered: None,
                }),
            }
        }
    }

    fn function(&mut self, name: &str, expected: &'a Signature, offered: &'a Signature) {
        let mut reasons = Vec::new();
        if expected.is_async != offered.is_async {
            let (one, other) = if expected.is_async { ("importer", "exporter") } else { ("exporter", "importer") };
            reasons.push(format!("it is async for the {one} and not for the {other}"));
        }
        if expected.params.len() == offered.params.len() {
            for (index, ((name, used), (other_name, other))) in expected.params.iter().zip(&offered.params).enumerate()
            {
                if name != other_name {
                    let number = index + 1;
                    reasons.push(format!(
                        "parameter {number} is named `{name}` for the importer and `{other_name}` for the exporter"
                    ));
                }
                if !self.uses(used, other) {
                    reasons.push(both(&format!("parameter `{name}` is"), &use_text(used), &use_text(other)));
                }
            }
        } else {
            let parameters = |signature: &Signature| {
                let names: Vec<&str> = signature.params.iter().map(|(name, _)| name.as_str()).collect();
                format!("({})", names.join(", "))
            };
            reasons.push(both("its parameters are", &parameters(expected), &parameters(offered)));
        }
        match (&expected.result, &offered.result) {
            (Some(used), Some(other)) => {
                if !self.uses(used, other) {
                    reasons.push(both("it returns", &use_text(used), &use_text(other)));
                }
            }
            (None, None) => {}
            (Some(used), None) => {
                reasons.push(format!("it returns `{}` for the importer and nothing for the exporter", use_text(used)));
            }
            (None, Some(other)) => {
                reasons.push(format!("it returns nothing for the importer and `{}` for the exporter", use_text(other)));
            }
        }
        for how in reasons {
            self.found.push(Difference {
                what: format!("function `{}`", function_name(name)),
                how,
                expected: Some(function_text(name, expected)),
                offered: Some(function_text(name, offered)),
            });
        }
    }

    /// Whether both are the same type. A difference inside of a named type is noted there, and the uses count as the same.
    fn uses(&mut self, expected: &'a Use, offered: &'a Use) -> bool {
        expected.named(&mut |name| {
            if name.interface == self.import.root {
                self.reached.insert(name.name.clone());
            }
        });
        match (origin(self.import, expected), origin(self.export, offered)) {
            (Origin::Type(name, definition), Origin::Type(other_name, other)) => {
                self.types((name, definition), (other_name, other));
                true
            }
            (Origin::Borrow(name), Origin::Borrow(other)) => {
                self.types((name, &Definition::Resource), (other, &Definition::Resource));
                true
            }
            (Origin::Unknown(name), Origin::Unknown(other)) => name.name == other.name,
            (Origin::Structure(expected), Origin::Structure(offered)) => self.structures(expected, offered),
            _ => false,
        }
    }

    fn structures(&mut self, expected: &'a Use, offered: &'a Use) -> bool {
        match (expected, offered) {
            (Use::Primitive(expected), Use::Primitive(offered)) => expected == offered,
            (Use::Generic(name, arguments), Use::Generic(other_name, others)) => {
                name == other_name
                    && arguments.len() == others.len()
                    && arguments.iter().zip(others).all(|pair| match pair {
                        (Some(expected), Some(offered)) => self.uses(expected, offered),
                        (None, None) => true,
                        _ => false,
                    })
            }
            (Use::FixedList(expected, length), Use::FixedList(offered, other_length)) => {
                length == other_length && self.uses(expected, offered)
            }
            _ => false,
        }
    }

    fn types(
        &mut self,
        (name, expected): (TypeName, &'a Definition),
        (other_name, offered): (TypeName, &'a Definition),
    ) {
        if !self.seen.insert((name.clone(), other_name.clone())) {
            return;
        }
        let reasons = match (expected, offered) {
            (Definition::Record(fields), Definition::Record(others)) => {
                let fields: Vec<_> = fields.iter().map(|(name, used)| (name.as_str(), Some(used))).collect();
                let others: Vec<_> = others.iter().map(|(name, used)| (name.as_str(), Some(used))).collect();
                self.members("field", &fields, &others)
            }
            (Definition::Variant(cases), Definition::Variant(others)) => {
                let cases: Vec<_> = cases.iter().map(|(name, used)| (name.as_str(), used.as_ref())).collect();
                let others: Vec<_> = others.iter().map(|(name, used)| (name.as_str(), used.as_ref())).collect();
                self.members("case", &cases, &others)
            }
            (Definition::Enum(names), Definition::Enum(others))
            | (Definition::Flags(names), Definition::Flags(others)) => {
                let kind = if matches!(expected, Definition::Enum(_)) { "case" } else { "flag" };
                let names: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
                let others: Vec<_> = others.iter().map(|name| (name.as_str(), None)).collect();
                self.members(kind, &names, &others)
            }
            (Definition::Resource, Definition::Resource) => resources(&name, &other_name, self),
            _ => vec![format!("it is a {} for the importer and a {} for the exporter", kind(expected), kind(offered))],
        };
        for how in reasons {
            self.found.push(Difference {
                what: format!("{} `{}`", kind(expected), name.name),
                how,
                expected: Some(type_text(&name.name, expected, [].into_iter())),
                offered: Some(type_text(&other_name.name, offered, [].into_iter())),
            });
        }
    }

    /// Fields, cases or flags: names, types and order.
    fn members(
        &mut self,
        kind: &str,
        expected: &[(&str, Option<&'a Use>)],
        offered: &[(&str, Option<&'a Use>)],
    ) -> Vec<String> {
        let mut reasons = Vec::new();
        for (name, used) in expected {
            let Some((_, other)) = offered.iter().find(|(other, _)| other == name) else {
                reasons.push(format!("{kind} `{name}` is known to the importer only"));
                continue;
            };
            match (used, other) {
                (Some(used), Some(other)) if self.uses(used, other) => {}
                (None, None) => {}
                (Some(used), Some(other)) if kind == "field" => {
                    reasons.push(both(&format!("field `{name}` is"), &use_text(used), &use_text(other)));
                }
                (used, other) => {
                    reasons.push(both(&format!("case `{name}` is"), &case_text(name, *used), &case_text(name, *other)));
                }
            }
        }
        for (name, _) in offered {
            if !expected.iter().any(|(other, _)| other == name) {
                reasons.push(format!("{kind} `{name}` is known to the exporter only"));
            }
        }
        if reasons.is_empty() && !expected.iter().map(|(name, _)| name).eq(offered.iter().map(|(name, _)| name)) {
            reasons.push(format!("its {kind}s stand in another order"));
        }
        reasons
    }

    /// Types that the importer reaches must be there under the same names.
    fn names_of_types(&mut self) {
        let Some(offered) = self.export.interfaces.get(&self.export.root) else { return };
        for name in &self.reached {
            if !offered.types.contains_key(name) && !offered.uses.contains_key(name) {
                self.found.push(Difference {
                    what: format!("type `{name}`"),
                    how: "the exporter does not have a type of this name".to_owned(),
                    expected: None,
                    offered: None,
                });
            }
        }
    }
}

fn resources(name: &TypeName, other: &TypeName, comparison: &Comparison<'_>) -> Vec<String> {
    if name.name != other.name {
        return vec![both("the resource is", &name.name, &other.name)];
    }
    let is_own = name.interface == comparison.import.root && other.interface == comparison.export.root;
    if is_own || ItemName::new(&name.interface).fits(&ItemName::new(&other.interface)) {
        Vec::new()
    } else {
        vec![both("it is the resource of", &name.interface, &other.interface)]
    }
}

fn both(what: &str, expected: &str, offered: &str) -> String {
    format!("{what} `{expected}` for the importer and `{offered}` for the exporter")
}

fn kind(definition: &Definition) -> &'static str {
    match definition {
        Definition::Record(_) => "record",
        Definition::Variant(_) => "variant",
        Definition::Enum(_) => "enum",
        Definition::Flags(_) => "flags",
        Definition::Resource => "resource",
        Definition::Alias(_) => "type",
    }
}
