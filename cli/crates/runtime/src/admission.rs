//! Limits how many requests run at once, how many wait, and for how long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Limits;

/// The gate in front of the guests.
pub(crate) struct Admission {
    running: Arc<Semaphore>,
    limit: u32,
    waiting: AtomicUsize,
    waiting_limit: usize,
    wait_at_most: Duration,
}

/// The server already runs and queues as many requests as its limits allow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overloaded;

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits.concurrent)),
            limit: u32::try_from(limits.concurrent).unwrap_or(u32::MAX),
            waiting: AtomicUsize::new(0),
            waiting_limit: limits.waiting,
            wait_at_most: limits.wait_at_most,
        }
    }

    /// Waits until a request may run. Gives a permit to hold while it does.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Overloaded> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = self.queue()?;
        match tokio::time::timeout(self.wait_at_most, Arc::clone(&self.running).acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Overloaded),
            Err(_) => Err(Overloaded),
        }
    }

    /// Waits until no request runs, including work that goes on after an answer.
    pub(crate) async fn idle(&self) {
        // Fails only if the semaphore is closed, which it never is.
        drop(self.running.acquire_many(self.limit).await);
    }

    fn queue(&self) -> Result<QueuePlace<'_>, Overloaded> {
        let place = QueuePlace(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.waiting_limit { Ok(place) } else { Err(Overloaded) }
    }
}

/// A place in the queue, released on drop: when the request is admitted, turned away or abandoned.
struct QueuePlace<'a>(&'a AtomicUsize);

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_more_than_running_and_waiting_is_turned_away() {
        let limits = Limits { concurrent: 1, waiting: 1, ..Limits::default() };
        let gate = Admission::new(&limits);
        let first = gate.enter().await.unwrap();
        let mut second = Box::pin(gate.enter());
        assert!(futures_util::future::poll_immediate(&mut second).await.is_none());
        assert_eq!(gate.enter().await.err(), Some(Overloaded));
        drop(first);
        assert!(second.await.is_ok());
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let limits = Limits { concurrent: 0, wait_at_most: Duration::from_millis(1), ..Limits::default() };
        assert_eq!(Admission::new(&limits).enter().await.err(), Some(Overloaded));
    }
}
