//! Answers on the wire: those of guests, whose body keeps the guest alive, and the server's own, in plain text.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use tokio::{sync::oneshot, task::JoinHandle};
use wasmtime_wasi_http::{Error, WasiBody};

use super::worker::Outcome;

/// How long a guest may continue after its answer was read.
const WORK_AFTER_ANSWER: Duration = Duration::from_secs(30);

/// The body of any answer.
pub(super) enum AnswerBody {
    /// The server's own text.
    Text(Full<Bytes>),
    /// A guest's body.
    Guest {
        /// Dropped before the body, so that the guest is marked as abandoned before it notices that nobody reads.
        guest: GuestGuard,
        /// The bytes it writes.
        body: WasiBody,
        /// How many bytes are still to come; `None` if the guest has not announced a length.
        left: Option<u64>,
    },
}

/// Ends the guest when its answer is no longer wanted.
pub(super) struct GuestGuard {
    /// Whether all of the answer was read. A reader that knows the length does not poll for the end.
    complete: bool,
    abandoned: Flag,
    failed: Flag,
    worker: Option<JoinHandle<Outcome>>,
    body_done: Option<oneshot::Sender<()>>,
}

impl GuestGuard {
    /// This sets `abandoned` when the answer is no longer wanted. The worker sets `failed` before it drops a guest that
    /// failed.
    pub(super) fn new(
        worker: JoinHandle<Outcome>,
        body_done: oneshot::Sender<()>,
        abandoned: Flag,
        failed: Flag,
    ) -> Self {
        Self { complete: false, abandoned, failed, worker: Some(worker), body_done: Some(body_done) }
    }

    /// Waits for the end of a guest that gave no answer.
    pub(super) async fn outcome(mut self) -> Outcome {
        drop(self.body_done.take());
        match self.worker.take() {
            Some(worker) => worker.await.unwrap_or(Outcome::Trapped),
            None => Outcome::Silent,
        }
    }

    /// Lets the guest finish its work after its answer was read to the end.
    fn answered(&mut self) {
        drop(self.body_done.take());
        let Some(mut worker) = self.worker.take() else { return };
        if !worker.is_finished() {
            drop(tokio::spawn(async move {
                if tokio::time::timeout(WORK_AFTER_ANSWER, &mut worker).await.is_err() {
                    worker.abort();
                }
            }));
        }
    }
}

impl Drop for GuestGuard {
    fn drop(&mut self) {
        if self.complete {
            self.answered();
        }
        if let Some(worker) = self.worker.take() {
            self.abandoned.set();
            worker.abort();
        }
    }
}

/// A signal between a worker and the reader of its answer, set at most once.
///
/// One such flag says that the request is abandoned, because the client has gone or the time is over. Errors that the
/// guest gives after that, e.g. that it cannot write, are not reported. Another says that the guest failed, so its body
/// is not complete.
#[derive(Clone, Default)]
pub(super) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.get_mut() {
            Self::Text(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Guest { body, guest, left } => {
                let frame = Pin::new(body).poll_frame(context);
                match &frame {
                    Poll::Ready(None) => {
                        guest.answered();
                        if guest.failed.is_set() {
                            // The body is incomplete, so it must not end normally.
                            return Poll::Ready(Some(Err(Error::HttpProtocolError)));
                        }
                    }
                    Poll::Ready(Some(Ok(frame))) => {
                        let more = frame.data_ref().map_or(0, |data| data.len() as u64);
                        *left = left.map(|left| left.saturating_sub(more));
                        guest.complete = *left == Some(0);
                    }
                    Poll::Ready(Some(Err(_))) | Poll::Pending => {}
                }
                frame
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Text(body) => body.is_end_stream(),
            // The end must be polled, because only that releases the guest.
            Self::Guest { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Text(body) => body.size_hint(),
            Self::Guest { body, .. } => body.size_hint(),
        }
    }
}

/// Turns a guest's response to a request with this method into an answer. `guest` lives as long as its body.
pub(super) fn of_guest(method: &Method, response: Response<WasiBody>, mut guest: GuestGuard) -> Response<AnswerBody> {
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
    let left = if method == Method::HEAD || bodiless.contains(&response.status()) {
        Some(0)
    } else {
        let length = response.headers().get(header::CONTENT_LENGTH);
        length.and_then(|length| length.to_str().ok()?.parse().ok()).or_else(|| response.body().size_hint().exact())
    };
    guest.complete = left == Some(0);
    response.map(|body| AnswerBody::Guest { guest, body, left })
}

/// An answer of the server itself: a status and one sentence of plain text.
pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Response<AnswerBody> {
    let text = format!("{}\n", text.into());
    let mut response = Response::new(AnswerBody::Text(Full::new(Bytes::from(text))));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
