//! What the tests of the whole program share: the binary, running it, servers and requests.
//!
//! The tests start the `conjoin` that lies beside them in the target folder; `cargo xtask ci` builds it first.

pub mod app;
pub mod conjoin;
pub mod http;
pub mod server;
pub mod terminal;
