//! Probes the machine and executes plans. This is the only crate that starts programs.
//!
//! - [`probe()`] looks for tools and reads files, from which plans are made.
//! - [`execute()`] executes a plan: in parallel, only what is not up to date, and with reasons.
//! - [`clean`] removes its files from an app.
//! - [`process`] runs one program. [`lock()`] ensures that one process at a time does something.
//!
//! The engine knows neither languages nor WIT nor Wasmtime: a [`Performer`] carries out actions that are neither
//! programs nor file operations. The engine does not print: it sends [`BuildEvent`]s. It does not read the process's
//! environment: it gets an [`Environment`]. It uses threads and channels, but calls its caller back only on the
//! caller's thread.
//!
//! ```
//! use std::{num::NonZeroUsize, time::Duration};
//!
//! use conjoin_engine::{BuildOutcome, CancelToken, Environment, ExecuteOptions, StepLimits, OnFailure, Scope, execute};
//! use conjoin_manifest::ComponentName;
//! use conjoin_plan::{AbsPath, Action, Keep, Layout, Plan, Profile, Step, StepId, Subject, WrittenFile};
//! # use conjoin_engine::{PerformError, Performer};
//! # use conjoin_plan::{ComposeAction, EncodeAction, GenerateAction, GeneratedFile, PrecompileAction, ProveAction};
//! # struct NoPerformer;
//! # impl Performer for NoPerformer {
//! #     fn version(&self) -> String { "none".to_owned() }
//! #     fn generate(&self, _: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError> { Err(PerformError::new("no")) }
//! #     fn encode(&self, _: &EncodeAction) -> Result<Vec<u8>, PerformError> { Err(PerformError::new("no")) }
//! #     fn strip(&self, _: &AbsPath) -> Result<Vec<u8>, PerformError> { Err(PerformError::new("no")) }
//! #     fn compose(&self, _: &ComposeAction) -> Result<Vec<u8>, PerformError> { Err(PerformError::new("no")) }
//! #     fn prove(&self, _: &ProveAction, _: &CancelToken) -> Result<(), PerformError> { Ok(()) }
//! #     fn precompile(&self, _: &PrecompileAction, _: &CancelToken) -> Result<(), PerformError> { Ok(()) }
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let app = AbsPath::new(folder.path().join("app")).ok_or("not absolute")?;
//! let cache = AbsPath::new(folder.path().join("cache")).ok_or("not absolute")?;
//! std::fs::create_dir(app.as_path())?;
//! let hello = app.join(".conjoin/hello.txt");
//! let step = Step {
//!     id: StepId("pricing/hello".to_owned()),
//!     subject: Subject::Component(ComponentName::parse("pricing")?),
//!     title: "write a greeting".to_owned(),
//!     action: Action::Write(vec![WrittenFile::text(hello.clone(), "hello")]),
//!     inputs: Vec::new(),
//!     outputs: vec![hello.clone()],
//!     versions: Vec::new(),
//!     discovery: None,
//!     keep: Keep::InPlace,
//! };
//! let options = ExecuteOptions {
//!     layout: &Layout { app, cache, profile: Profile::Dev },
//!     scope: Scope::App,
//!     probed: None,
//!     environment: &Environment::new(std::env::vars_os()),
//!     jobs: NonZeroUsize::MIN,
//!     memory: None,
//!     on_failure: OnFailure::Continue,
//!     cancel: &CancelToken::new()?,
//!     limits: StepLimits { time: None, silence: Duration::from_secs(60), heartbeat: Duration::from_secs(10) },
//!     progress: false,
//!     store_limit: None,
//! };
//! let report = execute(&Plan::new(vec![step])?, &options, &NoPerformer, &mut |event| println!("{event:?}"))?;
//! assert_eq!(report.outcome(), BuildOutcome::Done);
//! assert_eq!(std::fs::read_to_string(hello.as_path())?, "hello");
//! # Ok(())
//! # }
//! ```

mod build_lock;
mod cancel;
mod content_memory;
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
pub use content_memory::ContentMemory;
pub use environment::{Environment, WITHHELD};
pub use event::{BuildEvent, BuildOutcome, DirtyReason, EventSink, Notice, StepLine, StepOutcome};
pub use execute::{Compared, Examined, ExecuteOptions, OnFailure, StepLimits, Verdict, examine, execute};
pub use folder::{CleanError, Cleaned, Scope, clean, keep_file};
pub use inputs::InputError;
pub use installed::{Installed, installed, remove_installed};
pub use lock::{Lock, LockError, lock};
pub use performer::{PerformError, Performer};
pub use probe::{ProbeContext, assume_recorded, probe};
pub use report::{BuildReport, ExecuteError, FailedStep, StepError, StepReport};
pub use resources::{free_disk, free_memory};
pub use sources::copy_sources;
pub use write::copy_whole;

/// Renders an error and its causes on one line.
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
