//! A wiring as text: one line for people, and a document that the `wac` tool reads.

use std::{collections::BTreeMap, fmt::Write as _};

use conjoin_wit::{Edge, Wiring};

/// Describes the composition in one line, e.g. `gateway <- pricing, ranking`.
pub fn describe(wiring: &Wiring) -> String {
    let others: Vec<&str> = wiring.order.iter().filter(|name| **name != wiring.entry).map(String::as_str).collect();
    if others.is_empty() { wiring.entry.clone() } else { format!("{} <- {}", wiring.entry, others.join(", ")) }
}

/// Gives the composition in wac's language. Each component is the package `conjoin:<name>`, so
/// `wac compose --dep conjoin:<name>=<path> ...` composes it.
pub fn to_wac(wiring: &Wiring) -> String {
    let mut text = format!("package conjoin:{};\n", composition_name(wiring));
    let mut edges: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    for edge in &wiring.edges {
        edges.entry(&edge.importer).or_default().push(edge);
    }
    for name in &wiring.order {
        let _ = write!(text, "\nlet {} = new conjoin:{name} {{", identifier(name));
        let edges = edges.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        for edge in edges {
            let _ = write!(text, "\n  \"{}\": {}[\"{}\"],", edge.import, identifier(&edge.exporter), edge.export);
        }
        text.push_str(if edges.is_empty() { " ... };\n" } else { "\n  ...\n};\n" });
    }
    let _ = writeln!(text, "\nexport {}...;", identifier(&wiring.entry));
    text
}

/// A name for the package that differs from the names of all components.
fn composition_name(wiring: &Wiring) -> String {
    let mut name = format!("{}-composition", wiring.entry);
    while wiring.order.contains(&name) {
        name.push_str("-of-all");
    }
    name
}

/// The name as an identifier of wac: with `%` in front if it is a keyword.
fn identifier(name: &str) -> String {
    const KEYWORDS: [&str; 42] = [
        "import",
        "with",
        "type",
        "tuple",
        "list",
        "option",
        "result",
        "borrow",
        "resource",
        "variant",
        "record",
        "flags",
        "enum",
        "func",
        "static",
        "constructor",
        "u8",
        "s8",
        "u16",
        "s16",
        "u32",
        "s32",
        "u64",
        "s64",
        "float32",
        "float64",
        "f32",
        "f64",
        "char",
        "bool",
        "string",
        "interface",
        "world",
        "export",
        "new",
        "let",
        "use",
        "include",
        "as",
        "package",
        "targets",
        "stream",
    ];
    if KEYWORDS.contains(&name) { format!("%{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use conjoin_wit::ItemName;

    use super::*;

    #[test]
    fn names_that_are_words_of_the_language_can_be_read_back() {
        let name = |name: &str| name.to_owned();
        let edge = Edge {
            importer: name("new"),
            import: ItemName::new("a:b/c"),
            exporter: name("import"),
            export: ItemName::new("a:b/c"),
        };
        let order = vec![name("import"), name("new")];
        let wiring = Wiring { entry: name("new"), order, edges: vec![edge], ..Wiring::default() };
        let text = to_wac(&wiring);
        wac_parser::Document::parse(&text).expect("wac reads it");
        assert!(text.contains("let %new = new conjoin:new {\n  \"a:b/c\": %import[\"a:b/c\"],"), "{text}");
        assert_eq!(describe(&wiring), "new <- import");
    }
}
