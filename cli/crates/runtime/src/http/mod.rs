//! HTTP entries: from the socket to the guest and back.

mod admission;
mod answer;
mod connection;
mod entry;
mod linger;
mod route;
mod server;
mod worker;

pub(crate) use self::{server::serve, worker::describe};
