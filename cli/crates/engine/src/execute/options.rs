//! How a plan is carried out.

use std::{num::NonZeroUsize, time::Duration};

use conjoin_plan::Layout;

use crate::{CancelToken, Environment, Scope};

/// How a plan is carried out.
#[derive(Clone, Copy, Debug)]
pub struct ExecuteOptions<'a> {
    /// Where everything lies.
    pub layout: &'a Layout,
    /// What it is for.
    pub scope: Scope,
    /// What programs inherit.
    pub environment: &'a Environment,
    /// How many steps may run at once.
    pub jobs: NonZeroUsize,
    /// How many megabytes of memory all programs together may take; a program that needs more runs alone. Not known without a number.
    pub memory: Option<u64>,
    /// What happens to the others when a step fails.
    pub on_failure: OnFailure,
    /// What ends it early.
    pub cancel: &'a CancelToken,
    /// How long programs may take.
    pub limits: Limits,
    /// Whether programs are asked to tell how far they are: [`crate::BuildEvent::StepProgress`].
    pub progress: bool,
    /// How many bytes the artifacts of all apps may have in the cache folder; more is removed, what was used longest ago first.
    /// Without a number, the store is neither asked nor added to.
    pub store_limit: Option<u64>,
}

/// How long a step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until its program is ended; `None` means as long as it likes.
    pub time: Option<Duration>,
    /// Until it is told that its program prints nothing.
    pub silence: Duration,
    /// Until it is told that it is still at work; again after twice as long each time.
    pub lasting: Duration,
}

/// What happens to the other steps when one fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Those that do not depend on it go on.
    GoOn,
    /// None is begun any more.
    Stop,
}
