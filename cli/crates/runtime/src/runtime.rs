//! The door: a [`Runtime`] owns the threads on which guests run, and hands each task to its module.

use std::{sync::Arc, time::Duration};

use crate::{
    CommandOptions, RuntimeError, RuntimeOptions, ServeOptions, Shutdown,
    code::CodeStore,
    command,
    engine::{Allocation, Engines},
    events::{Events, PATIENCE},
    http,
};

/// How long system calls of guests may take when everything ends.
const SHUTDOWN: Duration = Duration::from_millis(200);

/// How many turns of tasks a thread takes before it looks for what came from outside. A turn of a guest in a loop lasts until the next
/// tick, so with the usual 61 a request would wait for more than half a second, several times.
const EVENT_INTERVAL: u32 = 8;

/// Runs guests until it is dropped.
pub struct Runtime {
    options: RuntimeOptions,
    events: Events,
    tokio: Option<tokio::runtime::Runtime>,
}

/// What a task of the runtime works with.
pub(crate) struct Host {
    pub(crate) engines: Arc<Engines>,
    pub(crate) code: CodeStore,
    pub(crate) events: Events,
}

impl Runtime {
    /// Starts the threads that `options` ask for; nothing is loaded yet.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Start`] if the system gives the process no further threads or files.
    pub fn new(options: RuntimeOptions) -> Result<Self, RuntimeError> {
        let start = |error: std::io::Error| RuntimeError::Start { reason: error.to_string() };
        let events = Events::start(Arc::clone(&options.events)).map_err(start)?;
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("conjoin-guests")
            .event_interval(EVENT_INTERVAL)
            .build()
            .map_err(start)?;
        Ok(Self { options, events, tokio: Some(tokio) })
    }

    /// Serves the entries of `options` over HTTP until a stop is requested of `shutdown`. Sends [`crate::RunEvent::Ready`] when requests
    /// are accepted.
    ///
    /// After the first request to stop, requests that run are finished. After the second one, nothing is waited for.
    ///
    /// # Errors
    ///
    /// If an entry cannot be read, compiled or linked or answers no HTTP requests, if a route or an origin is wrong, if a granted folder
    /// cannot be opened, and if the folder of compiled code cannot be used. Failures of guests while it serves are events.
    ///
    /// # Panics
    ///
    /// Goes on with the first panic of a thread or task of this runtime, at the end: it is a bug of this crate or of the callback.
    pub fn serve(&self, options: ServeOptions, shutdown: &Shutdown) -> Result<(), RuntimeError> {
        let concurrent = u32::try_from(options.limits.concurrent).unwrap_or(u32::MAX);
        let result = self.block_on(http::serve(|| self.host(Allocation::Pooled(concurrent)), options, shutdown));
        self.finish(shutdown);
        result
    }

    /// Runs the command of `options` to its end, or until a stop is requested of `shutdown`, and returns its exit code: 134 if it
    /// trapped, 130 if a stop was requested.
    ///
    /// # Errors
    ///
    /// If the entry cannot be read, compiled or linked or does not export `wasi:cli/run`, if an origin is wrong, if a granted folder
    /// cannot be opened, and if the folder of compiled code cannot be used.
    ///
    /// # Panics
    ///
    /// Goes on with the first panic of a thread or task of this runtime, at the end: it is a bug of this crate or of the callback.
    pub fn run_command(&self, options: CommandOptions, shutdown: &Shutdown) -> Result<i32, RuntimeError> {
        let host = self.host(Allocation::OnDemand)?;
        let result = self.block_on(command::run(host, options, shutdown));
        self.finish(shutdown);
        result
    }

    /// Waits until everything was told, and goes on with a panic that a thread or task of this runtime has left.
    fn finish(&self, shutdown: &Shutdown) {
        self.events.flush(|| shutdown.patience());
        self.events.resume_panic();
    }

    fn host(&self, allocation: Allocation) -> Result<Host, RuntimeError> {
        let engines = Arc::new(Engines::new(allocation)?);
        let code = CodeStore::new(&self.options.code_cache, Arc::clone(&engines), self.events.clone())?;
        Ok(Host { engines, code, events: self.events.clone() })
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.tokio.as_ref().expect("set until dropped").block_on(future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(tokio) = self.tokio.take() {
            // Guests are dropped and their code unmapped; a system call that does not return is not waited for.
            tokio.shutdown_timeout(SHUTDOWN);
        }
        self.events.flush(|| Some(PATIENCE));
    }
}
