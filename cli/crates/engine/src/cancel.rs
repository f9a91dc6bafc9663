//! Cancels work from another thread.
//!
//! A [`CancelToken`] is a flag and a pipe. The pipe is closed when the flag is set, which wakes threads that wait for a
//! program in `poll`. The token does not end anything itself: its holders check it.

use std::{
    io::{self, PipeReader, PipeWriter},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A flag that is set once, e.g. by Ctrl-C, and seen by all clones.
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    reader: PipeReader,
    writer: Mutex<Option<PipeWriter>>,
}

impl CancelToken {
    /// Creates a token that is not set.
    ///
    /// # Errors
    ///
    /// The process cannot open more files.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self(Arc::new(Inner { cancelled: AtomicBool::new(false), reader, writer: Mutex::new(Some(writer)) })))
    }

    /// Cancels the work of all holders of a clone. This takes a lock, so call it from a thread, not from a signal
    /// handler.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        drop(self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether the work was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Waits for cancellation, at most `limit`. Gives whether the work was cancelled.
    pub(crate) fn wait(&self, limit: Duration) -> io::Result<bool> {
        let limit = Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&self.0.reader, PollFlags::IN)], Some(&limit)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(self.is_cancelled()),
            Err(error) => Err(error.into()),
        }
    }
}
