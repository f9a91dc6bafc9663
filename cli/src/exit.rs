//! Exit codes and errors of commands.

use conjoin_diagnostics::Diagnostic;

/// The exit codes of conjoin, which are stable. `run` passes through the code of a command entry instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success.
    Done = 0,
    /// An error of the project: its manifest, its WIT, a build or a composition.
    Project = 1,
    /// An error of the command line.
    Usage = 2,
    /// An error of the machine: a tool is missing or not supported, a folder is not writable, a port is in use.
    Environment = 3,
    /// A bug in conjoin.
    Internal = 70,
    /// Ctrl-C or SIGTERM ended it.
    Interrupted = 130,
    /// The component that `run` ran trapped.
    Trap = 134,
}

/// Why a command failed: its exit code and its diagnostics, in order.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// The code.
    pub(crate) exit: Exit,
    /// The diagnostics; empty if they were already printed.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl CommandError {
    /// An error of the project.
    pub(crate) fn project(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Project, diagnostics }
    }

    /// An error of the command line.
    pub(crate) fn usage(diagnostic: Diagnostic) -> Self {
        Self { exit: Exit::Usage, diagnostics: vec![diagnostic] }
    }

    /// An error of the machine.
    pub(crate) fn environment(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Environment, diagnostics }
    }

    /// A file or folder could not be used.
    pub(crate) fn io(code: &'static str, error: &std::io::Error) -> Self {
        Self::environment(vec![Diagnostic::error(code, error.to_string())])
    }
}
