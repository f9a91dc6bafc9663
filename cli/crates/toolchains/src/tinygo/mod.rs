//! Go components that TinyGo builds, and the installation of TinyGo and of the generator of their bindings.
//!
//! A project is a Go module whose `main` package fills in the functions that its world exports. conjoin generates bindings into
//! the project's folder `bindings/`, where editors find them, has TinyGo compile a core module, and encodes that itself. This
//! module refuses to change anything else in the project: `go.mod` and `go.sum` are the user's.

mod bindings;
mod compiler;
mod programs;
mod target;
mod toolchain;
mod tools;

pub(crate) use toolchain::TinyGo;
use tools::{CXX, GO_FOR_TINYGO, TINYGO, WIT_BINDGEN_GO};
