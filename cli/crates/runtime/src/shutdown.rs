//! The request to stop, handed in from outside: once to finish what runs, twice to stop now.

use std::time::Duration;

use tokio::sync::watch;

use crate::events::PATIENCE;

/// A handle with which any thread, a signal handler's included, asks a server or a command to stop.
#[derive(Clone, Debug)]
pub struct Shutdown {
    requests: watch::Sender<u32>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { requests: watch::Sender::new(0) }
    }
}

impl Shutdown {
    /// A handle on which nothing was requested yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop. The first time running requests are finished, the second time everything ends at once.
    pub fn request(&self) {
        self.requests.send_modify(|count| *count += 1);
    }

    /// How long whoever delivers events may take for one, if that has a limit: the first request gives a pipe that is read slowly some
    /// time, the second one hardly any.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match *self.requests.borrow() {
            0 => None,
            1 => Some(PATIENCE),
            _ => Some(PATIENCE / 10),
        }
    }

    /// Waits until a stop was requested at least `times` times.
    pub(crate) async fn requested(&self, times: u32) {
        let mut requests = self.requests.subscribe();
        // The sender lives in `self`, so waiting can only end with the value.
        drop(requests.wait_for(|count| *count >= times).await);
    }
}
