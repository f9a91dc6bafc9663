//! Workers that carry out steps, and the calling thread, which alone tells what they do.

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

/// How many messages may wait to be told: a program that floods its output waits for the terminal.
const MESSAGES: usize = 256;

/// How many steps that are up to date are told at once at most: to wake the calling thread takes longer than to look at one.
const BATCH: usize = 64;

/// Carries out all steps.
pub(super) fn schedule(work: &Work<'_>, sink: &mut dyn EventSink) -> Outcomes {
    let queue = ReadyQueue::new(work);
    let workers = work.options.jobs.get().min(work.freshness.plan.steps().len());
    let mut sink = Heartbeat::new(sink, work.options.limits.lasting);
    thread::scope(|scope| {
        let (sender, messages) = mpsc::sync_channel(MESSAGES);
        let outbox = Arc::new(Outbox { waiting: Mutex::default(), sender });
        for _ in 0..workers {
            let (queue, outbox) = (&queue, Arc::clone(&outbox));
            scope.spawn(move || run_worker(work, queue, &outbox));
        }
        // The channel ends with the last worker.
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

/// Carries out steps until there is none left to begin.
fn run_worker(work: &Work<'_>, queue: &ReadyQueue<'_>, outbox: &Outbox) {
    let emit = |event| outbox.push(event);
    let idle = |running| {
        // What no step needs is lent to programs that run several jobs.
        work.jobs.lend(running);
        outbox.flush();
    };
    while let Some(index) = queue.take(&idle) {
        let step = &work.freshness.plan.steps()[index];
        // Were the panic to end this thread, the others would wait for its outcome for ever.
        let result = catch_unwind(AssertUnwindSafe(|| work.carry_out(step, &emit)));
        let result = result.unwrap_or_else(|panic| StepResult::of_panic(step, panic.as_ref()));
        queue.finish(index, result, &emit);
    }
    outbox.flush();
}

/// Events on their way to the calling thread, in the order in which they happened.
struct Outbox {
    waiting: Mutex<Vec<BuildEvent>>,
    sender: SyncSender<Vec<BuildEvent>>,
}

impl Outbox {
    /// Sends `event`; one about a step that is up to date may wait for others.
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
            // Nobody listens any more only when the calling thread panicked.
            drop(self.sender.send(mem::take(waiting)));
        }
    }
}
