//! HTTP entries: from the socket to the guest and back.

mod admission;
mod answer;
mod connection;
mod entry;
mod linger;
mod listen;
mod route;
mod server;
mod stalled;
mod worker;

pub use self::listen::listen;
pub(crate) use self::{server::serve, worker::describe};
