//! Ctrl-C and SIGTERM.
//!
//! The first signal requests a stop, the second one requests it again. If the process does not end then, it is ended.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use conjoin_engine::CancelToken;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals as Incoming,
};

use crate::exit::Exit;

type Listener = Box<dyn Fn() + Send>;

/// How long the process may take to end after the second signal: longer than a program of a step that ignores SIGTERM.
const LAST: Duration = Duration::from_secs(5);

/// Passes on Ctrl-C and SIGTERM to a [`CancelToken`] and to listeners.
#[derive(Clone)]
pub(crate) struct Signals {
    /// Set by the first signal.
    pub(crate) cancel: CancelToken,
    listeners: Arc<Mutex<Vec<Listener>>>,
}

impl Signals {
    /// Starts to receive them, on a thread of its own.
    pub(crate) fn receive() -> std::io::Result<Self> {
        let signals = Self { cancel: CancelToken::new()?, listeners: Arc::default() };
        let mut incoming = Incoming::new([SIGINT, SIGTERM])?;
        let receiver = signals.clone();
        thread::Builder::new().name("conjoin-signals".to_owned()).spawn(move || {
            for (earlier, _) in incoming.forever().enumerate() {
                receiver.cancel.cancel();
                for listener in receiver.listeners.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    listener();
                }
                if earlier > 0 {
                    thread::sleep(LAST);
                    // Whatever it is busy with, it does not listen. What would be done at its end may wait for the
                    // same.
                    signal_hook::low_level::exit(Exit::Interrupted as i32);
                }
            }
        })?;
        Ok(signals)
    }

    /// Calls `listener` at every signal from now on; at once if there was one already.
    pub(crate) fn listen(&self, listener: impl Fn() + Send + 'static) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if self.cancel.is_cancelled() {
            listener();
        }
        listeners.push(Box::new(listener));
    }
}

impl std::fmt::Debug for Signals {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signals").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}
