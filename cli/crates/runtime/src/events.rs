//! Delivers events in order, on one thread.
//!
//! Sending never blocks a guest's thread. A guest that writes faster than the callback reads is held back by its output
//! stream (see `output`). A callback may block for ever, e.g. on a pipe that nobody reads. Once the process was asked
//! to stop, such a callback is given up: its undelivered events are lost, and nobody waits for it.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::RecvTimeoutError,
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::sync::{Notify, mpsc};

use crate::{EventCallback, RunEvent};

/// How much guest output may wait for the callback before guests are held back, in bytes.
const OUTPUT_IN_FLIGHT: usize = 4 * 1024 * 1024;

/// How much of other events may wait for the callback before more are dropped, in bytes.
const OTHERS_IN_FLIGHT: usize = 4 * 1024 * 1024;

/// How often to check whether the callback still delivers.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How long a callback may take for one event once the process was asked to stop.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// The payload of a panic.
type Panic = Box<dyn Any + Send>;

/// The sending side.
#[derive(Clone)]
pub(crate) struct Events {
    sender: mpsc::UnboundedSender<QueueItem>,
    state: Arc<State>,
}

enum QueueItem {
    Event(RunEvent),
    Flush(std::sync::mpsc::Sender<()>),
}

#[derive(Default)]
struct State {
    /// Waiting guest output, in bytes.
    output: AtomicUsize,
    /// Other waiting events, in bytes.
    others: AtomicUsize,
    /// Events that were dropped since the last one was delivered.
    dropped: AtomicUsize,
    sent: AtomicUsize,
    delivered: AtomicUsize,
    /// Whether the callback was given up.
    given_up: AtomicBool,
    /// Notified when more output is accepted.
    room: Notify,
    /// The first panic of the callback, or of a thread or task that nobody joins.
    panic: Mutex<Option<Panic>>,
}

impl Events {
    /// Starts the thread that calls `callback`. The thread ends when the last sender is dropped.
    pub(crate) fn start(callback: EventCallback) -> std::io::Result<Self> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let events = Self { sender, state: Arc::default() };
        let state = Arc::clone(&events.state);
        thread::Builder::new().name("conjoin-events".to_owned()).spawn(move || {
            let deliver = |event| {
                if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| callback(event))) {
                    state.keep_panic(panic);
                }
            };
            while let Some(item) = receiver.blocking_recv() {
                match item {
                    QueueItem::Event(event) => {
                        let (is_output, size) = (is_output(&event), size(&event));
                        deliver(event);
                        state.release(is_output, size);
                        let count = state.dropped.swap(0, Ordering::Relaxed);
                        if count > 0 {
                            deliver(RunEvent::Dropped { count });
                        }
                    }
                    // The caller of `flush` may have stopped waiting.
                    QueueItem::Flush(done) => drop(done.send(())),
                }
            }
        })?;
        Ok(events)
    }

    /// Sends an event. It is dropped if too many others wait or the callback was given up.
    pub(crate) fn send(&self, event: RunEvent) {
        let (state, size) = (&self.state, size(&event));
        if state.is_given_up() {
            return;
        }
        if is_output(&event) {
            state.output.fetch_add(size, Ordering::Relaxed);
        } else if state.others.load(Ordering::Relaxed) < OTHERS_IN_FLIGHT {
            state.others.fetch_add(size, Ordering::Relaxed);
        } else {
            state.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        state.sent.fetch_add(1, Ordering::Relaxed);
        // Sending cannot fail: the receiving thread lives as long as there is a sender.
        drop(self.sender.send(QueueItem::Event(event)));
    }

    /// Waits until all events sent so far were delivered. The callback is given up if it takes longer than `patience`
    /// for one event.
    pub(crate) fn flush(&self, patience: impl Fn() -> Option<Duration>) {
        let (done, wait) = std::sync::mpsc::channel();
        if self.state.is_given_up() || self.sender.send(QueueItem::Flush(done)).is_err() {
            return;
        }
        let (mut delivered, mut since) = (self.state.delivered(), Instant::now());
        while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(CHECK_INTERVAL) {
            if self.state.delivered() != delivered {
                (delivered, since) = (self.state.delivered(), Instant::now());
            }
            if patience().is_some_and(|patience| since.elapsed() >= patience) {
                self.state.give_up();
                return;
            }
        }
    }

    /// Gives up the callback when it takes too long for one event, so that guests waiting for it can continue.
    pub(crate) async fn give_up_when_stuck(&self) {
        loop {
            let (sent, delivered) = (self.state.sent.load(Ordering::Relaxed), self.state.delivered());
            tokio::time::sleep(PATIENCE).await;
            if sent > delivered && self.state.delivered() == delivered {
                self.state.give_up();
                return;
            }
        }
    }

    /// Whether guests may write more.
    pub(crate) fn accepts_output(&self) -> bool {
        self.state.output.load(Ordering::Relaxed) < OUTPUT_IN_FLIGHT || self.state.is_given_up()
    }

    /// Waits until guests may write more.
    pub(crate) async fn output_accepted(&self) {
        while !self.accepts_output() {
            let room = self.state.room.notified();
            if self.accepts_output() {
                return;
            }
            room.await;
        }
    }

    /// Runs `task`, which nobody joins, and keeps its panic. Gives `None` if it panicked.
    pub(crate) async fn keep_panic_of<T>(&self, task: impl Future<Output = T>) -> Option<T> {
        AssertUnwindSafe(task).catch_unwind().await.map_err(|panic| self.state.keep_panic(panic)).ok()
    }

    /// Keeps a caught panic, if it is the first.
    pub(crate) fn keep_panic(&self, panic: Panic) {
        self.state.keep_panic(panic);
    }

    /// Resumes the kept panic, if there is one.
    pub(crate) fn resume_panic(&self) {
        let panic = self.state.panic().take();
        if let Some(panic) = panic {
            panic::resume_unwind(panic);
        }
    }
}

