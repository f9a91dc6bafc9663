//! Closes a connection on which a client is still sending.
//!
//! A guest may answer without reading its request. Such a connection cannot be reused. If it were closed at once, the
//! system would reset it, and the reset could overtake the answer, so that the client sees an error instead. Therefore
//! the server closes its own side and discards what arrives until the client has closed its side (RFC 9112, section
//! 9.6).

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wasmtime_wasi_http::Error;

use super::{
    answer::Flag,
    stalled::{Stalled, Wait},
};

/// How long a client may go on sending.
const MAX_DURATION: Duration = Duration::from_secs(30);

/// How long a client may send nothing.
const MAX_SILENCE: Duration = Duration::from_secs(5);

/// The body of a request. It sets a flag if it is dropped before its end, and ends with an error if the client stalls.
pub(super) struct RequestBody {
    body: Incoming,
    unread: Flag,
    wait: Wait,
}

impl RequestBody {
    /// Wraps the body of a request. `unread` is set if it is dropped before its end.
    pub(super) fn new(body: Incoming, unread: Flag, wait: Wait) -> Self {
        Self { body, unread, wait }
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            self.unread.set();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.wait.bound(polled, context).map(|frame| match frame {
            Ok(frame) => frame.map(|frame| frame.map_err(Error::from)),
            Err(Stalled) => Some(Err(Error::ConnectionReadTimeout)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Closes the server's side of a connection and waits, within limits, until the client has closed its side.
pub(super) async fn close(mut stream: TcpStream) {
    let rest = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut rest = vec![0; 64 * 1024];
        while let Ok(Ok(1..)) = tokio::time::timeout(MAX_SILENCE, stream.read(&mut rest)).await {}
    };
    // A client that exceeds the limits is cut off.
    drop(tokio::time::timeout(MAX_DURATION, rest).await);
}
