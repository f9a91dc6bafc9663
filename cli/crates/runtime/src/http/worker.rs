//! One request in one instance.
//!
//! The head of the answer is sent through a channel as soon as the guest has it; the guest then goes on until it has written
//! its body and returned. A worker refuses to enforce time limits: it is dropped by who started it.

use std::{future, pin::Pin, sync::Arc};

use futures_util::FutureExt as _;
use http::Request;
use tokio::sync::oneshot;
use wasmtime::component::Accessor;
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _, p2::bindings::http::types::Scheme, p3};

use super::{
    answer::Flag,
    entry::{HttpEntry, HttpInstance, Proxy},
};
use crate::{Denied, Failure, RunEvent, guest::Guest};

/// The head of an answer, or the error code that the guest gave instead.
pub(super) type Head = Result<http::Response<WasiBody>, String>;

/// Resolves when the body of a request was passed on.
type RequestSent = Pin<Box<dyn Future<Output = Result<(), wasmtime_wasi_http::Error>> + Send>>;

/// What a worker needs.
pub(super) struct Job {
    pub(super) entry: Arc<HttpEntry>,
    pub(super) request: Request<WasiBody>,
    /// Receives the head of the answer.
    pub(super) head: oneshot::Sender<Head>,
    /// Resolves when the body of the answer was read to its end or is not wanted any more.
    pub(super) body_done: oneshot::Receiver<()>,
    /// Set when the answer is not wanted any more.
    pub(super) abandoned: Flag,
    /// Is set when the guest failed, before it is let go.
    pub(super) failed: Flag,
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The guest returned after it had answered.
    Answered,
    /// The guest returned and had not answered.
    Silent,
    /// The guest trapped.
    Trapped,
    /// There was no room for an instance.
    NoRoom,
}

/// What a guest that returned has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// A response; the instance may answer again.
    Response,
    /// An error code in its place: who knows what state the instance is in.
    Error,
    /// Nothing.
    None,
}

/// Answers one request.
pub(super) async fn run(job: Job) -> Outcome {
    let Job { entry, request, head, body_done, abandoned, failed } = job;
    let code = entry.code();
    let line = format!("{} {}", request.method(), request.uri().path());
    let mut instance = match code.instance(&entry.blueprint).await {
        Ok(instance) => instance,
        Err(error) if error.is::<wasmtime::PoolConcurrencyLimitError>() => return Outcome::NoRoom,
        Err(error) => {
            report(&entry, line, &error, String::new());
            return Outcome::Trapped;
        }
    };
    let result = match &instance.proxy {
        Proxy::P2(_) => answer_p2(&mut instance, request, head).await,
        Proxy::P3(_) => answer_p3(&mut instance, request, head, body_done).await,
    };
    if result.is_err() {
        failed.set();
    }
    let guest = instance.store.data();
    guest.finish_output();
    match result {
        Ok(Answer::Response) => {
            code.keep(instance, &entry.blueprint);
            Outcome::Answered
        }
        Ok(Answer::Error) => Outcome::Answered,
        _ if abandoned.is_set() => Outcome::Trapped,
        Ok(Answer::None) => {
            let failure = Failure {
                entry: entry.blueprint.name.to_string(),
                request: Some(line),
                what: "the guest returned without an answer".to_owned(),
                backtrace: String::new(),
                stderr: guest.take_kept_stderr(),
            };
            entry.blueprint.events.send(RunEvent::Failed(failure));
            Outcome::Silent
        }
        Err(error) => {
            report(&entry, line, &error, guest.take_kept_stderr());
            Outcome::Trapped
        }
    }
}

async fn answer_p2(
    instance: &mut HttpInstance,
    request: Request<WasiBody>,
    head: oneshot::Sender<Head>,
) -> wasmtime::Result<Answer> {
    let Proxy::P2(proxy) = &instance.proxy else { return Ok(Answer::None) };
    let store = &mut instance.store;
    let (answered, was_answered) = oneshot::channel();
    let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
    let out = store.data_mut().http().new_response_outparam_from_callback(move |response| {
        let answer = if response.is_ok() { Answer::Response } else { Answer::Error };
        // The one who asked may be gone; the guest may finish nevertheless.
        drop(head.send(response.map_err(|code| format!("{code:?}"))));
        let _ = answered.send(answer);
    })?;
    proxy.wasi_http_incoming_handler().call_handle(&mut *store, request, out).await?;
    Ok(was_answered.now_or_never().and_then(Result::ok).unwrap_or(Answer::None))
}

async fn answer_p3(
    instance: &mut HttpInstance,
    request: Request<WasiBody>,
    head: oneshot::Sender<Head>,
    body_done: oneshot::Receiver<()>,
) -> wasmtime::Result<Answer> {
    let Proxy::P3(service) = &instance.proxy else { return Ok(Answer::None) };
    instance
        .store
        .run_concurrent(async |accessor: &Accessor<Guest>| {
            let (request, sent) = accessor.with(|mut store| {
                let (request, sent) = p3::Request::from_http(store.data_mut().http().hooks, request);
                (request, Box::pin(sent) as RequestSent)
            });
            let response = match service.handle(accessor, request).await? {
                Ok(response) => response,
                Err(code) => {
                    drop(head.send(Err(format!("{code:?}"))));
                    return Ok(Answer::Error);
                }
            };
            let response = accessor.with(|mut store| response.into_http(&mut store, sent))?;
            if head.send(Ok(response)).is_ok() {
                // The body may come straight from the host's side of the store, without a task of the guest.
                drop(body_done.await);
            }
            future::poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
            Ok(Answer::Response)
        })
        .await?
}

fn report(entry: &HttpEntry, request: String, error: &wasmtime::Error, stderr: String) {
    let (what, backtrace) = describe(error);
    let failure = Failure { entry: entry.blueprint.name.to_string(), request: Some(request), what, backtrace, stderr };
    entry.blueprint.events.send(RunEvent::Failed(failure));
}

/// What happened in one line, and the guest's backtrace.
pub(crate) fn describe(error: &wasmtime::Error) -> (String, String) {
    let backtrace = error.downcast_ref::<wasmtime::WasmBacktrace>().map(ToString::to_string).unwrap_or_default();
    let what = if let Some(exit) = error.downcast_ref::<I32Exit>() {
        format!("the guest exited with code {}", exit.0)
    } else if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
        format!("the guest trapped: {trap}")
    } else if let Some(denied) = error.downcast_ref::<Denied>() {
        format!("the guest was stopped: {} not granted", denied.subject())
    } else {
        format!("the guest was stopped: {}", error.root_cause())
    };
    (what, backtrace)
}
