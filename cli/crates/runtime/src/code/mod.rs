//! From the file of a component to native code.
//!
//! 1. [`cache`] looks the component up by the hash of its bytes and the compiler's settings; optimised code that is there is
//!    mapped in milliseconds.
//! 2. If it is not, [`store`] compiles: a small component with the optimising compiler at once, a big one first with the fast
//!    compiler, and with the optimising one on threads of low priority, whose result is kept and handed over later.
//! 3. [`prune`] removes what was not used for long when there is too much.
//!
//! This module refuses to run anything.

mod cache;
mod compile;
mod prune;
mod record;
mod store;

pub(crate) use self::store::{CodeStore, Loaded, check_component};
