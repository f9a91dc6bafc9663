//! Standard streams of a guest whose output goes to the events, line by line.
//!
//! Each instance has its own buffer of the line it is writing, so lines of parallel requests do not mix. A stream that was
//! not granted: stdin is at its end, stdout is closed, stderr is accepted and kept, to be shown if the guest fails, because a
//! panic's message is worth more than the purity of an error nobody reads.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use conjoin_policy::STDIO;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

use crate::{RunEvent, StreamKind, denials::Denials, events::Events};

/// A line longer than this is passed on in pieces.
const LINE: usize = 64 * 1024;

/// How much of a standard error that was not granted is kept.
const KEPT: usize = 64 * 1024;

/// How much may be written at once.
const PERMIT: usize = 64 * 1024;

/// One output stream of one instance.
#[derive(Clone)]
pub(crate) struct GuestStream {
    shared: Arc<Shared>,
}

struct Shared {
    kind: StreamKind,
    sink: Sink,
    buffer: Mutex<Vec<u8>>,
}

enum Sink {
    Lines { entry: Arc<str>, events: Events },
    Denied(Arc<Denials>),
    Kept(Arc<Denials>),
}

impl GuestStream {
    /// A stream whose lines become events.
    pub(crate) fn lines(kind: StreamKind, entry: &Arc<str>, events: &Events) -> Self {
        Self::new(kind, Sink::Lines { entry: Arc::clone(entry), events: events.clone() })
    }

    /// A stream that was not granted and is closed.
    pub(crate) fn denied(kind: StreamKind, denials: &Arc<Denials>) -> Self {
        Self::new(kind, Sink::Denied(Arc::clone(denials)))
    }

    /// A stream that was not granted and is kept in case the guest fails.
    pub(crate) fn kept(kind: StreamKind, denials: &Arc<Denials>) -> Self {
        Self::new(kind, Sink::Kept(Arc::clone(denials)))
    }

    fn new(kind: StreamKind, sink: Sink) -> Self {
        Self { shared: Arc::new(Shared { kind, sink, buffer: Mutex::default() }) }
    }

    /// Passes on a last line that has no line feed.
    pub(crate) fn finish(&self) {
        if let Sink::Lines { .. } = &self.shared.sink {
            let mut rest = std::mem::take(&mut *self.buffer());
            if !rest.is_empty() {
                rest.push(b'\n');
                self.emit(rest);
            }
        }
    }

    /// Takes what was kept.
    pub(crate) fn take_kept(&self) -> String {
        match &self.shared.sink {
            Sink::Kept(_) => String::from_utf8_lossy(&std::mem::take(&mut *self.buffer())).into_owned(),
            Sink::Lines { .. } | Sink::Denied(_) => String::new(),
        }
    }

    fn accept(&self, bytes: &[u8]) -> Result<(), Closed> {
        match &self.shared.sink {
            Sink::Lines { .. } => {
                let mut lines = Vec::new();
                {
                    let mut buffer = self.buffer();
                    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                        buffer.extend_from_slice(piece);
                        if buffer.ends_with(b"\n") || buffer.len() >= LINE {
                            lines.push(std::mem::take(&mut *buffer));
                        }
                    }
                }
                for line in lines {
                    self.emit(line);
                }
                Ok(())
            }
            Sink::Denied(denials) => {
                denials.report(&STDIO, None, self.call());
                Err(Closed)
            }
            Sink::Kept(denials) => {
                let mut buffer = self.buffer();
                let room = KEPT.saturating_sub(buffer.len()).min(bytes.len());
                buffer.extend_from_slice(&bytes[..room]);
                drop(buffer);
                denials.report(&STDIO, None, self.call());
                Ok(())
            }
        }
    }

    fn call(&self) -> &'static str {
        match self.shared.kind {
            StreamKind::Stdout => "wasi:cli/stdout",
            StreamKind::Stderr => "wasi:cli/stderr",
        }
    }

    fn emit(&self, bytes: Vec<u8>) {
        if let Sink::Lines { entry, events } = &self.shared.sink {
            events.send(RunEvent::GuestOutput { entry: entry.to_string(), stream: self.shared.kind, bytes });
        }
    }

    fn is_ready(&self) -> bool {
        match &self.shared.sink {
            Sink::Lines { events, .. } => events.accepts_output(),
            Sink::Denied(_) | Sink::Kept(_) => true,
        }
    }

    fn buffer(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.shared.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream accepts nothing.
struct Closed;

impl IsTerminal for GuestStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestStream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for GuestStream {
    async fn ready(&mut self) {
        if let Sink::Lines { events, .. } = &self.shared.sink {
            events.output_accepted().await;
        }
    }
}

impl OutputStream for GuestStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.accept(&bytes).map_err(|Closed| StreamError::Closed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(if self.is_ready() { PERMIT } else { 0 })
    }
}

impl AsyncWrite for GuestStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Sink::Lines { events, .. } = &self.shared.sink
            && !events.accepts_output()
        {
            let (events, waker) = (events.clone(), context.waker().clone());
            drop(tokio::spawn(async move {
                events.output_accepted().await;
                waker.wake();
            }));
            return Poll::Pending;
        }
        let piece = &bytes[..bytes.len().min(PERMIT)];
        Poll::Ready(
            self.accept(piece).map(|()| piece.len()).map_err(|Closed| io::Error::from(io::ErrorKind::BrokenPipe)),
        )
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
