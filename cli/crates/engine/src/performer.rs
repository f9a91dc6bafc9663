//! The interface to actions that need neither programs nor plain file operations.
//!
//! The engine knows neither wasm-tools nor Wasmtime. It passes such actions to a [`Performer`], which reads the named
//! files and gives back bytes. The engine writes them.

use std::fmt;

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, ComposeAction, EncodeAction, GenerateAction, GeneratedFile, PrecompileAction, ProveAction,
};

use crate::CancelToken;

/// Carries out actions that the engine cannot. Called from several threads at once.
pub trait Performer: Sync {
    /// The version of the performer, e.g. `conjoin 0.1.0`. It is part of keys, because results depend on it.
    fn version(&self) -> String;

    /// Generates bindings or declarations for a world.
    ///
    /// # Errors
    ///
    /// The world cannot be read or has no bindings in this language.
    fn generate(&self, action: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError>;

    /// Encodes a core module as a component.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or the module does not match its world.
    fn encode(&self, action: &EncodeAction) -> Result<Vec<u8>, PerformError>;

    /// Removes names and debug information from a component.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is not a component.
    fn strip(&self, component: &AbsPath) -> Result<Vec<u8>, PerformError>;

    /// Composes components into one.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or the components do not fit together.
    fn compose(&self, action: &ComposeAction) -> Result<Vec<u8>, PerformError>;

    /// Runs a component and compares its output with what is expected. When cancelled, it returns at once with any
    /// result.
    ///
    /// # Errors
    ///
    /// The component does not run, or its output differs.
    fn prove(&self, action: &ProveAction, cancel: &CancelToken) -> Result<(), PerformError>;

    /// Compiles a composition to native code and stores that. When cancelled, it returns at once with any result.
    ///
    /// # Errors
    ///
    /// The composition cannot be read or compiled, or the code cannot be stored.
    fn precompile(&self, action: &PrecompileAction, cancel: &CancelToken) -> Result<(), PerformError>;
}

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformError {
    /// What failed: lower case, no full stop.
    pub text: String,
    /// What is wrong in the user's files, if that is the cause.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether conjoin itself is at fault.
    pub is_bug: bool,
}

impl PerformError {
    /// An error that is not caused by a file of the user.
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
