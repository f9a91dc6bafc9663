//! Reports that long steps are still running.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use conjoin_plan::StepId;

use crate::{BuildEvent, EventSink, Notice};

/// Forwards events, and adds a notice when a step takes long: first after a given time, then after twice as long each
/// time.
pub(super) struct Heartbeat<'a> {
    sink: &'a mut dyn EventSink,
    first: Duration,
    running: BTreeMap<StepId, RunningStep>,
}

/// A step that is running.
struct RunningStep {
    since: Instant,
    /// When the next notice is due, from the step's start.
    next: Duration,
    /// How long after that the following notice is due.
    pause: Duration,
    /// Whether there was a notice that its program prints nothing. Such notices repeat, so this one is not sent.
    silent: bool,
}

impl<'a> Heartbeat<'a> {
    pub(super) fn new(sink: &'a mut dyn EventSink, first: Duration) -> Self {
        Self { sink, first, running: BTreeMap::new() }
    }

    /// The time until the next notice; `None` if there is none.
    pub(super) fn left(&self) -> Option<Duration> {
        self.running.values().map(|running| running.next.saturating_sub(running.since.elapsed())).min()
    }

    /// Sends the notices that are due.
    pub(super) fn report(&mut self) {
        for (step, running) in &mut self.running {
            if running.since.elapsed() < running.next {
                continue;
            }
            if !running.silent {
                let notice = Notice::Running { seconds: running.next.as_secs() };
                self.sink.event(BuildEvent::StepNoticed { step: step.clone(), notice });
            }
            running.pause *= 2;
            running.next += running.pause;
        }
    }
}

impl EventSink for Heartbeat<'_> {
    fn event(&mut self, event: BuildEvent) {
        match &event {
            BuildEvent::StepStarted { step, .. } => {
                let running = RunningStep { since: Instant::now(), next: self.first, pause: self.first, silent: false };
                self.running.insert(step.clone(), running);
            }
            BuildEvent::StepOutput { step, .. } => {
                self.running.entry(step.clone()).and_modify(|running| running.silent = false);
            }
            BuildEvent::StepNoticed { step, notice: Notice::Silent { .. } } => {
                self.running.entry(step.clone()).and_modify(|running| running.silent = true);
            }
            BuildEvent::StepFinished { step, .. } => drop(self.running.remove(step)),
            BuildEvent::PlanReady { .. }
            | BuildEvent::Waiting { .. }
            | BuildEvent::StepProgress { .. }
            | BuildEvent::StepNoticed { .. }
            | BuildEvent::UndeclaredOutputs { .. }
            | BuildEvent::StoreCollected { .. }
            | BuildEvent::Finished { .. } => {}
        }
        self.sink.event(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_told_to_be_silent_is_not_told_to_be_at_work_as_well() {
        let step = || StepId("a/cc".to_owned());
        let mut notices = Vec::new();
        let mut sink = |event: BuildEvent| {
            if let BuildEvent::StepNoticed { notice, .. } = event {
                notices.push(notice);
            }
        };
        let mut heartbeat = Heartbeat::new(&mut sink, Duration::ZERO);
        assert_eq!(heartbeat.left(), None);
        heartbeat.event(BuildEvent::StepStarted { step: step(), reasons: Vec::new() });
        assert_eq!(heartbeat.left(), Some(Duration::ZERO));
        heartbeat.report();
        let silent = Notice::Silent { seconds: 60, limit: None };
        heartbeat.event(BuildEvent::StepNoticed { step: step(), notice: silent.clone() });
        heartbeat.report();
        heartbeat.event(BuildEvent::StepOutput { step: step(), output: b"compiling\n".to_vec() });
        heartbeat.report();
        let (outcome, reasons) = (crate::StepOutcome::Built, Vec::new());
        heartbeat.event(BuildEvent::StepFinished { step: step(), outcome, reasons, milliseconds: 1 });
        heartbeat.report();
        assert_eq!(heartbeat.left(), None);
        let running = || Notice::Running { seconds: 0 };
        assert_eq!(notices, [running(), silent, running()]);
    }
}
