//! The process's stdout and stderr as streams that do not block the process's end.
//!
//! A write to a pipe that nobody reads blocks, and no signal interrupts it. So a separate thread writes, and the caller
//! waits for that thread: without a limit until the process is asked to end, and only briefly afterwards. Output that
//! was not written by then is lost, and so is everything after it.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How long the thread may take for one write once the process was asked to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// A handle on such a stream. Clones write to the same stream.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Held by the caller that waits for the thread.
    turn: Mutex<()>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The bytes to write next.
    bytes: Option<Vec<u8>>,
    /// The result of the last write.
    outcome: Option<io::Result<()>>,
    /// Whether the process was asked to end.
    is_hurried: bool,
    /// Whether the thread was given up.
    is_stuck: bool,
}

impl Stream {
    /// Starts the thread that writes to `target`. It lives as long as the process.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub(crate) fn start(target: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (writer, mut target) = (Arc::clone(&shared), target);
        thread::Builder::new().name("conjoin-stream".to_owned()).spawn(move || {
            loop {
                let bytes = writer.next();
                let outcome = target.write_all(&bytes).and_then(|()| target.flush());
                writer.state().outcome = Some(outcome);
                writer.changed.notify_all();
            }
        })?;
        Ok(Self(shared))
    }

    /// Limits the time of each write from now on.
    pub(crate) fn hurry(&self) {
        self.0.state().is_hurried = true;
        self.0.changed.notify_all();
    }
}

impl Stream {
    /// Whether output was lost, because nobody read it after the process was asked to end.
    pub(crate) fn is_stuck(&self) -> bool {
        self.0.state().is_stuck
    }
}

impl Shared {
    /// Waits for something to write.
    fn next(&self) -> Vec<u8> {
        let mut state = self.state();
        loop {
            if let Some(bytes) = state.bytes.take() {
                return bytes;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        let stuck = || io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it");
        if state.is_stuck {
            return Err(stuck());
        }
        state.bytes = Some(bytes.to_vec());
        self.changed.notify_all();
        let waits = |state: &mut State| state.outcome.is_none() && !state.is_hurried;
        let state = self.changed.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
        let waits = |state: &mut State| state.outcome.is_none();
        let (mut state, _) =
            self.changed.wait_timeout_while(state, PATIENCE, waits).unwrap_or_else(PoisonError::into_inner);
        state.outcome.take().unwrap_or_else(|| {
            state.is_stuck = true;
            Err(stuck())
        })
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Each write is flushed.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// More than a pipe takes.
    const MUCH: usize = 1 << 20;

    #[test]
    fn what_is_written_arrives_in_order_from_each_clone() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut stream = Stream::start(writer).expect("a thread");
        let mut other = stream.clone();
        stream.write_all(b"one\n").expect("it is read");
        other.write_all(b"two\n").expect("it is read");
        let mut text = [0; 8];
        reader.read_exact(&mut text).expect("it was written");
        assert_eq!(&text, b"one\ntwo\n");
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_given_up_when_the_process_is_asked_to_end() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let mut stream = Stream::start(writer).expect("a thread");
        let hurried = stream.clone();
        let asking = thread::spawn(move || hurried.hurry());
        let refused = stream.write_all(&vec![b'x'; MUCH]).expect_err("nobody reads");
        assert_eq!(refused.kind(), io::ErrorKind::BrokenPipe);
        assert!(stream.write_all(b"more").is_err());
        asking.join().expect("it has asked");
        drop(reader);
    }

    #[test]
    fn what_is_read_is_written_although_the_process_was_asked_to_end() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut stream = Stream::start(writer).expect("a thread");
        stream.hurry();
        let reading = thread::spawn(move || reader.read_exact(&mut vec![0; MUCH]));
        stream.write_all(&vec![b'x'; MUCH]).expect("it is read");
        reading.join().expect("it has read").expect("it was written");
    }

    #[test]
    fn an_error_of_the_stream_is_that_of_the_write() {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let mut stream = Stream::start(writer).expect("a thread");
        assert_eq!(stream.write_all(b"x").expect_err("it is closed").kind(), io::ErrorKind::BrokenPipe);
    }
}
