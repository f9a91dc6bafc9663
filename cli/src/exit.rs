//! How a command ends.

use conjoin_diagnostics::Diagnostic;

/// The exit codes of conjoin; part of what it promises. `run` passes the code of a command entry through instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// The project is at fault: its manifest, its WIT, a build or a composition.
    Project = 1,
    /// The command line is at fault.
    Usage = 2,
    /// The machine is at fault: a tool is missing or not supported, a folder cannot be written, a port is in use.
    Environment = 3,
    /// conjoin is at fault.
    Internal = 70,
    /// Ctrl-C or SIGTERM ended it.
    Interrupted = 130,
    /// The component that `run` ran trapped.
    Trap = 134,
}

/// Why a command failed: the code it exits with, and everything there is to say, in order.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// The code.
    pub(crate) exit: Exit,
    /// What is said; may be empty where it was said already.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl CommandError {
    /// The project is at fault.
    pub(crate) fn project(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Project, diagnostics }
    }

    /// The command line is at fault.
    pub(crate) fn usage(diagnostic: Diagnostic) -> Self {
        Self { exit: Exit::Usage, diagnostics: vec![diagnostic] }
    }

    /// The machine is at fault.
    pub(crate) fn environment(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Environment, diagnostics }
    }

    /// A file or folder could not be used.
    pub(crate) fn io(code: &'static str, error: &std::io::Error) -> Self {
        Self::environment(vec![Diagnostic::error(code, error.to_string())])
    }
}
