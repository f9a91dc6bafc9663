//! Tells what a build would do, and why, without doing it.

use std::{collections::BTreeMap, sync::Mutex};

use conjoin_plan::{Plan, StepId, Subject};

use super::{files::is_file, freshness::Freshness, options::ExecuteOptions};
use crate::{
    DirtyReason, Performer, StepError,
    digest::Digests,
    names::Roots,
    stamp::FileTime,
    state::{Record, State},
};

/// A step and what a build would do with it.
#[derive(Debug)]
pub struct Examined {
    /// The step.
    pub step: StepId,
    /// What it belongs to, e.g. a component.
    pub subject: Subject,
    /// What it does.
    pub title: String,
    /// What a build would do with it.
    pub verdict: Verdict,
}

/// What a build would do with a step.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing: it is up to date.
    UpToDate(Compared),
    /// Run it, or restore its outputs from the store.
    ToDo(Vec<DirtyReason>),
    /// Check it after these steps, which it depends on.
    After(Vec<StepId>),
    /// Fail, because its inputs cannot be read.
    Unreadable(StepError),
}

/// What was compared to find that a step is up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The number of files that it declares to read.
    pub declared: usize,
    /// The number of further files that it turned out to read.
    pub discovered: usize,
    /// The names of values, e.g. `world pricing`.
    pub values: Vec<String>,
    /// The versions of its tools.
    pub versions: Vec<String>,
    /// How long it took when it last ran.
    pub milliseconds: u64,
}

/// Compares every step of `plan` with its record, as [`super::execute()`] would. Writes nothing and waits for no other
/// process.
///
/// `options` and `performer` are those that the build would use. Gives the steps in the plan's order. A step whose
/// inputs cannot be read has the verdict [`Verdict::Unreadable`].
pub fn examine(plan: &Plan, options: &ExecuteOptions<'_>, performer: &dyn Performer) -> Vec<Examined> {
    let freshness = Freshness {
        plan,
        layout: options.layout,
        performer: performer.version(),
        roots: Roots::new(options.layout, plan),
        // Only recorded stamps count, because nothing is recorded here.
        digests: Digests::new(FileTime::default()),
        state: State::new(options.scope.state(options.layout)),
        assumes: options.assumes(),
        keys: Mutex::new(BTreeMap::new()),
    };
    let mut examined: Vec<Examined> = Vec::with_capacity(plan.steps().len());
    for (index, step) in plan.steps().iter().enumerate() {
        let open = plan.dependencies(index).iter().map(|before| &examined[*before]);
        let open: Vec<StepId> = open
            .filter(|before| !matches!(before.verdict, Verdict::UpToDate(_)))
            .map(|before| before.step.clone())
            .collect();
        let verdict = if open.is_empty() {
            match freshness.check(step).map(|checked| checked.fresh) {
                Ok(Ok(record)) => {
                    freshness.note_key(step, &record);
                    Verdict::UpToDate(Compared::with(record))
                }
                Ok(Err(reasons)) => Verdict::ToDo(reasons),
                Err(error) => Verdict::Unreadable(error),
            }
        } else {
            Verdict::After(open)
        };
        let (id, subject, title) = (step.id.clone(), step.subject.clone(), step.title.clone());
        examined.push(Examined { step: id, subject, title, verdict });
    }
    examined
}

impl Compared {
    fn with(record: Record) -> Self {
        Self {
            declared: record.fingerprint.files.len() + record.fingerprint.names.len(),
            discovered: record.discovered.iter().filter(|(name, seen)| is_file(name, seen)).count(),
            values: record.fingerprint.values.into_keys().collect(),
            versions: record.fingerprint.tools,
            milliseconds: record.milliseconds,
        }
    }
}
