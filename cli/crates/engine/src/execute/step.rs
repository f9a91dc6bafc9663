//! Executes one step: finds it up to date, restores it from the store, or runs it.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

use conjoin_plan::{AbsPath, Action, Invocation, Keep, Step};

use super::{
    action::Actor,
    discovered::{Discovered, discover},
    durations::{Durations, milliseconds},
    freshness::{Checked, Freshness, on_file},
    generate::generated,
    options::ExecuteOptions,
    program::Programs,
    reasons,
};
use crate::{
    BuildEvent, DirtyReason, FailedStep, Notice, PerformError, Performer, StepError, StepOutcome,
    build_lock::BuildLock,
    digest::{Digest, FileRecord},
    fingerprint::Fingerprint,
    inputs::Inputs,
    jobs::{Job, Jobs},
    output::Output,
    outputs::outputs_of,
    process::RunError,
    state::Record,
    store::{Restored, Store},
};

/// Everything that executing steps needs.
pub(super) struct Work<'a> {
    pub(super) began: Instant,
    pub(super) options: &'a ExecuteOptions<'a>,
    pub(super) performer: &'a dyn Performer,
    pub(super) freshness: Freshness<'a>,
    pub(super) durations: Durations,
    pub(super) store: Option<Store>,
    pub(super) jobs: Jobs,
    pub(super) lock: BuildLock,
}

/// The result of a step.
pub(super) struct StepResult {
    pub(super) outcome: StepOutcome,
    pub(super) reasons: Vec<DirtyReason>,
    /// When it began, from the start of the build.
    pub(super) begun: Duration,
    pub(super) duration: Duration,
    pub(super) failure: Option<FailedStep>,
}

/// A step that is being executed.
struct Attempt<'a> {
    work: &'a Work<'a>,
    step: &'a Step,
    outputs: Vec<AbsPath>,
    emit: &'a dyn Fn(BuildEvent),
    reasons: Vec<DirtyReason>,
    printed: Output,
}

impl Work<'_> {
    /// Brings the outputs of `step` up to date.
    pub(super) fn carry_out(&self, step: &Step, emit: &dyn Fn(BuildEvent)) -> StepResult {
        let start = Instant::now();
        let (reasons, printed) = (Vec::new(), Output::default());
        let mut attempt = Attempt { work: self, step, outputs: outputs_of(step), emit, reasons, printed };
        let result = attempt.carry_out();
        let Attempt { reasons, printed, .. } = attempt;
        let (outcome, failure) = match result {
            Ok(outcome) => (outcome, None),
            Err(StepError::Run(RunError::Cancelled)) => (StepOutcome::Cancelled, None),
            Err(error) => (StepOutcome::Failed, Some(failure(step, printed.into_bytes(), error))),
        };
        let begun = start.duration_since(self.began);
        StepResult { outcome, reasons, begun, duration: start.elapsed(), failure }
    }
}

impl StepResult {
    /// The result of a step whose action panicked.
    pub(super) fn of_panic(step: &Step, panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("it does not say why");
        let text = format!("step `{}` panicked, which is a bug in conjoin: {text}", step.id);
        let error = PerformError { is_bug: true, ..PerformError::new(text) };
        let failure = failure(step, Vec::new(), error.into());
        let (begun, duration) = (Duration::ZERO, Duration::ZERO);
        Self { outcome: StepOutcome::Failed, reasons: Vec::new(), begun, duration, failure: Some(failure) }
    }
}

fn failure(step: &Step, output: Vec<u8>, error: StepError) -> FailedStep {
    let invocation = match &step.action {
        Action::Run(invocation) => Some(invocation),
        _ => None,
    };
    let command = invocation.map(ToString::to_string);
    let (tool, cwd) = invocation.map(|invocation| (invocation.tool, invocation.cwd.clone())).unzip();
    let (id, subject, title) = (step.id.clone(), step.subject.clone(), step.title.clone());
    FailedStep { step: id, subject, title, tool, command, cwd, output, error }
}

