//! Options of executing a plan.

use std::{num::NonZeroUsize, time::Duration};

use conjoin_plan::{Layout, ProbeResults};

use crate::{CancelToken, Environment, Scope};

/// How to execute a plan.
#[derive(Clone, Copy, Debug)]
pub struct ExecuteOptions<'a> {
    /// The paths of everything.
    pub layout: &'a Layout,
    /// Whether it builds the app or installs tools.
    pub scope: Scope,
    /// What the plan was made from: recorded once all of it is done, for when the tools are missing. Nothing for installations.
    pub probed: Option<&'a ProbeResults>,
    /// The environment that programs inherit.
    pub environment: &'a Environment,
    /// How many steps may run at once.
    pub jobs: NonZeroUsize,
    /// How many megabytes of memory all programs together may use. A program that needs more runs alone. `None` if not
    /// known.
    pub memory: Option<u64>,
    /// What happens to other steps when one fails.
    pub on_failure: OnFailure,
    /// Cancels the execution.
    pub cancel: &'a CancelToken,
    /// Time limits.
    pub limits: StepLimits,
    /// Whether programs are asked to report their progress: [`crate::BuildEvent::StepProgress`].
    pub progress: bool,
    /// How many bytes the artifacts of all apps may take in the cache folder. Beyond that, the least recently used are
    /// removed. `None` turns the store off.
    pub store_limit: Option<u64>,
}

impl ExecuteOptions<'_> {
    /// Whether tools are missing for which what an earlier build found stands.
    pub(super) fn assumes(&self) -> bool {
        self.probed.is_some_and(ProbeResults::assumes)
    }
}

/// Time limits of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLimits {
    /// When its program is ended; `None` for never.
    pub time: Option<Duration>,
    /// When a notice says that its program prints nothing.
    pub silence: Duration,
    /// When a notice says that it is still running. It repeats after twice as long each time.
    pub heartbeat: Duration,
}

/// What happens to the other steps when one fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Those that do not depend on it continue.
    Continue,
    /// No further step starts.
    Stop,
}
