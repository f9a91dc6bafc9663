//! Which host functions an entry sees: all of WASI that the host has, with those that were not granted and have no state to
//! be denied through replaced by a denial.
//!
//! A denied call returns the interface's own `access-denied` where its type has one; a clock and a random source have no
//! error to return, so there the guest traps. The message names the line that grants it.

mod denial;
mod link;

pub(crate) use self::link::link;
