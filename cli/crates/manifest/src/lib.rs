//! `conjoin.toml`: from text to a checked model.
//!
//! [`parse`] is the one door. It reports the first error of shape (syntax, unknown key, wrong type) or all errors of meaning
//! (names, paths, references), each at its place. This crate refuses to touch the file system: whether a folder or file that
//! the manifest names exists is found out by the stages after it.

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
