//! Detects clients that stall: they read nothing of their answer, or send nothing of the body they announced.
//!
//! Such a client keeps its guest alive and thereby one of the running requests. So a wait for a client has a time
//! limit, which starts anew with each byte.

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

/// A wait for a client, with a time limit.
pub(super) struct Wait {
    at_most: Duration,
    late: Option<Pin<Box<Sleep>>>,
}

/// The client has stalled.
#[derive(Debug)]
pub(super) struct Stalled;

impl Wait {
    /// A wait of at most `at_most` that has not started.
    pub(super) fn new(at_most: Duration) -> Self {
        Self { at_most, late: None }
    }

    /// Passes on the result of polling the client. Gives `Stalled` if the wait has lasted too long.
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

/// A connection whose client must keep reading what it is sent. How long it may send nothing is not limited here.
pub(super) struct Connection {
    stream: TcpStream,
    wait: Wait,
}

impl Connection {
    /// Wraps `stream`. `at_most` is how long its client may read nothing.
    pub(super) fn new(stream: TcpStream, at_most: Duration) -> Self {
        Self { stream, wait: Wait::new(at_most) }
    }

    /// The stream without the time limit.
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
