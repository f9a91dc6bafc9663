//! One step: up to date, restored, or carried out.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use conjoin_plan::{AbsPath, Action, Keep, Plan, Step, StepId};

use super::{ExecuteOptions, action::outputs_of, expect::Durations, generate::generated, milliseconds, reasons};
use crate::{
    BuildEvent, DirtyReason, FailedStep, InputError, Notice, PerformError, Performer, StepError, StepOutcome,
    build_lock::BuildLock,
    digest::{Digest, Digests, Seen},
    inputs::{Inputs, Reader},
    jobs::{Job, Jobs},
    key::Description,
    names::Roots,
    output::Output,
    process::RunError,
    stamp::FileTime,
    state::{Record, State},
    store::{Restored, Store},
};

/// Everything that carrying out steps needs.
pub(super) struct Work<'a> {
    pub(super) began: Instant,
    pub(super) plan: &'a Plan,
    pub(super) options: &'a ExecuteOptions<'a>,
    pub(super) performer: &'a dyn Performer,
    pub(super) version: String,
    pub(super) roots: Roots,
    pub(super) digests: Digests,
    pub(super) state: State,
    pub(super) durations: Durations,
    pub(super) store: Option<Store>,
    pub(super) jobs: Jobs,
    /// The keys of the steps that succeeded.
    pub(super) keys: Mutex<BTreeMap<StepId, Digest>>,
    pub(super) lock: BuildLock,
}

/// What came of a step.
pub(super) struct Done {
    pub(super) outcome: StepOutcome,
    pub(super) reasons: Vec<DirtyReason>,
    /// When it began, counted from the beginning of all.
    pub(super) begun: Duration,
    pub(super) duration: Duration,
    pub(super) failure: Option<FailedStep>,
}

/// A step in hand.
pub(super) struct Attempt<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) step: &'a Step,
    pub(super) outputs: Vec<AbsPath>,
    description: Description,
    pub(super) emit: &'a dyn Fn(BuildEvent),
    reasons: Vec<DirtyReason>,
    pub(super) printed: Output,
}

impl Work<'_> {
    /// Sees to it that the outputs of `step` are what they should be.
    pub(super) fn carry_out(&self, step: &Step, emit: &dyn Fn(BuildEvent)) -> Done {
        let start = Instant::now();
        let mut attempt = self.attempt(step, emit);
        let result = attempt.carry_out();
        let Attempt { reasons, printed, .. } = attempt;
        let (outcome, failure) = match result {
            Ok(outcome) => (outcome, None),
            Err(StepError::Run(RunError::Cancelled)) => (StepOutcome::Cancelled, None),
            Err(error) => (StepOutcome::Failed, Some(failure(step, printed.into_bytes(), error))),
        };
        let begun = start.duration_since(self.began);
        Done { outcome, reasons, begun, duration: start.elapsed(), failure }
    }

    /// Looks whether `step` is up to date, and does nothing about it: the reasons why it is not, and what is recorded of it.
    pub(super) fn look(&self, step: &Step) -> Result<(Vec<DirtyReason>, Option<Record>), StepError> {
        let mut attempt = self.attempt(step, &|_| ());
        let record = self.state.load(&step.id);
        let inputs = attempt.read_inputs(record.as_ref().map(|record| &record.files), None)?;
        let declared = attempt.description.key(&inputs);
        if let Some(record) = attempt.up_to_date(record.as_ref(), declared, &inputs)? {
            attempt.finish(&record);
            return Ok((Vec::new(), Some(record)));
        }
        Ok((attempt.reasons, record))
    }

    /// The key of a step that succeeded.
    pub(super) fn key(&self, id: &StepId) -> Option<Digest> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    fn attempt<'a>(&'a self, step: &'a Step, emit: &'a dyn Fn(BuildEvent)) -> Attempt<'a> {
        let outputs = outputs_of(step);
        let description = Description::of(step, &outputs, &self.roots, &self.version);
        let (reasons, printed) = (Vec::new(), Output::default());
        Attempt { work: self, step, outputs, description, emit, reasons, printed }
    }
}

impl Done {
    /// The outcome of a step whose action panicked.
    pub(super) fn of_panic(step: &Step, panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("it does not say why");
        let text = format!("step `{}` panicked, which is a bug of conjoin: {text}", step.id);
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
        let record = self.work.state.load(&self.step.id);
        let inputs = self.read_inputs(record.as_ref().map(|record| &record.files), None)?;
        let declared = self.description.key(&inputs);
        if let Some(record) = self.up_to_date(record.as_ref(), declared, &inputs)? {
            self.finish(&record);
            return Ok(StepOutcome::Fresh);
        }
        if let Some(record) = self.restore(declared, &inputs)? {
            self.work.state.save(&self.step.id, &record).map_err(|error| self.on_file(error))?;
            self.finish(&record);
            return Ok(StepOutcome::Restored);
        }
        let job = self.work.jobs.take();
        (self.emit)(BuildEvent::StepStarted { step: self.step.id.clone(), reasons: self.reasons.clone() });
        self.make(inputs, record, &job)?;
        Ok(StepOutcome::Built)
    }

