//! The report on an executed plan: an outcome per step.

use std::{io, time::Duration};

use conjoin_plan::{AbsPath, StepId, Subject, Tool};

use crate::{BuildOutcome, DirtyReason, InputError, LockError, PerformError, StepOutcome, process::RunError};

/// The outcome of a plan. Several failures, skipped steps and partial results are normal.
#[derive(Debug)]
pub struct BuildReport {
    /// The steps in the plan's order.
    pub steps: Vec<StepReport>,
    /// The steps that themselves failed, in the plan's order.
    pub failed: Vec<FailedStep>,
    /// Whether the user cancelled.
    pub cancelled: bool,
    /// How long the execution took.
    pub duration: Duration,
}

/// The outcome of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// The step.
    pub step: StepId,
    /// What it belongs to, e.g. a component.
    pub subject: Subject,
    /// The outcome.
    pub outcome: StepOutcome,
    /// Why it was not up to date.
    pub reasons: Vec<DirtyReason>,
    /// When it began, from the start of the execution.
    pub begun: Duration,
    /// How long it took.
    pub duration: Duration,
}

/// A failed step, with all that a message about it needs.
#[derive(Debug)]
pub struct FailedStep {
    /// The step.
    pub step: StepId,
    /// What it belongs to, e.g. a component.
    pub subject: Subject,
    /// What it does.
    pub title: String,
    /// The tool that it ran, if any.
    pub tool: Option<Tool>,
    /// The command that it ran, if any, ready to paste.
    pub command: Option<String>,
    /// The working folder of the command.
    pub cwd: Option<AbsPath>,
    /// The output of the command, unchanged, but without the middle if it was too long.
    pub output: Vec<u8>,
    /// The error.
    pub error: StepError,
}

impl FailedStep {
    /// Whether conjoin itself is at fault.
    pub fn is_bug(&self) -> bool {
        matches!(&self.error, StepError::Perform(error) if error.is_bug)
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Its inputs cannot be read.
    #[error("step `{step}` cannot read what it needs")]
    Input {
        /// The step.
        step: StepId,
        /// The cause.
        #[source]
        source: InputError,
    },
    /// Its program cannot be started, since tools are missing, and what it would make is not there.
    #[error("step `{step}` has to be carried out, because {}", DirtyReason::in_words(reasons))]
    ToolsMissing {
        /// The step.
        step: StepId,
        /// The tools.
        tools: Vec<Tool>,
        /// Why it is not up to date.
        reasons: Vec<DirtyReason>,
    },
    /// Its program failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its action failed.
    #[error(transparent)]
    Perform(#[from] PerformError),
    /// It succeeded without writing an output.
    #[error("step `{step}` succeeded, but did not write `{path}`")]
    MissingOutput {
        /// The step.
        step: StepId,
        /// The file.
        path: AbsPath,
    },
    /// It succeeded without writing the list of files that it read.
    #[error("step `{step}` succeeded, but did not write the list of files that it read to `{path}`")]
    MissingDepInfo {
        /// The step.
        step: StepId,
        /// The list.
        path: AbsPath,
    },
    /// The list of files that it read is invalid.
    #[error(
        "step `{step}` succeeded, but the list of files that it read, which `{command}` prints, cannot be understood"
    )]
    UnreadableList {
        /// The step.
        step: StepId,
        /// The command.
        command: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// Its files cannot be written or read.
    #[error("step `{step}` cannot use one of its files")]
    File {
        /// The step.
        step: StepId,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// Why the execution of a plan could not start.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The folder for conjoin's files is not writable.
    #[error("cannot write to `{folder}`, where conjoin keeps what it makes")]
    Folder {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The cache folder is not writable.
    #[error("cannot write to the cache folder `{folder}`")]
    Cache {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The lock could not be taken, or the user cancelled while waiting for it.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl BuildReport {
    /// The outcome of the whole plan.
    pub fn outcome(&self) -> BuildOutcome {
        if self.cancelled {
            BuildOutcome::Cancelled
        } else if self.failed.is_empty() {
            BuildOutcome::Done
        } else {
            BuildOutcome::Failed
        }
    }
}

impl ExecuteError {
    /// Hints about what to do next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Cache { .. } => {
                vec!["set CONJOIN_CACHE to a folder that you may write to".to_owned()]
            }
            Self::Folder { .. } => {
                vec!["make the app's folder writable, or copy the app to a writable folder".to_owned()]
            }
            Self::Lock(_) => Vec::new(),
        }
    }
}
