//! Asking for the end of the work from another thread.
//!
//! A [`CancelToken`] is a flag and a pipe: the pipe ends when the flag is set, so that whoever waits for a program in `poll`
//! wakes up. It refuses to end anything itself; who holds it looks.

use std::{
    io::{self, PipeReader, PipeWriter},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Set once, by Ctrl-C for example, seen by all clones.
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    reader: PipeReader,
    writer: Mutex<Option<PipeWriter>>,
}

impl CancelToken {
    /// A token that is not set; fails when the process can open no more files.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self(Arc::new(Inner { cancelled: AtomicBool::new(false), reader, writer: Mutex::new(Some(writer)) })))
    }

    /// Asks everyone who holds a clone to end. Takes a lock: call it from a thread, not from a signal handler.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        drop(self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether the end was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Waits until the end is asked for, but no longer than `limit`; gives whether it was.
    pub(crate) fn wait(&self, limit: Duration) -> io::Result<bool> {
        let limit = Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&self.0.reader, PollFlags::IN)], Some(&limit)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(self.is_cancelled()),
            Err(error) => Err(error.into()),
        }
    }
}
