//! Creates apps from templates.
//!
//! A template is data: `templates/<language>/<kind>/` or `templates/app/<name>/` of the repository. Each has a
//! `template.toml` ([`Template`] explains its keys) and a folder `files/`. All are embedded in the binary. The flow:
//! 1. [`find`] or [`templates`] selects a template.
//! 2. [`render()`] renders one template, [`render_app`] an app of several components. Both give a complete [`FileSet`]
//!    in memory.
//! 3. [`FileSet::add`] adds files of other stages, such as the WASI packages that the app's WIT names.
//! 4. [`FileSet::write_into`] writes all of it or nothing, and never over something that exists.
//!
//! A component template gives a folder, a piece of `conjoin.toml` and a piece of the shared WIT ([`Contribution`]). The
//! app around it is the skeleton `templates/app/empty`. This crate does not ask the user, does not print, and does not
//! know what a component or a world means.
//!
//! ```
//! use conjoin_scaffold::{Answers, Overwrite, find, render};
//!
//! let template = find("http-rust")?;
//! let files = render(&template, &Answers::new("my-shop"))?;
//! assert!(files.get("conjoin.toml").is_some());
//!
//! let folder = tempfile::tempdir()?;
//! let written = files.write_into(&folder.path().join("my-shop"), Overwrite::Never)?;
//! assert!(written.files.contains(&"conjoin.toml".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
pub use change::{Change, CompletedChange};
pub use engine::wit_name;
pub use error::ScaffoldError;
pub use file_set::FileSet;
pub use name::check_name;
pub use render::{
    AppContext, Call, Contribution, NewComponent, render, render_app, render_call, render_component, render_parts,
};
pub use template::{Template, TemplateKind, TemplateSummary, Variable, VariableType};
pub use write::{Overwrite, Written, refuse_occupied};