    /// The record, with today's stamps, if all is as it says; otherwise the reasons are noted.
    fn up_to_date(
        &mut self,
        record: Option<&Record>,
        declared: Digest,
        inputs: &Inputs,
    ) -> Result<Option<Record>, StepError> {
        let Some(record) = record else {
            self.reasons.push(DirtyReason::FirstTime);
            return Ok(None);
        };
        let roots = &self.work.roots;
        self.reasons = reasons::differences(record, (self.step, &self.description), inputs, roots);
        let discovered = self.work.look_again(self.step, &record.discovered).map_err(|error| self.on_file(error))?;
        reasons::discovered(&record.discovered, &discovered, roots, &mut self.reasons);
        let outputs = self.look_at(&record.outputs)?;
        for (name, seen) in &record.outputs {
            let file = roots.shown(name);
            match outputs.get(name) {
                None => self.reasons.push(DirtyReason::OutputMissing { file }),
                Some(now) if now.digest != seen.digest => self.reasons.push(DirtyReason::OutputChanged { file }),
                Some(_) => {}
            }
        }
        if self.outputs.is_empty() {
            self.reasons.push(DirtyReason::Always);
        }
        if self.reasons.is_empty() && record.declared != declared {
            self.reasons.push(DirtyReason::FirstTime);
        }
        if !self.reasons.is_empty() {
            reasons::causes(self.step, self.work, &mut self.reasons);
            return Ok(None);
        }
        let Inputs { files, names, .. } = inputs.clone();
        let now = Record { files, names, discovered, outputs, ..record.clone() };
        if now != *record {
            self.work.state.save(&self.step.id, &now).map_err(|error| self.on_file(error))?;
        }
        Ok(Some(now))
    }

    /// The outputs of a record as they are; those that are gone are left out.
    fn look_at(&self, files: &BTreeMap<String, Seen>) -> Result<BTreeMap<String, Seen>, StepError> {
        let mut now = BTreeMap::new();
        for (name, seen) in files {
            if let Some((seen, _)) = self.see(&self.work.roots.path(name), Some(seen))? {
                now.insert(name.clone(), seen);
            }
        }
        Ok(now)
    }

    /// A file as it is and when it was last touched, or a folder, whose contents do not count.
    fn see(&self, path: &Path, remembered: Option<&Seen>) -> Result<Option<(Seen, FileTime)>, StepError> {
        self.work.see(path, remembered).map_err(|error| self.on_file(error))
    }

    /// Takes the outputs from the store, if it has them.
    fn restore(&mut self, declared: Digest, inputs: &Inputs) -> Result<Option<Record>, StepError> {
        let Some(store) = self.work.store.as_ref().filter(|_| self.is_stored()) else { return Ok(None) };
        let mut discovered = BTreeMap::new();
        let mut is_here = |name: &str, digest: Digest| {
            let seen = self.work.look_at(self.step, name, None).ok().filter(|seen| seen.digest == digest);
            discovered.extend(seen.map(|seen| (name.to_owned(), seen)));
            seen.is_some()
        };
        let Some(entry) = store.find(declared, &mut is_here) else { return Ok(None) };
        discovered.retain(|name, _| entry.discovered.contains_key(name));
        match store.restore(&entry, &self.outputs).map_err(|error| self.on_file(error))? {
            Restored::Corrupt(output) => {
                let file = self.work.roots.shown(&self.work.roots.name(output.as_path()));
                self.reasons.push(DirtyReason::StoreCorrupt { file });
                Ok(None)
            }
            Restored::Whole => {
                let outputs = self.made()?;
                Ok(Some(self.record(inputs, discovered, outputs, entry.milliseconds)))
            }
        }
    }

    fn is_stored(&self) -> bool {
        self.step.keep == Keep::Stored && !self.outputs.is_empty()
    }