impl State {
    fn release(&self, is_output: bool, size: usize) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
        if is_output {
            self.output.fetch_sub(size, Ordering::Relaxed);
            self.room.notify_waiters();
        } else {
            self.others.fetch_sub(size, Ordering::Relaxed);
        }
    }

    fn delivered(&self) -> usize {
        self.delivered.load(Ordering::Relaxed)
    }

    fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.room.notify_waiters();
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    fn keep_panic(&self, panic: Panic) {
        self.panic().get_or_insert(panic);
    }

    fn panic(&self) -> std::sync::MutexGuard<'_, Option<Panic>> {
        self.panic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_output(event: &RunEvent) -> bool {
    matches!(event, RunEvent::GuestOutput { .. })
}

/// The approximate size of an event, in bytes.
fn size(event: &RunEvent) -> usize {
    let own = match event {
        RunEvent::GuestOutput { bytes, .. } => bytes.len(),
        RunEvent::Failed(failure) => failure.what.len() + failure.backtrace.len() + failure.stderr.len(),
        _ => 0,
    };
    size_of::<RunEvent>() + own
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::Failure;

    /// Events whose callback takes one each time that it is allowed to, and what it took.
    fn slow() -> (Events, Sender<()>, Receiver<RunEvent>) {
        let (allow, allowed) = channel();
        let (took, taken) = channel();
        let allowed = Mutex::new(allowed);
        let callback = move |event| {
            let _ = allowed.lock().unwrap().recv();
            drop(took.send(event));
        };
        (Events::start(Arc::new(callback)).unwrap(), allow, taken)
    }

    fn failed(megabytes: usize) -> RunEvent {
        let (entry, what) = ("api".to_owned(), "x".repeat(megabytes * 1024 * 1024));
        RunEvent::Failed(Failure { entry, request: None, what, backtrace: String::new(), stderr: String::new() })
    }

    #[test]
    fn what_waits_is_bounded_and_what_was_dropped_is_counted() {
        let (events, allow, taken) = slow();
        for _ in 0..10 {
            events.send(failed(1));
        }
        drop(allow);
        events.flush(|| None);
        let taken: Vec<RunEvent> = taken.try_iter().collect();
        assert!(taken.contains(&RunEvent::Dropped { count: 6 }), "{}", taken.len());
        assert_eq!(taken.len(), 4 + 1);
    }

    #[test]
    fn a_callback_that_does_not_return_is_given_up() {
        let (events, allow, _taken) = slow();
        events.send(failed(0));
        events.flush(|| Some(Duration::ZERO));
        events.send(failed(0));
        events.flush(|| None);
        drop(allow);
    }

    #[tokio::test]
    async fn guests_that_wait_go_on_when_the_callback_is_given_up() {
        let (events, allow, _taken) = slow();
        events.send(RunEvent::GuestOutput {
            entry: "api".to_owned(),
            stream: crate::StreamKind::Stdout,
            bytes: vec![b'x'; OUTPUT_IN_FLIGHT],
        });
        assert!(!events.accepts_output());
        tokio::join!(events.output_accepted(), events.give_up_when_stuck());
        drop(allow);
    }

    #[test]
    fn a_panic_of_the_callback_is_kept_and_later_events_are_delivered() {
        let (took, taken) = channel();
        let callback = move |event| match event {
            RunEvent::Draining { .. } => panic!("index out of bounds"),
            event => drop(took.send(event)),
        };
        let events = Events::start(Arc::new(callback)).unwrap();
        events.send(RunEvent::Draining { connections: 1 });
        events.send(failed(0));
        events.flush(|| None);
        assert_eq!(taken.try_iter().count(), 1);
        let panic = panic::catch_unwind(AssertUnwindSafe(|| events.resume_panic())).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"index out of bounds"));
        events.resume_panic();
    }
}
