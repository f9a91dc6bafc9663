//! The door: a [`Runtime`] owns the threads on which guests run, and hands each task to its module.

use std::{sync::Arc, time::Duration};

use crate::{
    CommandOptions, RuntimeError, RuntimeOptions, ServeOptions, Shutdown,
    code::CodeStore,
    command,
    engine::{Allocation, Engines},
    event::Events,
    http,
};

/// How long system calls of guests may take when everything ends.
const SHUTDOWN: Duration = Duration::from_millis(200);

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
    /// Starts the threads; nothing is loaded yet.
    pub fn new(options: RuntimeOptions) -> Result<Self, RuntimeError> {
        let start = |error: std::io::Error| RuntimeError::Start { reason: error.to_string() };
        let events = Events::start(Arc::clone(&options.events)).map_err(start)?;
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("conjoin-guests")
            .build()
            .map_err(start)?;
        Ok(Self { options, events, tokio: Some(tokio) })
    }

    /// Serves HTTP until a shutdown is requested. Says [`crate::RunEvent::Ready`] when requests are accepted.
    pub fn serve(&self, options: ServeOptions, shutdown: &Shutdown) -> Result<(), RuntimeError> {
        let concurrent = u32::try_from(options.limits.concurrent).unwrap_or(u32::MAX);
        let result = self.block_on(http::serve(|| self.host(Allocation::Pooled(concurrent)), options, shutdown));
        self.events.flush();
        result
    }

    /// Runs a command to its end and returns its exit code; 134 if it trapped, 130 if a shutdown was requested.
    pub fn run_command(&self, options: CommandOptions, shutdown: &Shutdown) -> Result<i32, RuntimeError> {
        let host = self.host(Allocation::OnDemand)?;
        let result = self.block_on(command::run(host, options, shutdown));
        self.events.flush();
        result
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
        self.events.flush();
    }
}
