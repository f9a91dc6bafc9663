//! Reserves an address, long before the server is ready.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use crate::RuntimeError;

/// How many connections the system may queue before they are accepted. It may queue fewer.
const BACKLOG: i32 = 1024;

/// Starts listening on `address`, so that no other program takes it in the meantime. With port 0, the system chooses a
/// port.
///
/// Gives the listener. Connections that arrive before the server is ready wait in the system's queue.
///
/// # Errors
///
/// [`RuntimeError::AddressInUse`] if another program listens on the address, [`RuntimeError::Listen`] for any other
/// reason, e.g. that the address does not belong to this machine.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, RuntimeError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => RuntimeError::AddressInUse { address },
        _ => RuntimeError::Listen { address, source },
    };
    let listener = TcpListener::bind(address).map_err(failed)?;
    // The standard library sets a shorter queue.
    rustix::net::listen(&listener, BACKLOG).map_err(|error| failed(error.into()))?;
    Ok(listener)
}
