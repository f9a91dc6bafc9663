//! The server: loads, accepts, and ends in good order.

use std::{collections::BTreeMap, future, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
};

use super::{
    admission::Admission,
    connection::{self, Serving},
    entry::HttpEntry,
    route::Routes,
};
use crate::{RunEvent, RuntimeError, ServeOptions, Shutdown, events::Events, runtime::Host};

/// Connections at once; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 4096;

/// How long to wait when the system has no more file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until a shutdown is requested.
pub(crate) async fn serve(
    host: impl FnOnce() -> Result<Host, RuntimeError>,
    options: ServeOptions,
    shutdown: &Shutdown,
) -> Result<(), RuntimeError> {
    // That costs nothing, compilers do.
    let names: Vec<&str> = options.entries.iter().map(|entry| entry.name.as_str()).collect();
    Routes::new(&options.routes, |name| names.contains(&name).then_some(()))?;
    let host = host()?;
    let serving = tokio::select! {
        serving = load(&host, &options) => Arc::new(serving?),
        () = shutdown.requested(1) => return Ok(()),
    };
    let (listener, address) =
        take_over(options.listener).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
    host.events.send(RunEvent::Ready { address });
    let open = accept(&listener, &serving, &host.events, shutdown).await;
    drop(listener);
    drain(open, &serving, &host.events, options.limits.drain_within, shutdown).await;
    Ok(())
}

/// The listener for tasks, and its address.
fn take_over(listener: std::net::TcpListener) -> io::Result<(TcpListener, SocketAddr)> {
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((TcpListener::from_std(listener)?, address))
}

async fn load(host: &Host, options: &ServeOptions) -> Result<Serving, RuntimeError> {
    let mut entries: BTreeMap<&str, Arc<HttpEntry>> = BTreeMap::new();
    for entry in &options.entries {
        entries.insert(&entry.name, HttpEntry::load(host, entry, options.limits.memory).await?);
    }
    let routes = Routes::new(&options.routes, |name| entries.get(name).cloned())?;
    Ok(Serving {
        routes,
        admission: Admission::new(&options.limits),
        engines: Arc::clone(&host.engines),
        answer_within: options.limits.answer_within,
        client_stalls: options.limits.client_stalls,
    })
}

/// Connections that are open: each holds a sender, so the receiver ends when the last one does.
struct Open {
    ended: mpsc::Receiver<()>,
    connections: mpsc::WeakSender<()>,
}

async fn accept(listener: &TcpListener, serving: &Arc<Serving>, events: &Events, shutdown: &Shutdown) -> Open {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (alive, ended) = mpsc::channel(1);
    let open = Open { ended, connections: alive.downgrade() };
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.requested(1) => return open,
            accepted = next(listener, &slots) => accepted,
        };
        let Some((stream, slot)) = accepted else { continue };
        let (serving, shutdown, alive) = (Arc::clone(serving), shutdown.clone(), alive.clone());
        let events = events.clone();
        drop(tokio::spawn(async move {
            events.keep_panic_of(connection::serve(stream, serving, shutdown)).await;
            drop((slot, alive));
        }));
    }
}

async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    if let Ok((stream, _)) = listener.accept().await {
        return Some((stream, slot));
    }
    // The client has gone already, or the process has too many files open; the latter passes.
    tokio::time::sleep(PAUSE).await;
    None
}

/// Waits for running requests, but not for ever and not after a second request to stop.
async fn drain(mut open: Open, serving: &Serving, events: &Events, limit: Duration, shutdown: &Shutdown) {
    let connections = open.connections.upgrade().map_or(0, |sender| sender.strong_count() - 1);
    if connections > 0 {
        events.send(RunEvent::Draining { connections });
    }
    let finished = async {
        open.ended.recv().await;
        serving.admission.idle().await;
    };
    // Guests may wait until somebody reads what they write, which may be never.
    let unstick = async {
        events.give_up_when_stuck().await;
        future::pending::<()>().await;
    };
    tokio::select! {
        () = finished => {}
        () = unstick => {}
        () = tokio::time::sleep(limit) => {}
        () = shutdown.requested(2) => {}
    }
}
