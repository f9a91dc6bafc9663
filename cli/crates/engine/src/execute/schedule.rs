//! Handing steps to threads as soon as those that they depend on have succeeded, those with the longest way to the end first.
//!
//! Only the calling thread decides and tells; workers carry out and send.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeSet, VecDeque},
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    thread,
    time::Duration,
};

use conjoin_plan::{Action, Plan, Step};

use super::{
    durations::milliseconds,
    heartbeat::Heartbeat,
    options::OnFailure,
    step::{StepResult, Work},
};
use crate::{BuildEvent, EventSink, FailedStep, StepOutcome, StepReport};

/// What workers send.
enum Message {
    Event(BuildEvent),
    Progress(Progress),
}

/// How far a worker has come with what it was given.
struct Progress {
    /// What is done.
    done: Vec<(usize, StepResult)>,
    /// What it gives back, because it is busy with another one.
    back: Vec<usize>,
    /// Whether it has nothing left to do.
    idle: bool,
}

/// How many messages may wait to be told: a program that floods its output waits for the terminal.
const MESSAGES: usize = 256;

/// How many steps a worker is given at most. To look at a step that is up to date takes less time than to hand it over.
const BATCH: usize = 16;

/// Carries out all steps; gives the outcome of each in the plan's order, and the failures.
pub(super) fn schedule(work: &Work<'_>, sink: &mut dyn EventSink) -> (Vec<StepReport>, Vec<FailedStep>) {
    let count = work.freshness.plan.steps().len();
    let workers = work.options.jobs.get().min(count);
    let sink = &mut Heartbeat::new(sink, work.options.limits.lasting);
    thread::scope(|scope| {
        let (jobs, waiting_jobs) = mpsc::channel();
        let waiting_jobs = std::sync::Arc::new(Mutex::new(waiting_jobs));
        let (sender, messages) = mpsc::sync_channel(MESSAGES);
        for _ in 0..workers {
            let (waiting_jobs, sender) = (std::sync::Arc::clone(&waiting_jobs), sender.clone());
            scope.spawn(move || labour(work, &waiting_jobs, &sender));
        }
        let mut board = Board::new(work, jobs, workers);
        board.dispatch(sink);
        while board.running > 0 {
            let message = match sink.left() {
                Some(left) => messages.recv_timeout(left),
                None => messages.recv().map_err(|mpsc::RecvError| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Event(event)) => sink.event(event),
                Ok(Message::Progress(progress)) => {
                    board.advance(progress, sink);
                    board.dispatch(sink);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            sink.tell();
        }
        board.close(sink)
    })
}

/// A worker: carries out what it is given until there is no more.
fn labour(work: &Work<'_>, jobs: &Mutex<Receiver<Vec<usize>>>, sender: &SyncSender<Message>) {
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
    // Nobody listens any more only when the calling thread panicked.
    let send = |message| drop(sender.send(message));
    while let Ok(steps) = next() {
        let rest = RefCell::new(VecDeque::from(steps));
        let done = RefCell::new(Vec::new());
        let next = || rest.borrow_mut().pop_front();
        while let Some(index) = next() {
            let emit = |event| {
                // From here on it takes time.
                if matches!(event, BuildEvent::StepStarted { .. } | BuildEvent::Waiting { .. }) {
                    let (done, back) = (done.take(), rest.take().into());
                    send(Message::Progress(Progress { done, back, idle: false }));
                }
                send(Message::Event(event));
            };
            let step = &work.freshness.plan.steps()[index];
            // Were the panic to end this thread, the others would wait for its outcome for ever.
            let outcome = catch_unwind(AssertUnwindSafe(|| work.carry_out(step, &emit)));
            let outcome = outcome.unwrap_or_else(|panic| StepResult::of_panic(step, panic.as_ref()));
            done.borrow_mut().push((index, outcome));
        }
        send(Message::Progress(Progress { done: done.take(), back: Vec::new(), idle: true }));
    }
}

/// The megabytes that a step takes.
fn memory(step: &Step) -> u64 {
    match &step.action {
        Action::Run(invocation) => invocation.memory,
        _ => 0,
    }
}

/// Where each step stands.
struct Board<'a> {
    work: &'a Work<'a>,
    plan: &'a Plan,
    jobs: Sender<Vec<usize>>,
    workers: usize,
    /// How many workers have something to do.
    running: usize,
    /// The megabytes that what is running takes.
    memory: u64,
    /// How many steps each one still waits for.
    missing: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    /// How far it is from each step to the end.
    ways: Vec<u64>,
    ready: BTreeSet<(Reverse<u64>, usize)>,
    reports: Vec<Option<StepReport>>,
    failed: Vec<(usize, FailedStep)>,
}

impl<'a> Board<'a> {
    fn new(work: &'a Work<'a>, jobs: Sender<Vec<usize>>, workers: usize) -> Self {
        let plan = work.freshness.plan;
        let count = plan.steps().len();
        let missing: Vec<usize> = (0..count).map(|index| plan.dependencies(index).len()).collect();
        let mut dependents = vec![Vec::new(); count];
        for index in 0..count {
            for dependency in plan.dependencies(index) {
                dependents[*dependency].push(index);
            }
        }
        let ways = work.durations.critical_paths(plan);
        let ready =
            (0..count).filter(|index| missing[*index] == 0).map(|index| (Reverse(ways[index]), index)).collect();
        let reports = (0..count).map(|_| None).collect();
        Self {
            work,
            plan,
            jobs,
            workers,
            running: 0,
            memory: 0,
            missing,
            dependents,
            ways,
            ready,
            reports,
            failed: Vec::new(),
        }
    }

    /// Gives work to workers that have none; what is not needed for that is lent to programs.
    fn dispatch(&mut self, sink: &mut dyn EventSink) {
        self.hand_out(sink);
        self.work.jobs.lend(self.running);
    }

    /// Gives work to workers that have none, the more of it the more there is.
    fn hand_out(&mut self, sink: &mut dyn EventSink) {
        if self.work.options.cancel.is_cancelled() {
            self.leave(StepOutcome::Cancelled, sink);
            return;
        }
        if !self.failed.is_empty() && self.work.options.on_failure == OnFailure::Stop {
            self.leave(StepOutcome::Skipped, sink);
            return;
        }
        while self.running < self.workers {
            let batch = (self.ready.len() / self.workers / 2).clamp(1, BATCH);
            let steps: Vec<usize> = iter::from_fn(|| self.next()).take(batch).collect();
            if steps.is_empty() || self.jobs.send(steps).is_err() {
                return;
            }
            self.running += 1;
        }
    }

    /// The first step that is ready and for which there is memory; any, if nothing runs.
    fn next(&mut self) -> Option<usize> {
        let left = self.work.options.memory.map(|all| all.saturating_sub(self.memory));
        let fits = |index: usize| self.memory == 0 || left.is_none_or(|left| memory(&self.plan.steps()[index]) <= left);
        let next = *self.ready.iter().find(|(_, index)| fits(*index))?;
        self.ready.remove(&next);
        self.memory += memory(&self.plan.steps()[next.1]);
        Some(next.1)
    }

    /// Takes note of what a worker says.
    fn advance(&mut self, progress: Progress, sink: &mut dyn EventSink) {
        for index in progress.back {
            self.memory -= memory(&self.plan.steps()[index]);
            self.ready.insert((Reverse(self.ways[index]), index));
        }
        for (index, done) in progress.done {
            self.finish(index, done, sink);
        }
        if progress.idle {
            self.running -= 1;
        }
    }

    /// Gives up all that is not begun.
    fn leave(&mut self, outcome: StepOutcome, sink: &mut dyn EventSink) {
        while let Some((_, index)) = self.ready.pop_first() {
            self.settle(index, outcome, sink);
            self.drop_dependents(index, outcome, sink);
        }
    }

    fn finish(&mut self, index: usize, done: StepResult, sink: &mut dyn EventSink) {
        self.memory -= memory(&self.plan.steps()[index]);
        let outcome = done.outcome;
        if let Some(failure) = done.failure {
            self.failed.push((index, failure));
        }
        self.report(
            index,
            StepReport {
                reasons: done.reasons,
                begun: done.begun,
                duration: done.duration,
                ..self.blank(index, outcome)
            },
            sink,
        );
        match outcome {
            StepOutcome::Fresh | StepOutcome::Restored | StepOutcome::Built => {
                for dependent in self.dependents[index].clone() {
                    self.missing[dependent] -= 1;
                    if self.missing[dependent] == 0 && self.reports[dependent].is_none() {
                        self.ready.insert((Reverse(self.ways[dependent]), dependent));
                    }
                }
            }
            StepOutcome::Failed | StepOutcome::Skipped => self.drop_dependents(index, StepOutcome::Skipped, sink),
            StepOutcome::Cancelled => self.drop_dependents(index, StepOutcome::Cancelled, sink),
        }
    }

    /// Everything that needs the step at `index` has the outcome `outcome`.
    fn drop_dependents(&mut self, index: usize, outcome: StepOutcome, sink: &mut dyn EventSink) {
        let mut pending = self.dependents[index].clone();
        while let Some(dependent) = pending.pop() {
            if self.reports[dependent].is_none() {
                self.settle(dependent, outcome, sink);
                pending.extend(&self.dependents[dependent]);
            }
        }
    }

    fn settle(&mut self, index: usize, outcome: StepOutcome, sink: &mut dyn EventSink) {
        self.report(index, self.blank(index, outcome), sink);
    }

    fn blank(&self, index: usize, outcome: StepOutcome) -> StepReport {
        let step = &self.plan.steps()[index];
        let (id, subject) = (step.id.clone(), step.subject.clone());
        let (begun, duration) = (Duration::ZERO, Duration::ZERO);
        StepReport { step: id, subject, outcome, reasons: Vec::new(), begun, duration }
    }

    fn report(&mut self, index: usize, report: StepReport, sink: &mut dyn EventSink) {
        sink.event(BuildEvent::StepFinished {
            step: report.step.clone(),
            outcome: report.outcome,
            reasons: report.reasons.clone(),
            milliseconds: milliseconds(report.duration),
        });
        self.reports[index] = Some(report);
    }

    /// The reports, with those that were never begun.
    fn close(mut self, sink: &mut dyn EventSink) -> (Vec<StepReport>, Vec<FailedStep>) {
        let cancelled = self.work.options.cancel.is_cancelled();
        for index in 0..self.reports.len() {
            if self.reports[index].is_none() {
                self.settle(index, if cancelled { StepOutcome::Cancelled } else { StepOutcome::Skipped }, sink);
            }
        }
        self.failed.sort_by_key(|(index, _)| *index);
        (self.reports.into_iter().flatten().collect(), self.failed.into_iter().map(|(_, failure)| failure).collect())
    }
}
