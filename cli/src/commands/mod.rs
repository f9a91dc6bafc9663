//! One file, one function per command. Commands know nothing of clap and print through the `Ui`.

mod add;
mod bindings;
mod build;
mod clean;
mod completions;
mod compose;
mod doctor;
mod explain;
pub(crate) mod new;
mod plan;
mod run;
mod schema;
mod templates;

pub(crate) use add::add;
pub(crate) use bindings::bindings;
pub(crate) use build::build;
pub(crate) use clean::clean;
pub(crate) use completions::completions;
pub(crate) use compose::compose;
pub(crate) use doctor::doctor;
pub(crate) use explain::explain;
pub(crate) use new::new;
pub(crate) use plan::plan;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use templates::templates;
