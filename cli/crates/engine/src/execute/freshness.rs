//! Checks whether a step is up to date by comparing its record with the current state. Writes nothing.

use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, PoisonError},
};

use conjoin_plan::{Layout, Plan, Step, StepId};

use super::{files::Files, reasons};
use crate::{
    DirtyReason, StepError,
    digest::{Digest, Digests, FileRecord},
    fingerprint::Fingerprint,
    inputs::{Inputs, Reader},
    names::Roots,
    outputs::outputs_of,
    stamp::FileTime,
    state::{Record, State},
};

/// Compares the steps of a plan with their records.
pub(super) struct Freshness<'a> {
    pub(super) plan: &'a Plan,
    pub(super) layout: &'a Layout,
    /// The performer's version, which is part of keys.
    pub(super) performer: String,
    pub(super) roots: Roots,
    pub(super) digests: Digests,
    pub(super) state: State,
    /// Whether tools are missing, so that what lies beside them may be, too.
    pub(super) assumes: bool,
    /// The keys of the steps that succeeded.
    pub(super) keys: Mutex<BTreeMap<StepId, Digest>>,
}

/// The result of comparing a step with its record.
pub(super) struct Checked {
    /// Its record, if there is one.
    pub(super) record: Option<Record>,
    /// Its current inputs.
    pub(super) inputs: Inputs,
    pub(super) fingerprint: Fingerprint,
    /// If the step is up to date, the record with current stamps. Otherwise the reasons why it is not.
    pub(super) fresh: Result<Record, Vec<DirtyReason>>,
}

impl Freshness<'_> {
    /// Compares `step` with its record.
    pub(super) fn check(&self, step: &Step) -> Result<Checked, StepError> {
        let record = self.state.load(&step.id);
        let seen = |name: &str| record.as_ref().and_then(|record| record.seen(name));
        let inputs = self.read(step, &seen, None)?;
        let fingerprint = self.fingerprint(step, &inputs);
        let fresh = match &record {
            Some(record) => self.compare(step, record, &inputs, &fingerprint).map_err(|error| on_file(step, error))?,
            None => Err(vec![DirtyReason::FirstTime]),
        };
        Ok(Checked { record, inputs, fingerprint, fresh })
    }

    fn compare(
        &self,
        step: &Step,
        record: &Record,
        inputs: &Inputs,
        fingerprint: &Fingerprint,
    ) -> io::Result<Result<Record, Vec<DirtyReason>>> {
        let files = self.files();
        let mut reasons = Vec::new();
        if record.fingerprint != *fingerprint {
            reasons = reasons::differences(&record.fingerprint, fingerprint, &self.roots);
        }
        let discovered = files.refresh(step, &record.discovered)?;
        reasons.extend(reasons::discovered(&record.discovered, &discovered, &self.roots));
        let outputs = files.outputs(&record.outputs)?;
        for (name, seen) in &record.outputs {
            let file = || self.roots.shown(name);
            match outputs.get(name) {
                None => reasons.push(DirtyReason::OutputMissing { file: file() }),
                Some(now) if now.digest != seen.digest => reasons.push(DirtyReason::OutputChanged { file: file() }),
                Some(_) => {}
            }
        }
        if record.outputs.is_empty() {
            reasons.push(DirtyReason::Always);
        }
        if reasons.is_empty() && record.fingerprint != *fingerprint {
            reasons.push(DirtyReason::FirstTime);
        }
        reasons::keep_causes(step, self.plan, self.layout, &mut reasons);
        if reasons.is_empty() {
            let mut now = record.clone().stamped(&inputs.files);
            (now.discovered, now.outputs) = (discovered, outputs);
            return Ok(Ok(now));
        }
        Ok(Err(reasons))
    }

    /// Reads the inputs of `step`, and the names of the files that were touched after `since`. `remembered` gives the
    /// earlier record of a file.
    pub(super) fn read(
        &self,
        step: &Step,
        remembered: &dyn Fn(&str) -> Option<FileRecord>,
        since: Option<FileTime>,
    ) -> Result<Inputs, StepError> {
        let reader = Reader {
            roots: &self.roots,
            app: self.layout.app.as_path(),
            digests: &self.digests,
            remembered,
            since,
            key_of: &|id| self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied(),
        };
        reader.read(step).map_err(|source| StepError::Input { step: step.id.clone(), source })
    }

    pub(super) fn fingerprint(&self, step: &Step, inputs: &Inputs) -> Fingerprint {
        Fingerprint::of(step, &outputs_of(step), inputs, &self.roots, &self.performer)
    }

    pub(super) fn files(&self) -> Files<'_> {
        Files { app: &self.layout.app, roots: &self.roots, digests: &self.digests, assumes: self.assumes }
    }

    /// Makes the key of this step known to steps that come after it.
    pub(super) fn note_key(&self, step: &Step, record: &Record) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(step.id.clone(), record.key());
    }
}

/// The error that a step could not use one of its files.
pub(super) fn on_file(step: &Step, source: io::Error) -> StepError {
    StepError::File { step: step.id.clone(), source }
}
