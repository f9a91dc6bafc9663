//! Serves and runs components on an embedded Wasmtime.
//!
//! [`reserve`] takes what triggers need, such as an address, and [`Runtime::run`] runs them all at once: HTTP requests are answered by
//! entries of WASI 0.2 (`wasi:http/incoming-handler`) and 0.3 (`wasi:http/handler`), a command is an entry with `wasi:cli/run`.
//! [`prove_prints`] and [`prove_hello`] try what a freshly installed toolchain built, [`precompile`] makes a start quick.
//!
//! ```
//! use std::sync::Arc;
//!
//! use conjoin_runtime::{
//!     Entry, Grants, Limits, RunOptions, Runtime, RuntimeOptions, Shutdown, Trigger, TriggerOptions, reserve,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let component = folder.path().join("nothing.wasm");
//! // A command that does nothing, with success.
//! let text = r#"(component
//!   (core module $m (func (export "run") (result i32) (i32.const 0)))
//!   (core instance $i (instantiate $m))
//!   (func $run (result (result)) (canon lift (core func $i "run")))
//!   (instance $exported (export "run" (func $run)))
//!   (export "wasi:cli/run@0.2.0" (instance $exported)))"#;
//! std::fs::write(&component, wat::parse_str(text)?)?;
//!
//! let runtime = Runtime::new(RuntimeOptions {
//!     code_cache: folder.path().join("code"),
//!     events: Arc::new(|event| println!("{event:?}")),
//! })?;
//! let entry = Entry {
//!     name: "nothing".to_owned(),
//!     component,
//!     grants: Grants::default(),
//!     members: vec!["nothing".to_owned()],
//!     reuse: None,
//! };
//! let trigger = Trigger { kind: "command".to_owned(), entry: "nothing".to_owned(), settings: serde_json::json!({}) };
//! let options = TriggerOptions { listen: ([127, 0, 0, 1], 0).into(), args: Vec::new() };
//! let triggers = reserve(&[trigger], &options)?;
//! let code = runtime.run(RunOptions { triggers, entries: vec![entry], limits: Limits::default() }, &Shutdown::new())?;
//! assert_eq!(code, 0);
//! # Ok(())
//! # }
//! ```
//!
//! This is the only crate that is asynchronous and the only one that knows Wasmtime; neither shows in its interface.
//! It refuses to print: what happens is a [`RunEvent`] handed to the callback of [`RuntimeOptions`]. It refuses to read the
//! manifest, the environment and signals: grants, values and a [`Shutdown`] are handed in.
//!
//! A kind of trigger is a module of `triggers`. The way of a request: `http::server` accepts, `http::route` finds the entry, `admission` limits how many run
//! at once, `http::worker` makes a fresh instance from the code that `code` loaded, and `http::answer` puts it on the wire.
//!
//! | file on disk | written and read by |
//! |---|---|
//! | `<code cache>/<key>.cwasm` | `code::cache`: optimised native code of one component |
//! | `<code cache>/<key>.record` | `code::record`: size, hash and identity of that file |
//! | `<code cache>/<path>.seen` | `code::cache`: the hash of a component, so that one that did not change is not read again |
//! | `<code cache>/*.<pid>.tmp` | `code::cache`: a file in the making, renamed when whole |

mod admission;
mod code;
mod denials;
mod engine;
mod error;
mod event;
mod events;
mod guest;
mod http;
mod instance_limits;
mod linker;
mod options;
mod outbound;
mod output;
mod precompile;
mod prove;
mod runtime;
mod shutdown;
mod triggers;

pub use conjoin_policy::Grants;
pub use error::RuntimeError;
pub use event::{Denied, EventCallback, Failure, HowCompiled, RunEvent, StreamKind};
pub use options::{Entry, Limits, RunOptions, RuntimeOptions};
pub use precompile::precompile;
pub use prove::{prove_hello, prove_prints};
pub use runtime::Runtime;
pub use shutdown::Shutdown;
pub use triggers::{Announcement, Reservation, Trigger, TriggerOptions, reserve};
