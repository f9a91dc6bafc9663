//! HTTP entries: from the socket to the guest and back.

mod answer;
mod connection;
mod entry;
mod linger;
mod listen;
mod route;
mod server;
mod stalled;
mod worker;

pub(crate) use self::{
    listen::listen,
    route::{RoutedEntry, Routes},
    server::Server,
    worker::describe,
};
