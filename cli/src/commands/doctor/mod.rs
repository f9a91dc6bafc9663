//! `conjoin doctor`: what is missing on the machine and in the app, and the command that fixes it.
//!
//! - `command` runs the steps in order.
//! - `scope` selects the toolchains, in an app or outside of one.
//! - `tool_table` has a row per tool.
//! - `check`, `machine` and `project` find everything else that makes builds fail and can be found beforehand.
//! - `remove` removes what conjoin has installed.
//!
//! Knowledge about languages is data of the crate `toolchains`. Without `--fix` and `--remove` nothing is changed.

mod check;
mod command;
mod machine;
mod project;
mod remove;
mod scope;
mod tool_table;

pub(crate) use command::doctor;
