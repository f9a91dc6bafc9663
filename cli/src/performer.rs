//! Carries out the actions that the engine cannot: those of wasm-tools, composition and Wasmtime.

use std::{
    collections::BTreeMap,
    panic,
    path::PathBuf,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use conjoin_engine::{CancelToken, PerformError, Performer};
use conjoin_plan::{
    AbsPath, ComposeAction, EncodeAction, Expectation, GenerateAction, GeneratedFile, Made, PrecompileAction,
    ProveAction,
};
use conjoin_wit::WitFile;

use crate::{attribution, wit_folder::wit_files};

/// Carries out actions with the crates of this workspace.
pub(crate) struct SystemPerformer;

impl Performer for SystemPerformer {
    fn version(&self) -> String {
        format!("conjoin {}", env!("CARGO_PKG_VERSION"))
    }

    fn generate(&self, action: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError> {
        let wit = read_wit(&action.wit)?;
        action.generator.generate(&wit, &action.world).map_err(|error| PerformError::new(chain(&error)))
    }

    fn encode(&self, action: &EncodeAction) -> Result<Vec<u8>, PerformError> {
        let module = read(&action.module)?;
        let wit = read_wit(&action.wit)?;
        let made = match action.made {
            Made::Module(adapter) => conjoin_wit::encode(&module, &wit, &action.world, adapter),
            Made::Either => conjoin_wit::encode_either(&module, &wit, &action.world),
        };
        // A command of the user wrote the file, so the message names it.
        let made = made.map_err(|error| match action.made {
            Made::Module(_) => PerformError::new(chain(&error)),
            Made::Either => PerformError::new(format!("`{}`: {}", action.module, chain(&error))),
        })?;
        if action.strip { stripped(&made, &action.module) } else { Ok(made) }
    }

    fn strip(&self, component: &AbsPath) -> Result<Vec<u8>, PerformError> {
        stripped(&read(component)?, component)
    }

    fn compose(&self, action: &ComposeAction) -> Result<Vec<u8>, PerformError> {
        let components = action
            .components
            .iter()
            .map(|(name, path)| Ok((name.clone(), read(path)?)))
            .collect::<Result<BTreeMap<_, _>, PerformError>>()?;
        conjoin_compose::compose(&action.wiring, &components).map_err(|error| PerformError {
            text: "the built components cannot be composed".to_owned(),
            diagnostics: vec![error.diagnostic()],
            is_bug: error.is_bug(),
        })
    }

    fn prove(&self, action: &ProveAction, cancel: &CancelToken) -> Result<(), PerformError> {
        let ProveAction { component, expectation, .. } = action.clone();
        unless_cancelled(cancel, move || {
            let (said, expected) = match expectation {
                Expectation::Prints(text) => (conjoin_runtime::prove_prints(component.as_path()), text),
                Expectation::Hello(text) => (conjoin_runtime::prove_hello(component.as_path()), text),
            };
            let said = said.map_err(|error| PerformError::new(chain(&error)))?;
            if said == expected {
                return Ok(());
            }
            Err(PerformError::new(format!("`{component}` was built, but says {said:?} instead of {expected:?}")))
        })
    }

    fn precompile(&self, action: &PrecompileAction, cancel: &CancelToken) -> Result<(), PerformError> {
        let PrecompileAction { entry, component, into, .. } = action.clone();
        unless_cancelled(cancel, move || {
            let made = conjoin_runtime::precompile(entry.as_str(), component.as_path(), into.as_path());
            made.map_err(|error| PerformError {
                text: "precompilation failed".to_owned(),
                diagnostics: vec![attribution::runtime(&error)],
                is_bug: false,
            })
        })
    }
}

/// Runs `work`, which cannot be stopped, on its own thread. On cancellation, that thread is abandoned. A panic there is
/// resumed here.
fn unless_cancelled(
    cancel: &CancelToken,
    work: impl FnOnce() -> Result<(), PerformError> + Send + 'static,
) -> Result<(), PerformError> {
    let (guard, ended) = mpsc::channel::<()>();
    let thread = thread::Builder::new().name("conjoin-performer".to_owned()).spawn(move || {
        let _dropped_at_the_end = guard;
        work()
    });
    let thread = thread.map_err(|error| PerformError::new(format!("no thread could be started: {error}")))?;
    loop {
        match ended.recv_timeout(CHECK_INTERVAL) {
            Err(RecvTimeoutError::Disconnected) => {
                return thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            }
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                return Err(PerformError::new("it was abandoned because the build was cancelled"));
            }
            Err(RecvTimeoutError::Timeout) | Ok(()) => {}
        }
    }
}

/// How often to check for cancellation.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// Removes names and debug information from `component`, which was made from the file `from`.
fn stripped(component: &[u8], from: &AbsPath) -> Result<Vec<u8>, PerformError> {
    conjoin_wit::strip(component)
        .map_err(|error| PerformError::new(format!("`{from}` cannot be used: {}; {}", chain(&error), error.hint())))
}

fn read(path: &AbsPath) -> Result<Vec<u8>, PerformError> {
    fs_err::read(path).map_err(|error| PerformError::new(error.to_string()))
}

/// Reads the WIT package in `folder`.
fn read_wit(folder: &AbsPath) -> Result<Vec<WitFile>, PerformError> {
    let failed = |error: std::io::Error| PerformError::new(error.to_string());
    let read = |path: PathBuf| {
        let text = fs_err::read_to_string(folder.join(&path)).map_err(failed)?;
        Ok(WitFile { path, text })
    };
    wit_files(folder).map_err(failed)?.into_iter().map(read).collect()
}

/// Renders an error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    conjoin_engine::error_chain(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_work_goes_on_in_the_thread_that_waits() {
        let cancel = CancelToken::new().expect("a pipe");
        let ended = panic::catch_unwind(|| unless_cancelled(&cancel, || panic!("index out of bounds")));
        let panic = ended.expect_err("it panicked");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"index out of bounds"));
    }

    #[test]
    fn work_that_does_not_end_is_left_behind_when_the_build_is_cancelled() {
        let cancel = CancelToken::new().expect("a pipe");
        let (end, never) = mpsc::channel::<()>();
        cancel.cancel();
        let ended = unless_cancelled(&cancel, move || {
            let _ = never.recv();
            Ok(())
        });
        assert_eq!(ended.expect_err("it was cancelled").text, "it was abandoned because the build was cancelled");
        drop(end);
    }
}
