//! Carrying out a plan.
//!
//! 1. The folder is made and locked: one process builds an app at a time ([`BuildLock`]);
//! 2. steps whose dependencies succeeded are handed to threads ([`schedule`]), and those that take long are told ([`lasting`]);
//! 3. each is compared with what is remembered, and otherwise restored from the store or carried out ([`step`], [`action`],
//!    [`discovered`], [`reasons`]);
//! 4. where programs ran, it is looked whether they wrote where they should not ([`strays`]).
//!
//! A step is up to date if the key of what it declares is the recorded one, the files that it turned out to read are as they
//! were, and so are its outputs. Otherwise the [store](crate::store) is asked; only if it does not know either, something runs.
//! Records and artifacts are written whole and after the fact: a process that is killed leaves at worst a step to be done again.

mod action;
mod discovered;
mod examine;
mod expect;
mod generate;
mod lasting;
mod reasons;
mod schedule;
mod step;
mod strays;
mod world;

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::Mutex,
    time::{Duration, Instant},
};

use conjoin_plan::{Action, Keep, Layout, Plan};

pub use self::examine::{Compared, Examined, Verdict, examine};
use self::expect::Durations;
use crate::{
    BuildEvent, BuildReport, CancelToken, Environment, EventSink, ExecuteError, LockError, Performer, Scope, StepLine,
    StepOutcome, StepReport,
    build_lock::BuildLock,
    digest::Digests,
    folder::{prepare, sweep},
    jobs::Jobs,
    names::Roots,
    state::State,
    store::Store,
};

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
    /// Whether programs are asked to tell how far they are: [`BuildEvent::StepProgress`].
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

/// Carries out `plan`. Steps that fail are part of the report; an error means that not one could be begun.
pub fn execute(
    plan: &Plan,
    options: &ExecuteOptions<'_>,
    performer: &dyn Performer,
    sink: &mut dyn EventSink,
) -> Result<BuildReport, ExecuteError> {
    let began = Instant::now();
    sink.event(BuildEvent::PlanReady { steps: plan.steps().iter().map(line).collect() });
    let work = begin(plan, options, performer, sink)?;
    let (steps, failed) = schedule::schedule(&work, sink);
    for (steps, files) in strays::strays(&work, &steps) {
        sink.event(BuildEvent::Strayed { steps, files });
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
    sink.event(BuildEvent::Finished { outcome: report.outcome(), milliseconds: milliseconds(report.duration) });
    drop(lock);
    Ok(report)
}

/// Takes the folder and reads what is remembered of it.
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
    // The process that had the lock may have removed the folder.
    prepare(&folder).map_err(unwritable)?;
    sweep(options.scope, layout);
    let stores = options.store_limit.is_some() && plan.steps().iter().any(|step| step.keep == Keep::Stored);
    let open = |cache| Store::open(cache).map_err(|source| cache_unwritable(options, source));
    Ok(step::Work {
        began: Instant::now(),
        plan,
        options,
        performer,
        version: performer.version(),
        roots: Roots::new(layout),
        digests: Digests::new(lock.taken().map_err(unwritable)?),
        state: State::new(options.scope.state(layout)),
        durations: Durations::load(&options.scope.state(layout)),
        store: if stores { Some(open(&layout.cache)?) } else { None },
        jobs: Jobs::new(options.jobs).map_err(unwritable)?,
        keys: Mutex::new(BTreeMap::new()),
        lock,
    })
}

fn cache_unwritable(options: &ExecuteOptions<'_>, source: std::io::Error) -> ExecuteError {
    ExecuteError::Cache { folder: options.layout.cache.clone(), source }
}

/// Whether one of the steps put something into the store.
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

fn line(step: &conjoin_plan::Step) -> StepLine {
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

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