impl Attempt<'_> {
    fn carry_out(&mut self) -> Result<StepOutcome, StepError> {
        let Checked { record, inputs, fingerprint, fresh } = self.work.freshness.check(self.step)?;
        match fresh {
            Ok(now) => {
                if record.as_ref() != Some(&now) {
                    self.save(&now)?;
                }
                self.work.freshness.note_key(self.step, &now);
                return Ok(StepOutcome::Fresh);
            }
            Err(reasons) => self.reasons = reasons,
        }
        if let Some(restored) = self.restore(fingerprint, &inputs)? {
            self.save(&restored)?;
            self.work.freshness.note_key(self.step, &restored);
            return Ok(StepOutcome::Restored);
        }
        if let Action::Run(Invocation { missing, .. }) = &self.step.action
            && !missing.is_empty()
        {
            let (step, tools, reasons) = (self.step.id.clone(), missing.clone(), self.reasons.clone());
            return Err(StepError::ToolsMissing { step, tools, reasons });
        }
        let job = self.work.jobs.take();
        (self.emit)(BuildEvent::StepStarted { step: self.step.id.clone(), reasons: self.reasons.clone() });
        self.make(inputs, record, &job)?;
        Ok(StepOutcome::Built)
    }

    /// Restores the outputs from the store, if it has them.
    fn restore(&mut self, fingerprint: Fingerprint, inputs: &Inputs) -> Result<Option<Record>, StepError> {
        let Some(store) = self.work.store.as_ref().filter(|_| self.is_stored()) else { return Ok(None) };
        let files = self.work.freshness.files();
        let mut discovered = BTreeMap::new();
        let mut is_here = |name: &str, digest: Digest| {
            let seen = files.record_named(self.step, name, None).ok().filter(|seen| seen.digest == digest);
            discovered.extend(seen.map(|seen| (name.to_owned(), seen)));
            seen.is_some()
        };
        let mut record = Record::new(fingerprint, &inputs.files);
        let Some(entry) = store.find(record.declared, &mut is_here) else { return Ok(None) };
        discovered.retain(|name, _| entry.discovered.contains_key(name));
        match store.restore(&entry, &self.outputs).map_err(|error| on_file(self.step, error))? {
            Restored::Corrupt(output) => {
                let roots = &self.work.freshness.roots;
                let file = roots.shown(&roots.name(output.as_path()));
                self.reasons.push(DirtyReason::StoreCorrupt { file });
                Ok(None)
            }
            Restored::Whole => {
                (record.discovered, record.outputs) = (discovered, self.made()?);
                record.milliseconds = entry.milliseconds;
                Ok(Some(record))
            }
        }
    }

    fn is_stored(&self) -> bool {
        self.step.keep == Keep::Stored && !self.outputs.is_empty()
    }

    /// Runs the action and records the result. If its inputs changed meanwhile, it runs once more. If that happens
    /// again, nothing is recorded. `record` is the previous one.
    fn make(&mut self, mut inputs: Inputs, record: Option<Record>, job: &Job<'_>) -> Result<(), StepError> {
        let freshness = &self.work.freshness;
        // Inputs that the program itself writes change each time.
        let (mut own, mut read) = record.map(|record| (record.touched, record.discovered)).unwrap_or_default();
        for is_last in [false, true] {
            let (began, began_at) = (Instant::now(), freshness.state.now().map_err(|error| on_file(self.step, error))?);
            self.act(job)?;
            let took = milliseconds(began.elapsed());
            let outputs = self.made()?;
            let after = freshness.read(self.step, &|name| inputs.files.get(name).copied(), Some(began_at))?;
            let discovered = self.discover(&after, job)?;
            let late = discovered.touched_after(began_at);
            let discovered = discovered.files;
            let digests = |files: &BTreeMap<String, FileRecord>| -> BTreeMap<String, Digest> {
                files.iter().map(|(name, seen)| (name.clone(), seen.digest)).collect()
            };
            let mut changed = reasons::changed(&digests(&inputs.files), &digests(&after.files));
            changed.extend(inputs.names.symmetric_difference(&after.names).cloned());
            let digest = |files: &BTreeMap<String, FileRecord>, name: &String| files.get(name).map(|seen| seen.digest);
            changed.extend(late.iter().filter(|name| digest(&read, name) != digest(&discovered, name)).cloned());
            let touched = [after.touched.clone(), late].concat();
            if changed.is_empty() && touched.iter().all(|name| own.contains(name)) {
                let mut record = Record::new(freshness.fingerprint(self.step, &after), &after.files);
                (record.touched, record.discovered, record.outputs) = (touched, discovered, outputs);
                record.milliseconds = took;
                return self.remember(&record);
            }
            changed.extend(touched.iter().cloned());
            self.tell_changes(&changed, is_last);
            (own, inputs, read) = (touched, after, discovered);
        }
        // The outputs exist, but without a record the next build runs the step again.
        freshness.state.forget(&self.step.id).map_err(|error| on_file(self.step, error))
    }

    fn act(&mut self, job: &Job<'_>) -> Result<(), StepError> {
        let programs = Programs { options: self.work.options, stdin: self.work.lock.stdin(), job };
        let (work, step, outputs) = (self.work, self.step, &self.outputs);
        Actor { step, outputs, programs, performer: work.performer, emit: self.emit, printed: &mut self.printed }.act()
    }

    /// Reports that files changed while the step ran. `is_last` says that it does not run again.
    fn tell_changes(&self, names: &[String], is_last: bool) {
        let files: BTreeSet<String> = names.iter().map(|name| self.work.freshness.roots.shown(name)).collect();
        let files = files.into_iter().collect();
        let notice = if is_last { Notice::Unsettled { files } } else { Notice::Again { files } };
        (self.emit)(BuildEvent::StepNoticed { step: self.step.id.clone(), notice });
    }

    /// Records all outputs as they are now.
    fn made(&self) -> Result<BTreeMap<String, FileRecord>, StepError> {
        let generated = match &self.step.action {
            Action::Generate(action) => generated(action),
            _ => Vec::new(),
        };
        let freshness = &self.work.freshness;
        let mut made = BTreeMap::new();
        for path in self.outputs.iter().chain(&generated) {
            let missing = || StepError::MissingOutput { step: self.step.id.clone(), path: path.clone() };
            let seen = freshness.files().record(path.as_path(), None).map_err(|error| on_file(self.step, error))?;
            made.insert(freshness.roots.name(path.as_path()), seen.ok_or_else(missing)?.0);
        }
        Ok(made)
    }

    fn discover(&mut self, inputs: &Inputs, job: &Job<'_>) -> Result<Discovered, StepError> {
        let (outputs, freshness) = (&self.outputs, &self.work.freshness);
        let is_output = |path: &Path| outputs.iter().any(|output| output.as_path() == path);
        let is_declared = |path: &Path| is_output(path) || inputs.files.contains_key(&freshness.roots.name(path));
        let programs = Programs { options: self.work.options, stdin: self.work.lock.stdin(), job };
        discover(self.step, &is_declared, &freshness.files(), &programs, &mut self.printed)
    }

    /// Adds the outputs to the store and then saves the record.
    fn remember(&self, record: &Record) -> Result<(), StepError> {
        if let Some(store) = self.work.store.as_ref().filter(|_| self.is_stored()) {
            let roots = &self.work.freshness.roots;
            let digest = |path: &AbsPath| record.outputs.get(&roots.name(path.as_path())).map(|seen| seen.digest);
            let outputs: Vec<_> = self.outputs.iter().filter_map(|path| Some((path.clone(), digest(path)?))).collect();
            let all_files = outputs.iter().all(|(path, _)| path.as_path().is_file());
            if all_files {
                let kept = store.keep(record.declared, &record.discovered, &outputs, record.milliseconds);
                kept.map_err(|error| on_file(self.step, error))?;
            }
        }
        self.save(record)?;
        self.work.freshness.note_key(self.step, record);
        Ok(())
    }

    fn save(&self, record: &Record) -> Result<(), StepError> {
        self.work.freshness.state.save(&self.step.id, record).map_err(|error| on_file(self.step, error))
    }
}
