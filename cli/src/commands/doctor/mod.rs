//! `conjoin doctor`: what the machine and the app have and lack, and the command that fixes it.
//!
//! - `command`: what is done, in order;
//! - `scope`: which toolchains it is about, in an app or outside of one;
//! - `tool_table`: a row per tool;
//! - `check`, `machine`, `project`: everything else that makes builds fail and can be seen beforehand;
//! - `remove`: what conjoin has installed goes.
//!
//! What is known of languages is data of the crate `toolchains`. Without `--fix` and `--remove` nothing is changed.

mod check;
mod command;
mod machine;
mod project;
mod remove;
mod scope;
mod tool_table;

pub(crate) use command::doctor;
