//! Composes components along a wiring: bytes to bytes.
//!
//! There are three phases:
//! 1. [`verify()`] checks the surfaces of the built components against the [`Wiring`] that was planned from their
//!    worlds.
//! 2. wac links one instance of each component along the connections that are needed. Interfaces of nothing but types
//!    are provided by components without code.
//! 3. The structure and the types of the result are validated.
//!
//! Nothing is skipped silently: an unsatisfied import, a missing export and a type that differs are errors that name
//! the place. This crate reads no files and never guesses a connection: the wiring names each of them. Only imports of
//! WASI stay open.

mod describe;
mod error;
mod graph;
mod verify;

pub use describe::{describe, to_wac};
pub use error::{ComposeError, Connection, ForeignResource};
pub use verify::verify;

use std::collections::BTreeMap;

use conjoin_wit::{Surface, Wiring, inspect};

/// Composes `components`, given by their names in `wiring`, into one component. It exports what the entry exports, and
/// imports what no component provides. An entry that needs no other component is given back unchanged.
///
/// # Errors
///
/// Reports the first component that is missing or unusable, what [`verify()`] finds, or that the composition exceeds a
/// limit.
///
/// ```
/// use std::collections::BTreeMap;
/// use conjoin_wit::{Edge, ItemName, Wiring};
///
/// let gateway = wat::parse_str(r#"(component (import "a:b/c" (instance $c (export "f" (func)))) (export "d" (func $c "f")))"#)?;
/// let pricing = wat::parse_str(r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
///     (func $f (canon lift (core func $i "f"))) (instance $c (export "f" (func $f))) (export "a:b/c" (instance $c)))"#)?;
/// let name = str::to_owned;
/// let edge = Edge { importer: name("gateway"), import: ItemName::new("a:b/c"), exporter: name("pricing"), export: ItemName::new("a:b/c") };
/// let order = vec![name("pricing"), name("gateway")];
/// let wiring = Wiring { entry: name("gateway"), order, edges: vec![edge], exports: BTreeMap::new() };
///
/// let components = BTreeMap::from([(name("gateway"), gateway), (name("pricing"), pricing)]);
/// let composed = conjoin_compose::compose(&wiring, &components)?;
/// let surface = conjoin_wit::inspect(&composed)?;
/// assert_eq!((surface.imports.len(), surface.exports[0].name.as_str()), (0, "d"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compose(wiring: &Wiring, components: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, ComposeError> {
    let mut surfaces: BTreeMap<String, Surface> = BTreeMap::new();
    for name in &wiring.order {
        let missing = || ComposeError::MissingComponent { entry: wiring.entry.clone(), name: name.clone() };
        let bytes = components.get(name).ok_or_else(missing)?;
        let surface = inspect(bytes).map_err(|source| ComposeError::Unusable { name: name.clone(), source })?;
        surfaces.insert(name.clone(), surface);
    }
    let links = verify(wiring, &surfaces)?;
    match components.get(&wiring.entry) {
        Some(bytes) if links.is_empty() => Ok(bytes.clone()),
        _ => graph::compose(wiring, &links, &surfaces, components),
    }
}
