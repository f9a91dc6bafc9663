//! One connection: requests in, answers out.

use std::{convert::Infallible, future, pin, sync::Arc, time::Duration};

use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::oneshot};

use super::{
    answer::{AnswerBody, Flag, GuestGuard, of_guest, plain},
    entry::HttpEntry,
    linger::{self, RequestBody},
    route::Routes,
    stalled::{Connection, Wait},
    worker::{self, Job, Outcome},
};
use crate::{
    Failure, RunEvent, Shutdown,
    admission::{Admission, Overloaded},
    engine::Engines,
};

/// How long a client may take to send the head of a request. An idle connection is kept as long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 100;
const MAX_BUFFER: usize = 64 * 1024;

/// State that all connections share.
pub(super) struct Serving {
    pub(super) routes: Routes<Arc<HttpEntry>>,
    pub(super) admission: Arc<Admission>,
    pub(super) engines: Arc<Engines>,
    pub(super) answer_within: Duration,
    pub(super) client_stalls: Duration,
}

/// Serves one connection until it is closed or, after a shutdown was requested, its running request is answered.
pub(super) async fn serve(stream: TcpStream, serving: Arc<Serving>, shutdown: Shutdown) {
    // Otherwise a small answer may wait for the acknowledgement of the previous one.
    drop(stream.set_nodelay(true));
    let unread = Flag::default();
    let noted = unread.clone();
    let client_stalls = serving.client_stalls;
    let service = service_fn(move |request: Request<_>| {
        let serving = Arc::clone(&serving);
        let request = request.map(|body| RequestBody::new(body, noted.clone(), Wait::new(client_stalls)));
        Box::pin(async move { Ok::<_, Infallible>(serving.answer(request).await) })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER)
        .serve_connection(TokioIo::new(Connection::new(stream, client_stalls)), service);
    // An error here is the client's: it disconnected, or it did not speak HTTP, which hyper has answered.
    let served = tokio::select! {
        biased;
        served = future::poll_fn(|context| connection.poll_without_shutdown(context)) => served,
        () = shutdown.requested(1) => {
            pin::Pin::new(&mut connection).graceful_shutdown();
            future::poll_fn(|context| connection.poll_without_shutdown(context)).await
        }
    };
    let mut stream = connection.into_parts().io.into_inner().into_inner();
    if served.is_ok() && unread.is_set() {
        linger::close(stream).await;
    } else {
        drop(stream.shutdown().await);
    }
}

impl Serving {
    async fn answer(&self, request: Request<RequestBody>) -> Response<AnswerBody> {
        if request.uri().authority().is_none() && !request.headers().contains_key(header::HOST) {
            return plain(StatusCode::BAD_REQUEST, "the request has no `host` header");
        }
        let Some(entry) = self.routes.find(request.uri().path()) else {
            let routes: Vec<String> = self.routes.patterns().collect();
            let text = format!("no route leads to {}; there are: {}", request.uri().path(), routes.join(", "));
            return plain(StatusCode::NOT_FOUND, text);
        };
        match self.admission.enter().await {
            Ok(permit) => self.ask(Arc::clone(entry), request, permit).await,
            Err(Overloaded) => overloaded(),
        }
    }

    async fn ask(
        &self,
        entry: Arc<HttpEntry>,
        request: Request<RequestBody>,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) -> Response<AnswerBody> {
        let (head, answer) = oneshot::channel();
        let (body_done, done) = oneshot::channel();
        let method = request.method().clone();
        let line = format!("{method} {}", request.uri().path());
        let request = request.map(BodyExt::boxed_unsync);
        let running = self.engines.running();
        let (abandoned, failed) = (Flag::default(), Flag::default());
        let job = Job {
            entry: Arc::clone(&entry),
            request,
            head,
            body_done: done,
            abandoned: abandoned.clone(),
            failed: failed.clone(),
        };
        let events = entry.blueprint.events.clone();
        let worker = tokio::spawn(async move {
            // To a client, a worker that panics is the same as a guest that traps.
            let outcome = events.keep_panic_of(worker::run(job)).await.unwrap_or(Outcome::Trapped);
            drop((running, permit));
            outcome
        });
        let guest = GuestGuard::new(worker, body_done, abandoned, failed);
        match tokio::time::timeout(self.answer_within, answer).await {
            Ok(Ok(Ok(response))) => of_guest(&method, response, guest),
            Ok(Ok(Err(code))) => {
                report(&entry, line, format!("the guest answered with the error {code}"));
                plain(StatusCode::INTERNAL_SERVER_ERROR, "the component answered with an error")
            }
            Ok(Err(_)) => no_answer(guest.outcome().await),
            Err(_) => {
                report(&entry, line, format!("no answer within {:?}, so the guest was stopped", self.answer_within));
                plain(StatusCode::GATEWAY_TIMEOUT, "the component did not answer in time")
            }
        }
    }
}

fn no_answer(outcome: Outcome) -> Response<AnswerBody> {
    match outcome {
        Outcome::NoRoom => overloaded(),
        Outcome::Answered | Outcome::Silent => {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the component returned without an answer")
        }
        Outcome::Trapped => {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the component failed; the server's output says where")
        }
    }
}

fn overloaded() -> Response<AnswerBody> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "the server has too much to do; try again");
    response.headers_mut().insert(header::RETRY_AFTER, http::HeaderValue::from_static("1"));
    response
}

fn report(entry: &HttpEntry, request: String, what: String) {
    entry.blueprint.events.send(RunEvent::Failed(Failure {
        entry: entry.blueprint.name.to_string(),
        request: Some(request),
        what,
        backtrace: String::new(),
        stderr: String::new(),
    }));
}
