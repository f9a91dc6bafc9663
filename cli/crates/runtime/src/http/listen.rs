//! Taking an address, long before the server is ready.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use crate::RuntimeError;

/// How many connections the system keeps that nobody has accepted; it may keep fewer.
const QUEUE: i32 = 1024;

/// Takes `address` for a server, so that nobody else has it in the meantime; port 0 lets the system choose.
///
/// Gives the listener. Connections that come before the server is ready wait in the system's queue.
///
/// # Errors
///
/// [`RuntimeError::AddressInUse`] if another program listens on the address, [`RuntimeError::Listen`] if it cannot be taken for another
/// reason, such as that it is none of this machine.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, RuntimeError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => RuntimeError::AddressInUse { address },
        _ => RuntimeError::Listen { address, source },
    };
    let listener = TcpListener::bind(address).map_err(failed)?;
    // The standard library asks for a shorter queue.
    rustix::net::listen(&listener, QUEUE).map_err(|error| failed(error.into()))?;
    Ok(listener)
}
