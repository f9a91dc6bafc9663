//! A request to stop: once to finish what runs, twice to stop at once.

use std::time::Duration;

use tokio::sync::watch;

use crate::events::PATIENCE;

/// A handle with which any thread, including that of a signal handler, requests a stop.
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
    /// A handle without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests a stop. The first time, running requests are finished. The second time, everything ends at once.
    pub fn request(&self) {
        self.requests.send_modify(|count| *count += 1);
    }

    /// How long the event callback may take for one event; `None` if there is no limit. After the first request a slow
    /// pipe has some time, after the second one hardly any.
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
        // The sender lives in `self`, so waiting cannot fail.
        drop(requests.wait_for(|count| *count >= times).await);
    }
}
