//! The shared WIT, the product's source of truth.
//!
//! [`parse`] reads the app's `wit/` (handed in as [`Source`](conjoin_diagnostics::Source)s). A [`World`] of it has a [digest](World::digest) in canonical
//! form, a [`Surface`], and can be [rendered](World::render) in the [`Dialect`] that a toolchain speaks. [`inspect`] gives the
//! surface of a built component, [`differences`] compares what one side imports with what another exports, and [`encode`] turns a
//! core module into a component. This crate touches no file: text and bytes come in, text and bytes go out.
//!
//! ```
//! use std::sync::Arc;
//! use conjoin_diagnostics::Source;
//!
//! let text = "package shop:api@0.1.0; interface pricing { price: func() -> u32; } world gateway { import pricing; }";
//! let wit = conjoin_wit::parse(&[Arc::new(Source::new("wit/shop.wit", text))], "wit").expect("it is right");
//! let surface = wit.world("gateway").expect("it is defined").surface();
//! assert_eq!(surface.imports[0].name.as_str(), "shop:api/pricing@0.1.0");
//! assert_eq!(surface.imports[0].functions(), ["price"]);
//! ```

mod advice;
mod bounds;
mod canonical;
mod difference;
mod edit;
mod encode;
mod folder;
mod guard;
mod inspect;
mod model;
mod parse;
mod places;
mod render;
mod strip;
mod surface;
mod types;
mod wasi;
mod world;

pub use difference::{Difference, differences};
pub use edit::{packages, packages_of_component};
pub use encode::{Adapter, EncodeError, encode, encode_either, leave_run_to_adapter, resolve};
pub use guard::guarded;
pub use inspect::{InspectError, inspect};
pub use parse::parse;
pub use render::Renderer;
pub use strip::strip;
pub use surface::{Item, ItemName, Surface};
pub use types::{TypesProvider, types_provider};
pub use wasi::{WASI_0_2, WASI_0_3, missing_wasi, wasi_deps};
pub use world::{Wit, World};

use std::{collections::BTreeMap, path::PathBuf};

/// One file of a WIT package, its path relative to the package's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitFile {
    /// e.g. `deps/wasi-http.wit`.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// How a toolchain wants the WIT of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Dialect {
    /// The patch version of WASI 0.2 that it insists on (users always write 0.2.12), e.g. `0.2.10`.
    pub wasi_0_2: Option<&'static str>,
}

/// Which import of which component is satisfied by which export: everything that a composition is made from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Wiring {
    /// The component whose exports are those of the composition.
    pub entry: String,
    /// All components of the composition, each after those it imports from; the entry is the last.
    pub order: Vec<String>,
    /// The connections, sorted.
    pub edges: Vec<Edge>,
    /// What the world of each component exports, whether it is connected or not.
    pub exports: BTreeMap<String, Vec<ItemName>>,
}

/// One import that another component satisfies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The component that imports.
    pub importer: String,
    /// The interface as the importer names it, e.g. `shop:api/pricing@0.1.0`.
    pub import: ItemName,
    /// The component that exports.
    pub exporter: String,
    /// The interface as the exporter names it.
    pub export: ItemName,
}
