//! Go components that the standard compiler builds.
//!
//! A project is a Go module whose `main` package assigns the functions that its world exports, or hands an `http.Handler` to
//! conjoin's bridge, or is an ordinary program if its world exports nothing but `wasi:cli/run`. conjoin generates bindings into the
//! project's folder `bindings/`, packages of the project's own module, so that `go.mod` needs no line for them; Go compiles a
//! core module that speaks WASI preview 1, and conjoin makes the component of that with the adapter. This module refuses to change
//! anything else in the project: `go.mod` and `go.sum` are the user's.
//!
//! | file | what it does |
//! |---|---|
//! | `toolchain` | the steps |
//! | `generate` | the bindings of a world: the generator's files, rewritten, and conjoin's support code |
//! | `source` | a generated file taken apart and put together again |
//! | `exports` | functions that users assign, in place of the generator's stubs |
//! | `messages` | what the compilers say about the project |
//! | `imports` | functions of the host, which tests on the user's machine can do without |

mod exports;
mod generate;
mod imports;
pub(crate) mod language;
pub(crate) mod messages;
mod source;
mod toolchain;
mod tools;

pub use generate::Bindings;
pub(crate) use toolchain::Go;
pub(crate) use tools::{GO, PARALLELISM, spec};
