//! What came of a plan: an outcome per step.

use std::{io, time::Duration};

use conjoin_plan::{AbsPath, StepId, Subject, Tool};

use crate::{BuildOutcome, DirtyReason, InputError, LockError, PerformError, StepOutcome, process::RunError};

/// What came of a plan. Several failures, skipped steps and partial results are normal.
#[derive(Debug)]
pub struct BuildReport {
    /// The steps in the plan's order.
    pub steps: Vec<StepReport>,
    /// The steps that failed by themselves, in the plan's order.
    pub failed: Vec<FailedStep>,
    /// Whether the user asked for the end before all was done.
    pub cancelled: bool,
    /// How long all of it took.
    pub duration: Duration,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// The step.
    pub step: StepId,
    /// What it was done for.
    pub subject: Subject,
    /// The outcome.
    pub outcome: StepOutcome,
    /// Why it was not up to date.
    pub reasons: Vec<DirtyReason>,
    /// When it began, counted from the beginning of all.
    pub begun: Duration,
    /// How long it took.
    pub duration: Duration,
}

/// A step that failed, with all that a message about it needs.
#[derive(Debug)]
pub struct FailedStep {
    /// The step.
    pub step: StepId,
    /// What it was done for.
    pub subject: Subject,
    /// What it does.
    pub title: String,
    /// The tool that the command runs, if it runs one.
    pub tool: Option<Tool>,
    /// The command, pasteable, if it runs one.
    pub command: Option<String>,
    /// The folder that the command runs in.
    pub cwd: Option<AbsPath>,
    /// What the command printed, untouched but for a gap in the middle if it was too much to keep.
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
    /// What it reads is not there or not readable.
    #[error("step `{step}` cannot read what it needs")]
    Input {
        /// The step.
        step: StepId,
        /// The cause.
        #[source]
        source: InputError,
    },
    /// Its program failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its action failed.
    #[error(transparent)]
    Perform(#[from] PerformError),
    /// It succeeded without making what it should.
    #[error("step `{step}` succeeded, but did not write `{path}`")]
    MissingOutput {
        /// The step.
        step: StepId,
        /// The file.
        path: AbsPath,
    },
    /// It succeeded without saying what it read.
    #[error("step `{step}` succeeded, but did not write the list of files that it read to `{path}`")]
    MissingDepInfo {
        /// The step.
        step: StepId,
        /// The list.
        path: AbsPath,
    },
    /// The list of what it read cannot be understood.
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
    #[error("step `{step}` failed on a file")]
    File {
        /// The step.
        step: StepId,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// Why a plan could not even be begun.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The folder for what conjoin makes cannot be written.
    #[error("cannot write to `{folder}`, where conjoin keeps what it makes")]
    Folder {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The cache folder cannot be written.
    #[error("cannot write to the cache folder `{folder}`")]
    Cache {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The user did not want to wait for another process.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl BuildReport {
    /// The summary.
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
    /// What to do next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Cache { .. } => {
                vec!["set CONJOIN_CACHE to a folder that you may write to".to_owned()]
            }
            Self::Folder { .. } => {
                vec!["make the app's folder writable, or copy the app to a place that is".to_owned()]
            }
            Self::Lock(_) => Vec::new(),
        }
    }
}
