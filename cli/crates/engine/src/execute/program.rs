//! Options that all programs of a build share.

use std::fs::File;

use conjoin_plan::Invocation;

use super::options::ExecuteOptions;
use crate::{jobs::Job, process::RunOptions};

/// Runs the programs of a step.
#[derive(Clone, Copy)]
pub(super) struct Programs<'a> {
    pub(super) options: &'a ExecuteOptions<'a>,
    /// The file that all programs of the build have as stdin.
    pub(super) stdin: &'a File,
    pub(super) job: &'a Job<'a>,
}

impl<'a> Programs<'a> {
    /// The options to run `invocation` with.
    pub(super) fn options(&self, invocation: &Invocation) -> RunOptions<'a> {
        RunOptions {
            environment: self.options.environment,
            cancel: self.options.cancel,
            limit: self.options.limits.time,
            patience: None,
            more: self.job.variable(invocation.tool).into_iter().collect(),
            held: Some(self.stdin),
        }
    }
}
