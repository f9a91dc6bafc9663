//! HTTP requests of guests. They go only to granted origins, and to private addresses only if the origin was granted by
//! its full name.
//!
//! The name is resolved once, and the connection goes to one of the addresses that were checked. So a second lookup
//! cannot lead elsewhere.

mod address;
mod client;
mod hooks;
mod policy;

pub(crate) use self::{hooks::OutboundHooks, policy::OutboundPolicy};
