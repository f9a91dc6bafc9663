//! The runtime with real guests: a Rust component of each kind, built once from `tests/guests`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod code_cache;
mod command;
mod denied;
mod guests;
mod http_client;
mod looping;
mod overload;
mod server;
mod serving;
mod shutdown;
