//! Having a step to oneself while it is carried out.
//!
//! Processes share the folder, not the steps: each step has a lock, which is taken only when something is to be done, so a build
//! with nothing to do takes none. What the programs of other steps made is read under a lock as well, shared with other readers,
//! because programs do not write their files whole. Steps wait only for steps that they depend on, so nobody waits in a circle.

use conjoin_plan::{AbsPath, Action, Step, StepId};

use super::step::{ATTEMPTS, Work};
use crate::{
    BuildEvent, StepError, StepOutcome,
    digest::Digest,
    lock::{Lock, LockError, Sharing, lock_as},
    orphans::adopt,
    process::RunError,
    state::file_name,
};

/// The right to carry out a step, until it is dropped.
pub(super) struct Claim {
    /// What the step's programs hold as well.
    pub(super) children: Option<Lock>,
    _step: Lock,
    _programs: Vec<Lock>,
}

impl Work<'_> {
    /// Waits until no other process is at `step` nor at the programs whose results it reads, and ends what killed ones left running.
    pub(super) fn claim(&self, step: &Step, emit: &dyn Fn(BuildEvent)) -> Result<Claim, StepError> {
        let own = self.lock(Sharing::Alone, step, emit)?;
        let runs = matches!(step.action, Action::Run(_));
        let children = runs.then(|| self.adopt(step, emit)).transpose()?;
        let programs = self.hold_programs(step, emit)?;
        Ok(Claim { children, _step: own, _programs: programs })
    }

    /// Holds what the programs that come before `step` made as this process knows it: another one may have made it anew from files
    /// that were edited since, and then these steps are looked at again.
    fn hold_programs(&self, step: &Step, emit: &dyn Fn(BuildEvent)) -> Result<Vec<Lock>, StepError> {
        let programs = self.programs_before(step);
        for _ in 0..ATTEMPTS {
            let locks: Vec<Lock> =
                programs.iter().map(|before| self.lock(Sharing::Shared, before, emit)).collect::<Result<_, _>>()?;
            let overtaken: Vec<&&Step> =
                programs.iter().filter(|before| self.recorded_key(&before.id) != self.key(&before.id)).collect();
            if overtaken.is_empty() {
                return Ok(locks);
            }
            drop(locks);
            for before in overtaken {
                let done = self.carry_out(before, &|_| ());
                match (done.failure, done.outcome) {
                    (Some(failure), _) => return Err(failure.error),
                    (None, StepOutcome::Cancelled) => return Err(StepError::Run(RunError::Cancelled)),
                    (None, _) => {}
                }
            }
        }
        Err(StepError::Overtaken { step: step.id.clone() })
    }

    /// The steps that run programs on whose results `step` depends.
    fn programs_before(&self, step: &Step) -> Vec<&Step> {
        let steps = self.plan.steps();
        let Some(index) = steps.iter().position(|other| other.id == step.id) else { return Vec::new() };
        let before = self.plan.dependencies(index).iter().map(|before| &steps[*before]);
        before.filter(|before| matches!(before.action, Action::Run(_))).collect()
    }

    fn recorded_key(&self, id: &StepId) -> Option<Digest> {
        self.state.load(id).map(|record| record.key())
    }

    fn lock(&self, sharing: Sharing, step: &Step, emit: &dyn Fn(BuildEvent)) -> Result<Lock, StepError> {
        let path = self.lock_of(step, "lock");
        lock_as(sharing, &path, self.options.cancel, &mut waiting(step, &path, emit))
            .map_err(|error| refused(step, error))
    }

    fn adopt(&self, step: &Step, emit: &dyn Fn(BuildEvent)) -> Result<Lock, StepError> {
        let path = self.lock_of(step, "children");
        adopt(&path, self.options.cancel, &mut waiting(step, &path, emit)).map_err(|error| refused(step, error))
    }

    fn lock_of(&self, step: &Step, what: &str) -> AbsPath {
        self.locks.join(format!("{}.{what}", file_name(&step.id)))
    }
}

fn waiting<'a>(step: &'a Step, path: &'a AbsPath, emit: &'a dyn Fn(BuildEvent)) -> impl FnMut(Option<u32>) + 'a {
    |holder| emit(BuildEvent::Waiting { step: Some(step.id.clone()), lock: path.clone(), holder })
}

fn refused(step: &Step, error: LockError) -> StepError {
    match error {
        LockError::Cancelled => StepError::Run(RunError::Cancelled),
        LockError::Unusable { source, .. } => StepError::File { step: step.id.clone(), source },
    }
}
