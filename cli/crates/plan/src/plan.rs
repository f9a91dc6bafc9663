//! All steps of a build, in dependency order.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::list;

use crate::{AbsPath, Input, Step, StepId};

/// Steps in an order in which each comes after those it depends on.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    steps: Vec<Step>,
    dependencies: Vec<Vec<usize>>,
}

/// Why steps do not form a plan. This is a bug in a toolchain, not an error of the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two steps have the same name.
    #[error("two steps are called `{0}`")]
    SameId(String),
    /// Two steps write the same file.
    #[error("the steps `{0}` and `{1}` both write `{2}`")]
    SameOutput(String, String, AbsPath),
    /// A step depends on one that is not in the plan.
    #[error("the step `{0}` waits for `{1}`, which is not there")]
    NoSuchStep(String, String),
    /// Steps depend on one another's outputs.
    #[error("the steps {0} need one another's outputs")]
    Cycle(String),
}

impl Plan {
    /// Orders `steps` by their inputs and outputs.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if two steps have the same name or output, if a step depends on a missing one, or if there is a
    /// cycle.
    pub fn new(steps: Vec<Step>) -> Result<Self, PlanError> {
        let mut ids: BTreeMap<&StepId, usize> = BTreeMap::new();
        let mut writers: BTreeMap<&AbsPath, usize> = BTreeMap::new();
        for (index, step) in steps.iter().enumerate() {
            if ids.insert(&step.id, index).is_some() {
                return Err(PlanError::SameId(step.id.0.clone()));
            }
            for output in &step.outputs {
                if let Some(other) = writers.insert(output, index) {
                    return Err(PlanError::SameOutput(steps[other].id.0.clone(), step.id.0.clone(), output.clone()));
                }
            }
        }
        for step in &steps {
            for input in &step.inputs {
                if let Input::Step(other) = input
                    && !ids.contains_key(other)
                {
                    return Err(PlanError::NoSuchStep(step.id.0.clone(), other.0.clone()));
                }
            }
        }
        let reads: Vec<BTreeSet<usize>> = steps
            .iter()
            .map(|step| {
                let files = step.inputs.iter().filter_map(|input| match input {
                    Input::File(path) | Input::OptionalFile(path) => writers.get(path).copied(),
                    Input::Step(other) => ids.get(other).copied(),
                    Input::Tree { .. }
                    | Input::Names { .. }
                    | Input::Above { .. }
                    | Input::Globs { .. }
                    | Input::Value { .. } => None,
                });
                files.collect()
            })
            .collect();
        let order =
            order(&reads).map_err(|stuck| PlanError::Cycle(list(stuck.into_iter().map(|index| &steps[index].id))))?;
        let mut position = vec![0; steps.len()];
        for (place, index) in order.iter().enumerate() {
            position[*index] = place;
        }
        let dependencies =
            order.iter().map(|index| reads[*index].iter().map(|read| position[*read]).collect()).collect();
        let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
        let steps = order.into_iter().filter_map(|index| steps[index].take()).collect();
        Ok(Self { steps, dependencies })
    }

    /// The steps, each after those it depends on.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The indices in [`Plan::steps`] of the steps that the one at `index` depends on.
    pub fn dependencies(&self, index: usize) -> &[usize] {
        &self.dependencies[index]
    }
}

/// Orders indices so that each comes after those it reads, keeping the given order where possible. If there is a cycle,
/// gives the indices that cannot be ordered.
fn order(reads: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut order = Vec::with_capacity(reads.len());
    let mut done = vec![false; reads.len()];
    while order.len() < reads.len() {
        let before = order.len();
        for index in 0..reads.len() {
            if !done[index] && reads[index].iter().all(|read| done[*read]) {
                done[index] = true;
                order.push(index);
            }
        }
        if order.len() == before {
            return Err((0..reads.len()).filter(|index| !done[*index]).collect());
        }
    }
    Ok(order)
}
