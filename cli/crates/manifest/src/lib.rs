//! `conjoin.toml`: from text to a checked model.
//!
//! [`parse`] is the one door. It reports the first error of shape (syntax, unknown key, wrong type) or all errors of meaning
//! (names, paths, references), each at its place. This crate refuses to touch the file system: whether a folder or file that
//! the manifest names exists is found out by the stages after it.

mod model;
mod name;
mod path;
mod permissions;

pub use model::{
    App, Built, Import, CommandTrigger, Component, CustomBuild, Engine, HttpTrigger, Isolation, Language, Manifest, Origin, Spanned,
    ToolchainName,
};
pub use name::ComponentName;
pub use path::AppPath;
pub use permissions::{Access, Directory, Permissions};
