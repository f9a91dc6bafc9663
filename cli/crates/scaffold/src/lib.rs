//! Makes apps from templates.
//!
//! A template is data: `templates/<language>/<kind>/` or `templates/app/<name>/` of the repository, each a `template.toml`
//! ([`Template`] explains its keys) and a folder `files/`, all embedded in the binary. The flow:
//! 1. [`find`] or [`templates`]: which template;
//! 2. [`render()`] for one template, [`render_app`] for an app of several components: a [`FileSet`], in memory, complete;
//! 3. [`FileSet::add`]: files that another stage contributes, such as the WASI packages that the app's WIT names;
//! 4. [`FileSet::write_into`]: all of it or nothing, and never over something that exists.
//!
//! A component template brings a folder, a piece of `conjoin.toml` and a piece of the shared WIT ([`Contribution`]); the app
//! around it is the skeleton `templates/app/empty`. This crate refuses to ask the user, to print, and to know what a component
//! or a world means.

mod answers;
mod catalogue;
mod change;
mod engine;
mod error;
mod file_set;
mod folder;
mod name;
mod render;
mod template;
mod write;

pub use answers::Answers;
pub use catalogue::{embedded_paths, find, templates};
pub use change::{Change, Finished};
pub use engine::wit_name;
pub use error::ScaffoldError;
pub use file_set::FileSet;
pub use name::check_name;
pub use render::{
    AppContext, Call, Contribution, Part, render, render_app, render_call, render_component, render_parts,
};
pub use template::{Kind, Template, TemplateSummary, Variable, VariableType};
pub use write::{Overwrite, Written, refuse_occupied};
