//! Executes a plan.
//!
//! 1. The folder is created and locked: one process builds an app at a time ([`BuildLock`]).
//! 2. Workers take steps whose dependencies succeeded ([`schedule`]). Long steps are reported ([`heartbeat`]).
//! 3. Each step is compared with its record ([`freshness`], [`reasons`]). If it is not up to date, it is restored from
//!    the store or run ([`step`], [`action`], [`discovered`]).
//! 4. Files of the app that changed while programs ran are compared with what these may write ([`undeclared`]).
//!
//! A step is up to date if the key of what it declares is the recorded one, and neither its outputs nor the files that
//! it turned out to read have changed. Otherwise the [store](crate::store) is asked. Only if it has no match, the step
//! runs. Records and artifacts are written atomically, after the step: a killed process leaves at worst a step to run
//! again.

mod action;
mod discovered;
mod durations;
mod examine;
mod files;
mod freshness;
mod generate;
mod heartbeat;
mod options;
mod program;
mod ready_queue;
mod reasons;
mod schedule;
mod step;
mod undeclared;

use std::{collections::BTreeMap, sync::Mutex, time::Instant};

use conjoin_plan::{Action, Keep, Plan};

use self::{
    durations::{Durations, milliseconds},
    freshness::Freshness,
    ready_queue::Outcomes,
};
pub use self::{
    examine::{Compared, Examined, Verdict, examine},
    options::{ExecuteOptions, OnFailure, StepLimits},
};
use crate::{
    BuildEvent, BuildOutcome, BuildReport, EventSink, ExecuteError, LockError, Performer, Scope, StepLine, StepOutcome,
    StepReport,
    build_lock::BuildLock,
    digest::Digests,
    folder::{prepare, sweep},
    jobs::Jobs,
    names::Roots,
    probe::record,
    state::State,
    store::Store,
};

/// Executes `plan`: runs the steps that are not up to date. Sends events to `sink` and gives the outcome of each step.
/// Steps that fail are part of the report.
///
/// # Errors
///
/// No step could start: a folder is not writable, or the user cancelled while another process had the lock.
pub fn execute(
    plan: &Plan,
    options: &ExecuteOptions<'_>,
    performer: &dyn Performer,
    sink: &mut dyn EventSink,
) -> Result<BuildReport, ExecuteError> {
    let began = Instant::now();
    sink.event(BuildEvent::PlanReady { steps: plan.steps().iter().map(step_line).collect() });
    let work = begin(plan, options, performer, sink)?;
    let Outcomes { reports: steps, failed } = schedule::schedule(&work, sink);
    for (steps, files) in undeclared::undeclared_outputs(&work, &steps) {
        sink.event(BuildEvent::UndeclaredOutputs { steps, files });
    }
    let built = steps.iter().filter(|step| step.outcome == StepOutcome::Built);
    let step::Work { durations, lock, store, .. } = work;
    durations.learn(built.map(|step| (step.step.0.clone(), milliseconds(step.duration))));
    if let (Some(store), Some(limit)) = (store.as_ref().filter(|_| stored(plan, &steps)), options.store_limit) {
        let collected = store.collect(limit);
        let collected = collected.map_err(|source| cache_unwritable(options, source))?;
        if collected.artifacts > 0 {
            sink.event(BuildEvent::StoreCollected { artifacts: collected.artifacts, bytes: collected.bytes });
        }
    }
    let cancelled = steps.iter().any(|step| step.outcome == StepOutcome::Cancelled);
    let report = BuildReport { steps, failed, cancelled, duration: began.elapsed() };
    if let (Some(probed), BuildOutcome::Done) = (options.probed, report.outcome()) {
        let recorded = record(options.layout, probed);
        recorded.map_err(|source| ExecuteError::Folder { folder: options.scope.folder(options.layout), source })?;
    }
    sink.event(BuildEvent::Finished { outcome: report.outcome(), milliseconds: milliseconds(report.duration) });
    drop(lock);
    Ok(report)
}

/// Locks the folder and loads its state.
fn begin<'a>(
    plan: &'a Plan,
    options: &'a ExecuteOptions<'_>,
    performer: &'a dyn Performer,
    sink: &mut dyn EventSink,
) -> Result<step::Work<'a>, ExecuteError> {
    let layout = options.layout;
    let folder = options.scope.folder(layout);
    let unwritable = |source| match options.scope {
        Scope::App => ExecuteError::Folder { folder: folder.clone(), source },
        Scope::Cache => cache_unwritable(options, source),
    };
    prepare(&folder).map_err(unwritable)?;
    let work = match options.scope {
        Scope::App => "another build of this app",
        Scope::Cache => "another installation of tools",
    };
    let mut waiting = |holder| sink.event(BuildEvent::Waiting { work, lock: folder.join("lock"), holder });
    let lock = BuildLock::take(&folder, options.cancel, &mut waiting).map_err(|error| in_folder(error, &unwritable))?;
    // The previous holder of the lock may have removed the folder.
    prepare(&folder).map_err(unwritable)?;
    sweep(options.scope, layout);
    let stores = options.store_limit.is_some() && plan.steps().iter().any(|step| step.keep == Keep::Stored);
    let open = |cache| Store::open(cache).map_err(|source| cache_unwritable(options, source));
    Ok(step::Work {
        began: Instant::now(),
        options,
        performer,
        freshness: Freshness {
            plan,
            layout,
            performer: performer.version(),
            roots: Roots::new(layout, plan),
            digests: Digests::new(lock.taken_at().map_err(unwritable)?),
            state: State::new(options.scope.state(layout)),
            assumes: options.assumes(),
            keys: Mutex::new(BTreeMap::new()),
        },
        durations: Durations::load(&options.scope.state(layout)),
        store: if stores { Some(open(&layout.cache)?) } else { None },
        jobs: Jobs::new(options.jobs).map_err(unwritable)?,
        lock,
    })
}

fn cache_unwritable(options: &ExecuteOptions<'_>, source: std::io::Error) -> ExecuteError {
    ExecuteError::Cache { folder: options.layout.cache.clone(), source }
}

/// Whether one of the steps added something to the store.
fn stored(plan: &Plan, steps: &[StepReport]) -> bool {
    let built = steps.iter().filter(|step| step.outcome == StepOutcome::Built);
    let mut kept = built.filter_map(|step| plan.steps().iter().find(|planned| planned.id == step.step));
    kept.any(|step| step.keep == Keep::Stored)
}

fn in_folder(error: LockError, unwritable: &dyn Fn(std::io::Error) -> ExecuteError) -> ExecuteError {
    match error {
        LockError::Unusable { source, .. } => unwritable(source),
        LockError::Cancelled => ExecuteError::Lock(error),
    }
}

fn step_line(step: &conjoin_plan::Step) -> StepLine {
    let (program, tool) = match &step.action {
        Action::Run(invocation) => (Some(invocation.program.file_name()), Some(invocation.tool)),
        _ => (None, None),
    };
    let is_stored = step.keep == Keep::Stored;
    StepLine {
        step: step.id.clone(),
        subject: step.subject.clone(),
        title: step.title.clone(),
        program,
        tool,
        is_stored,
    }
}
