//! Turns the file of a component into native code.
//!
//! 1. [`cache`] looks up the component by the hash of its bytes and the compiler's settings. Optimised code that exists
//!    is mapped in milliseconds.
//! 2. Otherwise [`store`] compiles. A small component is optimised at once. A large one is first compiled with the fast
//!    compiler, and optimised on threads of low priority. That result is stored, and replaces the quick code later.
//! 3. [`prune`] removes the least recently used code when there is too much.
//!
//! This module does not run guests.

mod cache;
mod compile;
mod prune;
mod record;
mod store;

pub(crate) use self::store::{CodeStore, Loaded, check_component};
