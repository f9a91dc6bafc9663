//! Compositions of very many components: made, or refused with the limit that they exceed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use conjoin_compose::{ComposeError, compose};
use conjoin_diagnostics::{Style, render};
use conjoin_wit::{Edge, ItemName, Wiring, inspect};
use snapbox::{assert_data_eq, file};

/// The chain of so many components, where each imports from the next; the last one has code.
fn chain(count: usize) -> Result<Vec<u8>, ComposeError> {
    let name = |index: usize| format!("c{index}");
    let interface = |index: usize| format!("large:api/i{index}");
    let mut wiring = Wiring { entry: name(0), order: (0..count).rev().map(name).collect(), ..Wiring::default() };
    let mut components = BTreeMap::new();
    for index in 0..count {
        let (export, import) = (interface(index), interface(index + 1));
        let text = if index + 1 == count {
            format!(
                r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
                (func $f (canon lift (core func $i "f"))) (instance $o (export "f" (func $f))) (export "{export}" (instance $o)))"#
            )
        } else {
            wiring.edges.push(Edge {
                importer: name(index),
                import: ItemName::new(&import),
                exporter: name(index + 1),
                export: ItemName::new(&import),
            });
            format!(
                r#"(component (import "{import}" (instance $n (export "f" (func))))
                (instance $o (export "f" (func $n "f"))) (export "{export}" (instance $o)))"#
            )
        };
        components.insert(name(index), wat::parse_str(text).unwrap());
    }
    wiring.edges.sort();
    compose(&wiring, &components)
}

#[test]
fn long_chains_are_composed_or_refused_with_the_limit() {
    let surface = inspect(&chain(400).unwrap()).unwrap();
    assert_eq!((surface.imports.len(), surface.exports.len()), (0, 1));
    let error = chain(1_000).unwrap_err();
    assert!(!error.is_bug());
    assert_data_eq!(render(&error.diagnostic(), Style::Plain), file!["large/too-large/error.txt"].raw());
}
