//! Runs workers that execute steps. Only the calling thread reports what they do.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, SyncSender},
    },
    thread,
};

use super::{
    heartbeat::Heartbeat,
    ready_queue::{Outcomes, ReadyQueue},
    step::{StepResult, Work},
};
use crate::{BuildEvent, EventSink, StepOutcome};

/// How many messages may wait to be reported. A program that prints more waits for the terminal.
const MESSAGES: usize = 256;

/// The largest number of up-to-date steps to report at once. Waking the calling thread takes longer than checking a
/// step.
const BATCH: usize = 64;

/// Executes all steps. Gives their outcomes.
pub(super) fn schedule(work: &Work<'_>, sink: &mut dyn EventSink) -> Outcomes {
    let queue = ReadyQueue::new(work);
    let workers = work.options.jobs.get().min(work.freshness.plan.steps().len());
    let mut sink = Heartbeat::new(sink, work.options.limits.heartbeat);
    thread::scope(|scope| {
        let (sender, messages) = mpsc::sync_channel(MESSAGES);
        let outbox = Arc::new(Outbox { waiting: Mutex::default(), sender });
        for _ in 0..workers {
            let (queue, outbox) = (&queue, Arc::clone(&outbox));
            scope.spawn(move || run_worker(work, queue, &outbox));
        }
        // The channel closes when the last worker ends.
        drop(outbox);
        loop {
            let message = match sink.left() {
                Some(left) => messages.recv_timeout(left),
                None => messages.recv().map_err(|mpsc::RecvError| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(events) => events.into_iter().for_each(|event| sink.event(event)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            sink.report();
        }
    });
    queue.close(&mut |event| sink.event(event))
}

/// Executes steps until none is left to start.
fn run_worker(work: &Work<'_>, queue: &ReadyQueue<'_>, outbox: &Outbox) {
    let emit = |event| outbox.push(event);
    let idle = |running| {
        // Jobs that no step needs are lent to programs that can run several.
        work.jobs.lend(running);
        outbox.flush();
    };
    while let Some(index) = queue.take(&idle) {
        let step = &work.freshness.plan.steps()[index];
        // If a panic ended this thread, the other workers would wait for the outcome for ever.
        let result = catch_unwind(AssertUnwindSafe(|| work.carry_out(step, &emit)));
        let result = result.unwrap_or_else(|panic| StepResult::of_panic(step, panic.as_ref()));
        queue.finish(index, result, &emit);
    }
    outbox.flush();
}

/// Sends events to the calling thread, in order.
struct Outbox {
    waiting: Mutex<Vec<BuildEvent>>,
    sender: SyncSender<Vec<BuildEvent>>,
}

impl Outbox {
    /// Sends `event`. Events about up-to-date steps may be delayed and sent together.
    fn push(&self, event: BuildEvent) {
        let can_wait = matches!(event, BuildEvent::StepFinished { outcome: StepOutcome::Fresh, .. });
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(event);
        if !can_wait || waiting.len() >= BATCH {
            self.send(&mut waiting);
        }
    }

    fn flush(&self) {
        self.send(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn send(&self, waiting: &mut Vec<BuildEvent>) {
        if !waiting.is_empty() {
            // This fails only if the calling thread panicked.
            drop(self.sender.send(mem::take(waiting)));
        }
    }
}
