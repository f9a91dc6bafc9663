//! What carries out the actions that are neither programs nor files.
//!
//! The engine knows neither wasm-tools nor Wasmtime. It hands such actions to a [`Performer`], which reads the files that they name
//! and gives bytes back; writing them is the engine's business again.

use std::fmt;

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, ComposeAction, EncodeAction, GenerateAction, GeneratedFile, PrecompileAction, ProveAction,
};

use crate::CancelToken;

/// Carries out what the engine does not know. Called from several threads at once.
pub trait Performer: Sync {
    /// What its results depend on beside actions and input files, for keys: e.g. `conjoin 0.1.0`.
    fn version(&self) -> String;

    /// Makes bindings or declarations of a world.
    fn generate(&self, action: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError>;

    /// Makes a component from a core module.
    fn encode(&self, action: &EncodeAction) -> Result<Vec<u8>, PerformError>;

    /// Leaves names and debug information out of a component.
    fn strip(&self, component: &AbsPath) -> Result<Vec<u8>, PerformError>;

    /// Composes components.
    fn compose(&self, action: &ComposeAction) -> Result<Vec<u8>, PerformError>;

    /// Runs a component and compares what it says with what is expected. When `cancel` says so, it returns at once, whatever it
    /// returns.
    fn prove(&self, action: &ProveAction, cancel: &CancelToken) -> Result<(), PerformError>;

    /// Compiles a composition to native code and keeps that. When `cancel` says so, it returns at once, whatever it returns.
    fn precompile(&self, action: &PrecompileAction, cancel: &CancelToken) -> Result<(), PerformError>;
}

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformError {
    /// What failed, lower case, no full stop.
    pub text: String,
    /// What is wrong in the user's files, if that is the cause.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether conjoin itself is at fault.
    pub is_bug: bool,
}

impl PerformError {
    /// An error for which no file of the user is to blame.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), diagnostics: Vec::new(), is_bug: false }
    }
}

impl fmt::Display for PerformError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for PerformError {}
