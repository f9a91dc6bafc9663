//! What the engine cannot do itself: wasm-tools, composition and Wasmtime.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use conjoin_engine::{CancelToken, GeneratedFile, PerformError, Performer};
use conjoin_plan::{
    AbsPath, ComposeAction, EncodeAction, Expectation, GenerateAction, Made, PrecompileAction, ProveAction,
};
use conjoin_wit::WitFile;

use crate::{blame, wit_folder::wit_files};

/// Carries out actions with the crates of this workspace.
pub(crate) struct SystemPerformer;

impl Performer for SystemPerformer {
    fn version(&self) -> String {
        format!("conjoin {}", env!("CARGO_PKG_VERSION"))
    }

    fn generate(&self, action: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError> {
        let wit = read_wit(&action.wit)?;
        let files = conjoin_toolchains::generate(&action.generator, &wit, &action.world)
            .map_err(|error| PerformError::new(chain(&error)))?;
        Ok(files.into_iter().map(|file| GeneratedFile { path: file.path, text: file.text }).collect())
    }

    fn encode(&self, action: &EncodeAction) -> Result<Vec<u8>, PerformError> {
        let module = read(&action.module)?;
        let wit = read_wit(&action.wit)?;
        let made = match action.made {
            Made::Module(adapter) => conjoin_wit::encode(&module, &wit, &action.world, adapter),
            Made::Either => conjoin_wit::encode_either(&module, &wit, &action.world),
        };
        // Only the user knows what a command of theirs makes, so they need the file's name.
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

    fn prove(&self, action: &ProveAction) -> Result<(), PerformError> {
        let component = action.component.as_path();
        let (said, expected) = match &action.expectation {
            Expectation::Prints(text) => (conjoin_runtime::prove_prints(component), text),
            Expectation::Hello(text) => (conjoin_runtime::prove_hello(component), text),
        };
        let said = said.map_err(|error| PerformError::new(chain(&error)))?;
        if said == *expected {
            return Ok(());
        }
        Err(PerformError::new(format!("`{}` was built, but says {said:?} instead of {expected:?}", action.component)))
    }

    fn precompile(&self, action: &PrecompileAction, cancel: &CancelToken) -> Result<(), PerformError> {
        let PrecompileAction { entry, component, into, .. } = action.clone();
        let (send, receive) = mpsc::channel();
        // A thread of its own, because a compiler cannot be stopped, only left behind.
        thread::spawn(move || {
            let made = conjoin_runtime::precompile(entry.as_str(), component.as_path(), into.as_path());
            drop(send.send(made.map_err(|error| PerformError {
                text: "it could not be made".to_owned(),
                diagnostics: vec![blame::runtime(&error)],
                is_bug: false,
            })));
        });
        loop {
            match receive.recv_timeout(LOOK) {
                Ok(made) => return made,
                Err(RecvTimeoutError::Timeout) if !cancel.is_cancelled() => {}
                Err(_) => return Err(PerformError::new("the compiler was left behind")),
            }
        }
    }
}

/// How often it is looked whether a compiler is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// `component`, which was made from the file `from`, without what only people and debuggers read.
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

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    conjoin_engine::error_chain(error)
}
