//! HTTP requests of guests: only to origins that were granted, and to private addresses only if the origin was granted by its
//! full name.
//!
//! The name is looked up once, every address is checked, and the connection goes to an address that was checked, so a second
//! lookup cannot lead elsewhere.

mod address;
mod client;
mod hooks;
mod policy;

pub(crate) use self::{hooks::OutboundHooks, policy::OutboundPolicy};
