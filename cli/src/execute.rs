//! Carrying out a plan: the engine, with the settings of the command.

use std::time::Duration;

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{BuildReport, Environment, Examined, ExecuteError, ExecuteOptions, OnFailure, Scope, StepLimits};
use conjoin_plan::{Layout, Plan, ProbeResults};

use crate::{
    exit::{CommandError, Exit},
    performer::SystemPerformer,
    session::Session,
    settings::{InstallPolicy, Machine, WorkSettings},
};

/// How long a step may take until it is told that it is still at work.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long a program may print nothing until that is told.
const SILENCE: Duration = Duration::from_mins(1);

/// A plan to be carried out.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    /// Where everything lies.
    pub(crate) layout: &'a Layout,
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// What it was made from; nothing for installations.
    pub(crate) probed: Option<&'a ProbeResults>,
    /// What it is for.
    pub(crate) scope: Scope,
    /// How steps are carried out.
    pub(crate) work: &'a WorkSettings,
}

/// Carries the plan of `task` out; what has failed is only in the report.
pub(crate) fn execute(session: &mut Session<'_>, task: &Task<'_>) -> Result<BuildReport, CommandError> {
    let environment = environment(session, task.work);
    let options = task.options(session.machine, &environment, session.ui.draws_live_lines())?;
    let ui = &mut *session.ui;
    // A second build from nothing would warn of the same once more.
    let mut events = if task.work.from_nothing { ui.events() } else { ui.events_of(task.plan, &task.layout.app) };
    let report = conjoin_engine::execute(task.plan, &options, &SystemPerformer, &mut events);
    report.map_err(|error| not_begun(&error))
}

/// What carrying out the plan of `task` would do, step by step.
pub(crate) fn examine(session: &mut Session<'_>, task: &Task<'_>) -> Result<Vec<Examined>, CommandError> {
    let environment = environment(session, task.work);
    let options = task.options(session.machine, &environment, session.ui.draws_live_lines())?;
    Ok(conjoin_engine::examine(task.plan, &options, &SystemPerformer))
}

/// What programs inherit: under `--offline` with the variables that keep them from the network.
fn environment(session: &Session<'_>, work: &WorkSettings) -> Environment {
    let environment = session.machine.environment();
    match work.policy {
        InstallPolicy::Offline => environment.with(session.toolchains.offline()),
        InstallPolicy::Ask | InstallPolicy::Install => environment,
    }
}

impl Task<'_> {
    fn options<'a>(
        &'a self,
        machine: &'a Machine,
        environment: &'a Environment,
        progress: bool,
    ) -> Result<ExecuteOptions<'a>, CommandError> {
        let store_limit = store_limit(machine)?;
        Ok(ExecuteOptions {
            layout: self.layout,
            scope: self.scope,
            probed: self.probed,
            environment,
            jobs: self.work.jobs,
            memory: conjoin_engine::free_memory().map(|bytes| bytes / 1_000_000),
            on_failure: if self.work.fail_fast { OnFailure::Stop } else { OnFailure::Continue },
            cancel: &machine.signals.cancel,
            limits: StepLimits { time: self.work.step_timeout, silence: SILENCE, heartbeat: HEARTBEAT },
            progress,
            store_limit: (!self.work.from_nothing).then_some(store_limit),
        })
    }
}

/// How many bytes the artifacts of all apps may have.
fn store_limit(machine: &Machine) -> Result<u64, CommandError> {
    machine.process.store_limit().map_err(|text| {
        CommandError::usage(
            Diagnostic::error("usage::store-size", format!("`{text}` is no size"))
                .note("CONJOIN_STORE_SIZE says how much the artifacts of all apps may take in the cache folder")
                .hint("write a whole number of bytes, or one with KB, MB, GB or TB, e.g. `20GB`"),
        )
    })
}

fn not_begun(error: &ExecuteError) -> CommandError {
    if matches!(error, ExecuteError::Lock(_)) {
        return CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() };
    }
    let mut diagnostic = Diagnostic::error("build::folder", error.to_string());
    if let Some(cause) = std::error::Error::source(error) {
        diagnostic = diagnostic.note(cause.to_string());
    }
    for hint in error.hints() {
        diagnostic = diagnostic.hint(hint);
    }
    CommandError::environment(vec![diagnostic])
}
