//! Steps: actions with declared inputs and outputs.

use std::fmt;

use crate::{AbsPath, Action, Discovery, Input, Subject};

/// The name of a step, unique in its plan, e.g. `pricing/cargo`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub String);

impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One action with everything it reads and writes.
///
/// Its key consists of the contents of `inputs`, of `action` with placeholders for the app's folder and the cache
/// folder, and of `versions`. A step depends on the steps whose outputs are among its inputs.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// What it belongs to. Steps of one subject are shown as one line.
    pub subject: Subject,
    /// What it does, for `-v` and the plan, e.g. `cargo build`.
    pub title: String,
    /// The action.
    pub action: Action,
    /// The inputs that it reads.
    pub inputs: Vec<Input>,
    /// The files that exist after it succeeded. Other files that it writes cannot be relied on. A step without outputs
    /// changes something that conjoin cannot see, so it runs each time.
    pub outputs: Vec<AbsPath>,
    /// The versions of the tools it runs, e.g. `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub versions: Vec<String>,
    /// How the tool reports the files that it read.
    pub discovery: Option<Discovery>,
    /// Whether its outputs are kept in the store.
    pub keep: Keep,
}

/// Where the outputs of a step are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the app, with a copy in the store that all apps share, so that the step need not run again for the same key.
    Stored,
    /// Only where they were written.
    InPlace,
}
