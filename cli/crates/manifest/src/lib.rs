//! Parses `conjoin.toml` into a checked model.
//!
//! [`parse`] is the entry point. It reports the first error of shape (syntax, unknown key, wrong type) or all errors of
//! meaning (names, paths, references), each at its place. This crate does not use the file system: later stages check
//! whether the folders and files that the manifest names exist.
//!
//! ```
//! use std::sync::Arc;
//!
//! use conjoin_diagnostics::Source;
//!
//! let text = r#"
//! conjoin = 1
//!
//! [app]
//! name = "my-shop"
//!
//! [component.pricing]
//! language = "rust"
//! "#;
//! let source = Arc::new(Source::new("conjoin.toml", text));
//! let languages = conjoin_toolchains::all().languages();
//! let manifest = conjoin_manifest::parse(&source, &languages).expect("the manifest is valid");
//! assert_eq!(manifest.app.name.value, "my-shop");
//! assert_eq!(manifest.components.len(), 1);
//!
//! let source = Arc::new(Source::new("conjoin.toml", text.replace("rust", "ruts")));
//! let diagnostics = conjoin_manifest::parse(&source, &languages).expect_err("there is no such language");
//! assert_eq!(diagnostics[0].code, "manifest::unknown-language");
//! ```

mod check;
mod insert;
mod language;
mod model;
mod name;
mod outline;
mod parse;
mod path;
mod permissions;
mod raw;
mod raw_permissions;
mod schema;
mod shape;
mod triggers;

pub use insert::insert;
pub use language::{Language, LanguageSet, LanguageSpec, ServesOnce, ToolchainSpec};
pub use model::{App, Built, Component, CustomBuild, Import, Manifest, Origin, Spanned};
pub use name::ComponentName;
pub use outline::{Named, Outline, outline};
pub use parse::parse;
pub use path::AppPath;
pub use permissions::{Access, Directory, PermissionValue, Permissions};
pub use schema::schema;
pub use triggers::{Isolation, Runs, TRIGGER_KINDS, Trigger, TriggerKind};
