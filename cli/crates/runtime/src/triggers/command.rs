//! Commands: `wasi:cli/run`, with the process's own standard streams, the arguments and the exit code.

use std::{future, panic, sync::Arc};

use async_trait::async_trait;
use wasmtime::{Store, component::Accessor};
use wasmtime_wasi::{I32Exit, p2, p3};

use super::{Announcement, Executor, Reserved, Trigger, TriggerKind, TriggerOptions, find_entry};
use crate::{
    Entry, Failure, RunEvent, RuntimeError, Shutdown,
    code::Loaded,
    guest::{Blueprint, Guest, GuestSettings, Stdio},
    http::describe,
    linker,
    runtime::Host,
};

/// The exit code of a command that trapped: that of a process that aborted.
const TRAPPED: i32 = 134;

/// The exit code of a command that was interrupted.
const INTERRUPTED: i32 = 130;

/// The trigger kind `command`.
pub(super) struct Command;

/// The entries to run, and the arguments for each.
struct ToRun {
    entries: Vec<String>,
    args: Vec<String>,
}

/// Entries ready to run. Their code is loaded when they run, so that a request to stop also ends the loading.
struct Ready {
    host: Arc<Host>,
    entries: Vec<Entry>,
    args: Vec<String>,
}

impl TriggerKind for Command {
    fn key(&self) -> &'static str {
        "command"
    }

    fn reserve(&self, triggers: &[Trigger], options: &TriggerOptions) -> Result<Box<dyn Reserved>, RuntimeError> {
        let entries = triggers.iter().map(|trigger| trigger.entry.clone()).collect();
        Ok(Box::new(ToRun { entries, args: options.args.clone() }))
    }
}

#[async_trait]
impl Reserved for ToRun {
    fn serves_many(&self) -> bool {
        false
    }

    fn announcement(&self) -> Option<Announcement> {
        None
    }

    fn code_if_stopped(&self) -> i32 {
        INTERRUPTED
    }

    async fn load(self: Box<Self>, host: &Arc<Host>, entries: &[Entry]) -> Result<Box<dyn Executor>, RuntimeError> {
        let Self { entries: names, args } = *self;
        let entries = names.iter().map(|name| find_entry(entries, "the command", name).cloned());
        Ok(Box::new(Ready { host: Arc::clone(host), entries: entries.collect::<Result<_, _>>()?, args }))
    }
}

#[async_trait]
impl Executor for Ready {
    /// Runs the commands one after another, up to the first that fails.
    async fn run(self: Box<Self>, shutdown: &Shutdown) -> Result<i32, RuntimeError> {
        let Self { host, entries, args } = *self;
        for entry in entries {
            // The command runs in its own task: a guest that writes to a pipe that nobody reads blocks its thread, and
            // a request to stop must still be noticed.
            let mut ended = tokio::spawn(run_to_end(Arc::clone(&host), entry, args.clone()));
            let code = tokio::select! {
                // It was not aborted, so it can only have panicked.
                result = &mut ended => {
                    let Ended { code, failure } =
                        result.unwrap_or_else(|panicked| panic::resume_unwind(panicked.into_panic()))?;
                    // Not earlier: whoever has seen the failure and requests a stop still gets the exit code of the failure.
                    if let Some(failure) = failure {
                        host.events.send(RunEvent::Failed(failure));
                    }
                    code
                }
                () = shutdown.requested(1) => {
                    ended.abort();
                    INTERRUPTED
                }
            };
            if code != 0 {
                return Ok(code);
            }
        }
        Ok(0)
    }
}

/// How a command ended.
struct Ended {
    code: i32,
    /// Set if it trapped.
    failure: Option<Failure>,
}

async fn run_to_end(host: Arc<Host>, entry: Entry, args: Vec<String>) -> Result<Ended, RuntimeError> {
    let args = std::iter::once(entry.name.clone()).chain(args).collect();
    let memory = host.limits.memory;
    let settings = GuestSettings { args, stdio: Stdio::Inherited, memory, events: &host.events };
    let blueprint = Blueprint::new(&entry, settings)?;
    // Optimised code that is compiled in the background is for the next run.
    let Loaded { component, optimised: _ } = host.code.load(&entry.name, &entry.component).await?;
    let pre = linker::link(component.engine(), &component, &blueprint)?;
    let mut store = blueprint.store(component.engine())?;
    let _running = host.engines.running();
    let result = if let Ok(pre) = p3::bindings::CommandPre::new(pre.clone()) {
        run_p3(&mut store, &pre).await
    } else if let Ok(pre) = p2::bindings::CommandPre::new(pre) {
        run_p2(&mut store, &pre).await
    } else {
        return Err(RuntimeError::NoCommandExport { entry: entry.name.clone() });
    };
    Ok(ended(&blueprint, &store, result))
}

async fn run_p2(store: &mut Store<Guest>, pre: &p2::bindings::CommandPre<Guest>) -> wasmtime::Result<Result<(), ()>> {
    let command = pre.instantiate_async(&mut *store).await?;
    command.wasi_cli_run().call_run(store).await
}

async fn run_p3(store: &mut Store<Guest>, pre: &p3::bindings::CommandPre<Guest>) -> wasmtime::Result<Result<(), ()>> {
    let command = pre.instantiate_async(&mut *store).await?;
    store
        .run_concurrent(async |accessor: &Accessor<Guest>| {
            let result = command.wasi_cli_run().call_run(accessor).await?;
            future::poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
            Ok(result)
        })
        .await?
}

fn ended(blueprint: &Blueprint, store: &Store<Guest>, result: wasmtime::Result<Result<(), ()>>) -> Ended {
    let guest = store.data();
    guest.finish_output();
    let error = match result {
        Ok(Ok(())) => return Ended { code: 0, failure: None },
        Ok(Err(())) => return Ended { code: 1, failure: None },
        Err(error) => error,
    };
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return Ended { code: exit.0, failure: None };
    }
    let (what, backtrace) = describe(&error);
    let failure =
        Failure { entry: blueprint.name.to_string(), request: None, what, backtrace, stderr: guest.take_kept_stderr() };
    Ended { code: TRAPPED, failure: Some(failure) }
}
