//! The entry point: a [`Runtime`] owns the threads on which guests run.

use std::{sync::Arc, time::Duration};

use crate::{
    Limits, RunOptions, RuntimeError, RuntimeOptions, Shutdown,
    admission::Admission,
    code::CodeStore,
    engine::{Allocation, Engines},
    events::{Events, PATIENCE},
    triggers,
};

/// How long to wait for guests' system calls when the runtime is dropped.
const SHUTDOWN: Duration = Duration::from_millis(200);

/// How many task polls a thread runs before it checks for outside events. Polling a guest in a loop takes until the
/// next tick, so with the default of 61 a request would wait more than half a second, several times.
const EVENT_INTERVAL: u32 = 8;

/// Runs guests until it is dropped.
pub struct Runtime {
    options: RuntimeOptions,
    events: Events,
    tokio: Option<tokio::runtime::Runtime>,
}

/// State that all triggers of a run share.
pub(crate) struct Host {
    pub(crate) engines: Arc<Engines>,
    pub(crate) code: CodeStore,
    pub(crate) events: Events,
    pub(crate) admission: Arc<Admission>,
    pub(crate) limits: Limits,
}

impl Runtime {
    /// Starts the runtime's threads. Nothing is loaded yet.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Start`] if the system refuses more threads or files.
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

    /// Runs the triggers of `options` until each has ended, or until `shutdown` is requested. Sends
    /// [`crate::RunEvent::Ready`] when they can be called.
    ///
    /// After the first request to stop, running calls are finished. After the second one, nothing is waited for.
    ///
    /// Gives the exit code: 0 for triggers that run until they are stopped, the guest's own for a command. 134 means
    /// that the command trapped, 130 that a stop was requested.
    ///
    /// # Errors
    ///
    /// An entry is missing, cannot be read, compiled or linked, or does not export what its trigger calls; an origin is
    /// invalid; a granted folder cannot be opened; or the folder of compiled code cannot be used. A guest's failure
    /// while it runs is an event.
    ///
    /// # Panics
    ///
    /// Resumes at the end the first panic of a thread or task of this runtime, which is a bug in this crate or in the
    /// callback.
    pub fn run(&self, options: RunOptions, shutdown: &Shutdown) -> Result<i32, RuntimeError> {
        let RunOptions { triggers, entries, limits } = options;
        let host = Arc::new(self.host(triggers.serves_many(), limits)?);
        let result = self.block_on(triggers::run(triggers, &host, &entries, shutdown));
        self.finish(shutdown);
        result
    }

    /// Waits until all events were delivered, then resumes the panic of a thread or task, if there was one.
    fn finish(&self, shutdown: &Shutdown) {
        self.events.flush(|| shutdown.patience());
        self.events.resume_panic();
    }

    fn host(&self, serves_many: bool, limits: Limits) -> Result<Host, RuntimeError> {
        let concurrent = u32::try_from(limits.concurrent).unwrap_or(u32::MAX);
        let allocation = if serves_many { Allocation::Pooled(concurrent) } else { Allocation::OnDemand };
        let engines = Arc::new(Engines::new(allocation)?);
        let code = CodeStore::new(&self.options.code_cache, Arc::clone(&engines), self.events.clone())?;
        let admission = Arc::new(Admission::new(&limits));
        Ok(Host { engines, code, events: self.events.clone(), admission, limits })
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.tokio.as_ref().expect("set until dropped").block_on(future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(tokio) = self.tokio.take() {
            // Guests are dropped and their code is unmapped. A system call that does not return is abandoned.
            tokio.shutdown_timeout(SHUTDOWN);
        }
        self.events.flush(|| Some(PATIENCE));
    }
}
