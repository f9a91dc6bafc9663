//! Clients that stall: that read nothing of what they are sent, or send nothing of what they have announced.
//!
//! Such a client keeps its guest alive, and with it a place among the requests that run. So a wait for a client ends after a while, and
//! each byte that passes begins a new one.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// A wait for a client.
pub(super) struct Wait {
    at_most: Duration,
    late: Option<Pin<Box<Sleep>>>,
}

/// The client has stalled.
#[derive(Debug)]
pub(super) struct Stalled;

impl Wait {
    /// A wait that has not begun yet.
    pub(super) fn new(at_most: Duration) -> Self {
        Self { at_most, late: None }
    }

    /// Passes on what a poll of the client gave, unless the wait has lasted too long.
    pub(super) fn bound<T>(&mut self, polled: Poll<T>, context: &mut Context<'_>) -> Poll<Result<T, Stalled>> {
        if let Poll::Ready(value) = polled {
            self.late = None;
            return Poll::Ready(Ok(value));
        }
        let at_most = self.at_most;
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(at_most)));
        late.as_mut().poll(context).map(|()| Err(Stalled))
    }
}

/// A connection whose client must go on reading what it is sent. How long it may be silent is not bounded here.
pub(super) struct Connection {
    stream: TcpStream,
    wait: Wait,
}

impl Connection {
    /// The connection; `at_most` is how long its client may read nothing.
    pub(super) fn new(stream: TcpStream, at_most: Duration) -> Self {
        Self { stream, wait: Wait::new(at_most) }
    }

    /// The stream, without a bound.
    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    fn bound<T>(&mut self, polled: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let polled = self.wait.bound(polled, context);
        polled.map(|written| written.unwrap_or_else(|Stalled| Err(io::ErrorKind::TimedOut.into())))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bound(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.bound(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
