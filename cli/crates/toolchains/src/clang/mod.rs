//! C and C++ components, and the installation of the compiler and its libraries.
//!
//! A project's sources are the files in its folder `src/`; they define the functions that the world exports: `main` if that is
//! `wasi:cli/run` alone, `wasihttp_handle` if it answers HTTP. conjoin generates bindings in C, which C++ uses as well, into the project's folder `bindings/` for
//! editors and once more for the build, where no comment of the WIT counts. Each source is compiled by a step of its own, and
//! the core module that is linked of them becomes a component by way of the adapter.
//!
//! | file | what it does |
//! |---|---|
//! | `toolchain` | the steps |
//! | `sources` | what is compiled |
//! | `compiler` | how clang is run |
//! | `program`, `libraries` | how clang and the libraries are installed |

mod compiler;
mod language;
mod libraries;
mod messages;
mod program;
mod sources;
mod toolchain;

pub(crate) use libraries::WASI_LIBC;
pub(crate) use program::CLANG;
pub(crate) use toolchain::Clang;
