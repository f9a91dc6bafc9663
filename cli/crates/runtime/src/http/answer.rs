//! Answers on the wire: those of guests, whose body keeps the guest alive, and our own, short and plain.

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

/// How long a guest may work on after its answer was read.
const AFTERWARDS: Duration = Duration::from_secs(30);

/// The body of any answer.
pub(super) enum AnswerBody {
    /// Our own words.
    Text(Full<Bytes>),
    /// A guest's.
    Guest {
        /// Before the body, so that the guest is known to be abandoned when it finds that nobody reads.
        guest: Alive,
        /// What it writes.
        body: WasiBody,
        /// How many bytes are still to come, where the guest has said how many there are.
        left: Option<u64>,
    },
}

/// Ends the guest when its answer is not wanted any more.
pub(super) struct Alive {
    /// Whether all of the answer was read: who knows its length does not ask for its end.
    complete: bool,
    abandoned: Flag,
    failed: Flag,
    worker: Option<JoinHandle<Outcome>>,
    body_done: Option<oneshot::Sender<()>>,
}

impl Alive {
    /// `abandoned` is set when the answer is not wanted any more; the worker sets `failed` before it lets go of a guest that failed.
    pub(super) fn new(
        worker: JoinHandle<Outcome>,
        body_done: oneshot::Sender<()>,
        abandoned: Flag,
        failed: Flag,
    ) -> Self {
        Self { complete: false, abandoned, failed, worker: Some(worker), body_done: Some(body_done) }
    }

    /// How the guest ended, for one that gave no answer.
    pub(super) async fn outcome(mut self) -> Outcome {
        drop(self.body_done.take());
        match self.worker.take() {
            Some(worker) => worker.await.unwrap_or(Outcome::Trapped),
            None => Outcome::Silent,
        }
    }

    /// Lets the guest finish its work behind an answer that was read to its end.
    fn answered(&mut self) {
        drop(self.body_done.take());
        let Some(mut worker) = self.worker.take() else { return };
        if !worker.is_finished() {
            drop(tokio::spawn(async move {
                if tokio::time::timeout(AFTERWARDS, &mut worker).await.is_err() {
                    worker.abort();
                }
            }));
        }
    }
}

impl Drop for Alive {
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

/// Something that a worker and the one who reads its answer tell one another, once.
///
/// That a request is abandoned, because its client has gone or its time is over: what a guest says about that (that it cannot write,
/// for example) is nothing to report. That a guest failed: what there is of its body is not all of it.
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
                            // The end must not look like one.
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
            // The end has to be polled, because it is what lets the guest go.
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

/// The answer of a guest to a request with this method.
pub(super) fn of_guest(method: &Method, response: Response<WasiBody>, mut guest: Alive) -> Response<AnswerBody> {
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

/// An answer of our own: a status and one plain sentence.
pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Response<AnswerBody> {
    let text = format!("{}\n", text.into());
    let mut response = Response::new(AnswerBody::Text(Full::new(Bytes::from(text))));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
