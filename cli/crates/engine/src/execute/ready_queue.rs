//! Chooses the next step: one whose dependencies succeeded, with the longest critical path, if there is memory for it.

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use conjoin_plan::{Action, Plan, Step};

use super::{
    durations::milliseconds,
    options::{ExecuteOptions, OnFailure},
    step::{StepResult, Work},
};
use crate::{BuildEvent, FailedStep, StepOutcome, StepReport};

/// The steps of a plan and their outcomes, shared by all workers.
pub(super) struct ReadyQueue<'a> {
    plan: &'a Plan,
    options: &'a ExecuteOptions<'a>,
    /// The length of the critical path from each step to the end, in milliseconds.
    critical_paths: Vec<u64>,
    dependents: Vec<Vec<usize>>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    ready: BTreeSet<(Reverse<u64>, usize)>,
    /// For each step, the number of dependencies that have not succeeded yet.
    missing: Vec<usize>,
    /// The number of steps that are being checked or run, and the memory they use, in megabytes.
    running: usize,
    memory: u64,
    reports: Vec<Option<StepReport>>,
    failed: Vec<(usize, FailedStep)>,
}

/// The outcomes of all steps.
pub(super) struct Outcomes {
    /// One report per step, in the plan's order.
    pub(super) reports: Vec<StepReport>,
    pub(super) failed: Vec<FailedStep>,
}

impl<'a> ReadyQueue<'a> {
    pub(super) fn new(work: &Work<'a>) -> Self {
        let plan = work.freshness.plan;
        let count = plan.steps().len();
        let missing: Vec<usize> = (0..count).map(|index| plan.dependencies(index).len()).collect();
        let mut dependents = vec![Vec::new(); count];
        for index in 0..count {
            for dependency in plan.dependencies(index) {
                dependents[*dependency].push(index);
            }
        }
        let critical_paths = work.durations.critical_paths(plan);
        let ready = (0..count).filter(|index| missing[*index] == 0);
        let ready = ready.map(|index| (Reverse(critical_paths[index]), index)).collect();
        let reports = (0..count).map(|_| None).collect();
        let state = State { ready, missing, running: 0, memory: 0, reports, failed: Vec::new() };
        Self {
            plan,
            options: work.options,
            critical_paths,
            dependents,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Waits for the next step for a worker. Gives `None` if there is nothing left to start. Calls `idle` with the
    /// number of running steps if no other step could start at the moment.
    pub(super) fn take(&self, idle: &dyn Fn(usize)) -> Option<usize> {
        let mut state = self.state();
        loop {
            let stops = !state.failed.is_empty() && self.options.on_failure == OnFailure::Stop;
            if self.options.cancel.is_cancelled() || stops {
                return None;
            }
            if let Some(index) = self.next(&mut state) {
                if state.ready.is_empty() {
                    idle(state.running);
                }
                return Some(index);
            }
            if state.running == 0 {
                return None;
            }
            idle(state.running);
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The first ready step for which there is memory. If nothing is running, memory does not matter.
    fn next(&self, state: &mut State) -> Option<usize> {
        let left = self.options.memory.map(|all| all.saturating_sub(state.memory));
        let fits =
            |index: usize| state.memory == 0 || left.is_none_or(|left| memory(&self.plan.steps()[index]) <= left);
        let next = *state.ready.iter().find(|(_, index)| fits(*index))?;
        state.ready.remove(&next);
        state.memory += memory(&self.plan.steps()[next.1]);
        state.running += 1;
        Some(next.1)
    }

    /// Stores the outcome of the step at `index` and its consequences for steps that depend on it.
    pub(super) fn finish(&self, index: usize, result: StepResult, emit: &dyn Fn(BuildEvent)) {
        let StepResult { outcome, reasons, begun, duration, failure } = result;
        let report = StepReport { reasons, begun, duration, ..self.report(index, outcome) };
        // Sent before another worker can start a step that depends on it.
        emit(finished(&report));
        let mut state = self.state();
        state.reports[index] = Some(report);
        state.running -= 1;
        state.memory -= memory(&self.plan.steps()[index]);
        state.failed.extend(failure.map(|failure| (index, failure)));
        let mut dropped = Vec::new();
        match outcome {
            StepOutcome::Fresh | StepOutcome::Restored | StepOutcome::Built => {
                for dependent in self.dependents[index].iter().copied() {
                    state.missing[dependent] -= 1;
                    if state.missing[dependent] == 0 && state.reports[dependent].is_none() {
                        state.ready.insert((Reverse(self.critical_paths[dependent]), dependent));
                    }
                }
            }
            StepOutcome::Failed | StepOutcome::Skipped => {
                dropped = self.drop_dependents(&mut state, index, StepOutcome::Skipped);
            }
            StepOutcome::Cancelled => dropped = self.drop_dependents(&mut state, index, StepOutcome::Cancelled),
        }
        drop(state);
        self.changed.notify_all();
        dropped.into_iter().for_each(emit);
    }

    /// Gives `outcome` to everything that depends on the step at `index`.
    fn drop_dependents(&self, state: &mut State, index: usize, outcome: StepOutcome) -> Vec<BuildEvent> {
        let mut pending = self.dependents[index].clone();
        let mut events = Vec::new();
        while let Some(dependent) = pending.pop() {
            if state.reports[dependent].is_none() {
                let report = self.report(dependent, outcome);
                events.push(finished(&report));
                state.reports[dependent] = Some(report);
                pending.extend(&self.dependents[dependent]);
            }
        }
        events
    }

    /// Gives the outcomes of all steps after all workers have ended. Sends events for steps that never started.
    pub(super) fn close(self, emit: &mut dyn FnMut(BuildEvent)) -> Outcomes {
        let left = if self.options.cancel.is_cancelled() { StepOutcome::Cancelled } else { StepOutcome::Skipped };
        let mut state = self.state();
        for index in 0..state.reports.len() {
            if state.reports[index].is_none() {
                let report = self.report(index, left);
                emit(finished(&report));
                state.reports[index] = Some(report);
            }
        }
        let State { reports, failed, .. } = &mut *state;
        failed.sort_by_key(|(index, _)| *index);
        Outcomes {
            reports: reports.drain(..).flatten().collect(),
            failed: failed.drain(..).map(|(_, failure)| failure).collect(),
        }
    }

    fn report(&self, index: usize, outcome: StepOutcome) -> StepReport {
        let step = &self.plan.steps()[index];
        let (id, subject) = (step.id.clone(), step.subject.clone());
        let (begun, duration) = (Duration::ZERO, Duration::ZERO);
        StepReport { step: id, subject, outcome, reasons: Vec::new(), begun, duration }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn finished(report: &StepReport) -> BuildEvent {
    BuildEvent::StepFinished {
        step: report.step.clone(),
        outcome: report.outcome,
        reasons: report.reasons.clone(),
        milliseconds: milliseconds(report.duration),
    }
}

/// The memory that a step uses, in megabytes.
fn memory(step: &Step) -> u64 {
    match &step.action {
        Action::Run(invocation) => invocation.memory,
        _ => 0,
    }
}
