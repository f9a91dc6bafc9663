//! The request to stop, handed in from outside: once to finish what runs, twice to stop now.

use tokio::sync::watch;

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

    /// Waits until a stop was requested at least `times` times.
    pub(crate) async fn requested(&self, times: u32) {
        let mut requests = self.requests.subscribe();
        // The sender lives in `self`, so waiting can only end with the value.
        drop(requests.wait_for(|count| *count >= times).await);
    }
}
