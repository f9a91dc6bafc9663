//! What a build would do, and why, without doing it.

use conjoin_plan::{Plan, StepId, Subject};

use super::{ExecuteOptions, begin, discovered::is_file};
use crate::{DirtyReason, EventSink, ExecuteError, Performer, StepError, state::Record};

/// A step and whether a build would carry it out.
#[derive(Debug)]
pub struct Examined {
    /// The step.
    pub step: StepId,
    /// What it is done for.
    pub subject: Subject,
    /// What it does.
    pub title: String,
    /// What would become of it.
    pub verdict: Verdict,
}

/// What a build would do with a step.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing: it is as it was when it was compared with these.
    UpToDate(Compared),
    /// Carry it out, or restore its results from the store.
    ToDo(Vec<DirtyReason>),
    /// Look again when these steps, which it depends on, are done.
    After(Vec<StepId>),
    /// Fail: what it reads is not there.
    Unreadable(StepError),
}

/// What a step that is up to date was compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// How many files it declares to read.
    pub declared: usize,
    /// How many files it turned out to read beyond those.
    pub discovered: usize,
    /// The names of values, e.g. `world pricing`.
    pub values: Vec<String>,
    /// The versions of its tools.
    pub versions: Vec<String>,
    /// How long it took when it was last carried out.
    pub milliseconds: u64,
}

/// Looks at every step of `plan` as [`super::execute`] would, and carries out none.
pub fn examine(
    plan: &Plan,
    options: &ExecuteOptions<'_>,
    performer: &dyn Performer,
    sink: &mut dyn EventSink,
) -> Result<Vec<Examined>, ExecuteError> {
    let work = begin(plan, options, performer, sink)?;
    let mut examined: Vec<Examined> = Vec::with_capacity(plan.steps().len());
    for (index, step) in plan.steps().iter().enumerate() {
        let open = plan.dependencies(index).iter().map(|before| &examined[*before]);
        let open: Vec<StepId> = open
            .filter(|before| !matches!(before.verdict, Verdict::UpToDate(_)))
            .map(|before| before.step.clone())
            .collect();
        let verdict = if open.is_empty() {
            match work.look(step) {
                Ok((reasons, Some(record))) if reasons.is_empty() => Verdict::UpToDate(Compared::with(record)),
                Ok((reasons, _)) => Verdict::ToDo(reasons),
                Err(error) => Verdict::Unreadable(error),
            }
        } else {
            Verdict::After(open)
        };
        examined.push(Examined {
            step: step.id.clone(),
            subject: step.subject.clone(),
            title: step.title.clone(),
            verdict,
        });
    }
    Ok(examined)
}

impl Compared {
    fn with(record: Record) -> Self {
        Self {
            declared: record.files.len() + record.names.len(),
            discovered: record.discovered.iter().filter(|(name, seen)| is_file(name, seen)).count(),
            values: record.values.into_keys().collect(),
            versions: record.versions,
            milliseconds: record.milliseconds,
        }
    }
}
