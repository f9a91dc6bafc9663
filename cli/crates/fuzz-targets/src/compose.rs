//! Composing two components.

use std::collections::BTreeMap;

use conjoin_diagnostics::{Style, render};
use conjoin_wit::{Edge, Item, ItemName, Surface, Wiring, guarded};
use wit_parser::Resolve;

use crate::dummy;

/// The line between the WIT of the two components.
const BETWEEN: &str = "\n// ---\n";

/// Makes a component from each of two texts of WIT, or two from the only one, and composes them: what the second imports and the first
/// exports is connected.
pub(crate) fn compose(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (first, second) = text.split_once(BETWEEN).unwrap_or((text, text));
    let (Some(exporter), Some(importer)) = (component(first), component(second)) else { return };
    let (Some(exports), Some(imports)) = (surface(&exporter), surface(&importer)) else { return };
    let edge = |name: &ItemName| Edge {
        importer: "importer".to_owned(),
        import: name.clone(),
        exporter: "exporter".to_owned(),
        export: name.clone(),
    };
    let names = |items: &[Item]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
    let offered = names(&exports.exports);
    let edges = names(&imports.imports).iter().filter(|name| offered.contains(name)).map(edge).collect();
    let wiring = Wiring {
        entry: "importer".to_owned(),
        order: vec!["exporter".to_owned(), "importer".to_owned()],
        edges,
        exports: BTreeMap::from([("importer".to_owned(), names(&imports.exports))]),
    };
    let components = BTreeMap::from([("exporter".to_owned(), exporter), ("importer".to_owned(), importer)]);
    match conjoin_compose::compose(&wiring, &components) {
        Ok(composed) => drop(conjoin_wit::inspect(&composed).expect("a composition is a component")),
        Err(error) => drop(render(&error.diagnostic(), Style::Plain)),
    }
}

/// A component that implements the only world of the text. What makes it is not what is tested here, so its panics do not count.
fn component(text: &str) -> Option<Vec<u8>> {
    let made = guarded(|| {
        let mut resolve = Resolve::new();
        let package = resolve.push_str("app.wit", text).ok()?;
        let world = resolve.select_world(&[package], None).ok()?;
        dummy::component(&resolve, world)
    });
    made.ok().flatten()
}

fn surface(component: &[u8]) -> Option<Surface> {
    conjoin_wit::inspect(component).ok()
}