    /// Carries out the action and remembers what it made. If what it reads changed meanwhile, it is carried out once more. `record` is
    /// that of the last time.
    fn make(&mut self, mut inputs: Inputs, record: Option<Record>, job: &Job<'_>) -> Result<(), StepError> {
        // What the program itself writes of what it reads: touched each time.
        let (mut own, mut read) = record.map(|record| (record.touched, record.discovered)).unwrap_or_default();
        for is_last in [false, true] {
            let (began, began_at) = (Instant::now(), self.work.state.now().map_err(|error| self.on_file(error))?);
            self.act(job)?;
            let took = milliseconds(began.elapsed());
            let outputs = self.made()?;
            let mut after = self.read_inputs(Some(&inputs.files), Some(began_at))?;
            let (discovered, late) = self.discover(&after, began_at, job)?;
            let mut changed = reasons::changed(&inputs.files, &after.files);
            changed.extend(inputs.names.symmetric_difference(&after.names).cloned());
            let digest = |files: &BTreeMap<String, Seen>, name: &String| files.get(name).map(|seen| seen.digest);
            changed.extend(late.iter().filter(|name| digest(&read, name) != digest(&discovered, name)).cloned());
            after.touched.extend(late);
            if changed.is_empty() && after.touched.iter().all(|name| own.contains(name)) {
                let record = self.record(&after, discovered, outputs, took);
                return self.remember(&record);
            }
            changed.extend(after.touched.iter().cloned());
            self.tell_changes(&changed, is_last);
            own.clone_from(&after.touched);
            (inputs, read) = (after, discovered);
        }
        // What it made is there, but the next build carries it out again.
        self.work.state.forget(&self.step.id).map_err(|error| self.on_file(error))
    }

    /// Tells that files changed while the step ran, for the last time or not.
    fn tell_changes(&self, names: &[String], is_last: bool) {
        let files: BTreeSet<String> = names.iter().map(|name| self.work.roots.shown(name)).collect();
        let files = files.into_iter().collect();
        let notice = if is_last { Notice::Unsettled { files } } else { Notice::Again { files } };
        (self.emit)(BuildEvent::StepNoticed { step: self.step.id.clone(), notice });
    }

    /// The outputs as they are now, all of them.
    fn made(&self) -> Result<BTreeMap<String, Seen>, StepError> {
        let generated = match &self.step.action {
            Action::Generate(action) => generated(action),
            _ => Vec::new(),
        };
        let mut made = BTreeMap::new();
        for path in self.outputs.iter().chain(&generated) {
            let missing = || StepError::MissingOutput { step: self.step.id.clone(), path: path.clone() };
            let (seen, _) = self.see(path.as_path(), None)?.ok_or_else(missing)?;
            made.insert(self.work.roots.name(path.as_path()), seen);
        }
        Ok(made)
    }

    /// What the step turned out to read, and the names of the files of it that were touched since `began`.
    fn discover(
        &mut self,
        inputs: &Inputs,
        began: FileTime,
        job: &Job<'_>,
    ) -> Result<(BTreeMap<String, Seen>, Vec<String>), StepError> {
        let (outputs, roots) = (&self.outputs, &self.work.roots);
        let is_output = |path: &Path| outputs.iter().any(|output| output.as_path() == path);
        let is_declared = |path: &Path| is_output(path) || inputs.files.contains_key(&roots.name(path));
        self.work.discover(self.step, &is_declared, (began, job), &mut self.printed)
    }

    fn remember(&self, record: &Record) -> Result<(), StepError> {
        if let Some(store) = self.work.store.as_ref().filter(|_| self.is_stored()) {
            let digest =
                |path: &AbsPath| record.outputs.get(&self.work.roots.name(path.as_path())).map(|seen| seen.digest);
            let outputs: Vec<_> = self.outputs.iter().filter_map(|path| Some((path.clone(), digest(path)?))).collect();
            let all_files = outputs.iter().all(|(path, _)| path.as_path().is_file());
            if all_files {
                let kept = store.keep(record.declared, &record.discovered, &outputs, record.milliseconds);
                kept.map_err(|error| self.on_file(error))?;
            }
        }
        self.work.state.save(&self.step.id, record).map_err(|error| self.on_file(error))?;
        self.finish(record);
        Ok(())
    }

    fn record(
        &self,
        inputs: &Inputs,
        discovered: BTreeMap<String, Seen>,
        outputs: BTreeMap<String, Seen>,
        milliseconds: u64,
    ) -> Record {
        let declared = self.description.key(inputs);
        let Description { action, versions } = self.description.clone();
        let Inputs { files, names, values, touched } = inputs.clone();
        let format = Record::FORMAT;
        Record { format, declared, action, versions, values, files, touched, names, discovered, outputs, milliseconds }
    }

    /// Lets the steps that wait for this one know its key.
    fn finish(&self, record: &Record) {
        self.work.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(self.step.id.clone(), record.key());
    }

    fn read_inputs(
        &self,
        remembered: Option<&BTreeMap<String, Seen>>,
        since: Option<FileTime>,
    ) -> Result<Inputs, StepError> {
        let reader = Reader {
            roots: &self.work.roots,
            app: self.work.options.layout.app.as_path(),
            digests: &self.work.digests,
            remembered,
            since,
            key_of: &|id| self.work.key(id),
        };
        reader.read(self.step).map_err(|source: InputError| StepError::Input { step: self.step.id.clone(), source })
    }

    fn on_file(&self, source: io::Error) -> StepError {
        StepError::File { step: self.step.id.clone(), source }
    }
}
