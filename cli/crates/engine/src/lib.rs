//! Finds out what a machine has and carries out plans: the only crate that starts programs.
//!
//! - [`probe()`] looks for tools and reads files: what plans are made from;
//! - [`execute()`] carries out a plan: in parallel, nothing twice, and it says why;
//! - [`clean`] removes what it made in an app;
//! - [`process`] runs one program, [`lock()`] lets one process at a time do something.
//!
//! The engine refuses to know languages, WIT and Wasmtime: what is neither a program nor a file is done by a [`Performer`]. It
//! refuses to print: it tells [`BuildEvent`]s. It refuses to read the process's environment: it is given an [`Environment`]. It
//! uses threads and channels, and the caller's thread is the only one that the caller sees.

mod build_lock;
mod cancel;
mod dep_info;
mod digest;
mod environment;
mod event;
mod execute;
mod fingerprint;
mod folder;
mod go_list;
mod inputs;
mod installed;
mod jobs;
mod lock;
mod names;
mod output;
mod outputs;
mod performer;
mod probe;
pub mod process;
mod report;
mod resources;
mod sources;
mod stamp;
mod state;
mod store;
mod walk;
mod write;

pub use cancel::CancelToken;
pub use environment::{Environment, WITHHELD};
pub use event::{BuildEvent, BuildOutcome, DirtyReason, EventSink, Notice, StepLine, StepOutcome};
pub use execute::{Compared, Examined, ExecuteOptions, Limits, OnFailure, Verdict, examine, execute};
pub use folder::{CleanError, Cleaned, Scope, clean, keep_file};
pub use inputs::InputError;
pub use installed::{Installed, installed, remove_installed};
pub use lock::{Lock, LockError, lock};
pub use performer::{PerformError, Performer};
pub use probe::{ProbeContext, probe};
pub use report::{BuildReport, ExecuteError, FailedStep, StepError, StepReport};
pub use resources::{free_disk, free_memory};
pub use sources::copy_sources;
pub use write::copy_whole;

/// The error and its causes on one line.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
