//! What the values of a manifest mean: names, paths, references and permissions, all errors of them.
//!
//! Each check takes the raw value and gives the checked one, or nothing after it has reported why to [`findings::Findings`]. A
//! reference to a component that exists but has errors of its own is no further error. Nothing is checked against the disk.

mod app;
mod component;
mod findings;
mod permissions;
mod values;

pub(crate) use app::check;
pub(crate) use findings::Findings;
pub(crate) use permissions::ACCESSES;
pub(crate) use values::{Names, check_reference, spanned};
