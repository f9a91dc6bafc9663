//! The HTTP server: loads entries, accepts connections, shuts down gracefully.

use std::{collections::BTreeMap, future, io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
};

use super::{
    connection::{self, Serving},
    entry::HttpEntry,
    route::{RoutedEntry, Routes},
};
use crate::{Entry, RunEvent, RuntimeError, Shutdown, events::Events, runtime::Host};

/// The largest number of open connections. More wait in the system's queue.
const MAX_CONNECTIONS: usize = 4096;

/// How long to wait when the system has no free file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// A server whose code is loaded.
pub(crate) struct Server {
    listener: TcpListener,
    serving: Arc<Serving>,
    events: Events,
    drain_within: Duration,
}

impl Server {
    /// Loads the entries that `routes` lead to, each once.
    ///
    /// # Errors
    ///
    /// An entry is missing or cannot be loaded, or `listener` cannot be used.
    pub(crate) async fn load(
        host: &Host,
        listener: std::net::TcpListener,
        routes: &[RoutedEntry],
        entries: &[Entry],
    ) -> Result<Self, RuntimeError> {
        let known = |name: &str| entries.iter().find(|entry| entry.name == name);
        let mut loaded: BTreeMap<&str, Arc<HttpEntry>> = BTreeMap::new();
        for entry in routes.iter().filter_map(|routed| known(&routed.entry)) {
            if !loaded.contains_key(entry.name.as_str()) {
                loaded.insert(&entry.name, HttpEntry::load(host, entry, host.limits.memory).await?);
            }
        }
        let serving = Serving {
            routes: Routes::new(routes, |name| loaded.get(name).cloned())?,
            admission: Arc::clone(&host.admission),
            engines: Arc::clone(&host.engines),
            answer_within: host.limits.answer_within,
            client_stalls: host.limits.client_stalls,
        };
        let listener = take_over(listener).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
        Ok(Self {
            listener,
            serving: Arc::new(serving),
            events: host.events.clone(),
            drain_within: host.limits.drain_within,
        })
    }

    /// Serves until a shutdown is requested.
    pub(crate) async fn serve(self, shutdown: &Shutdown) {
        let Self { listener, serving, events, drain_within } = self;
        let open = accept(&listener, &serving, &events, shutdown).await;
        drop(listener);
        drain(open, &serving, &events, drain_within, shutdown).await;
    }
}

/// Turns the listener into an asynchronous one.
fn take_over(listener: std::net::TcpListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// The open connections. Each holds a sender, so the receiver ends when the last connection closes.
struct OpenConnections {
    ended: mpsc::Receiver<()>,
    connections: mpsc::WeakSender<()>,
}

async fn accept(
    listener: &TcpListener,
    serving: &Arc<Serving>,
    events: &Events,
    shutdown: &Shutdown,
) -> OpenConnections {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (alive, ended) = mpsc::channel(1);
    let open = OpenConnections { ended, connections: alive.downgrade() };
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.requested(1) => return open,
            accepted = accept_next(listener, &slots) => accepted,
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

async fn accept_next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    if let Ok((stream, _)) = listener.accept().await {
        return Some((stream, slot));
    }
    // Either the client has gone, or the process has too many open files, which is temporary.
    tokio::time::sleep(ACCEPT_RETRY).await;
    None
}

/// Waits for running requests, at most `limit` and only until a second request to stop.
async fn drain(mut open: OpenConnections, serving: &Serving, events: &Events, limit: Duration, shutdown: &Shutdown) {
    let connections = open.connections.upgrade().map_or(0, |sender| sender.strong_count() - 1);
    if connections > 0 {
        events.send(RunEvent::Draining { connections });
    }
    let finished = async {
        open.ended.recv().await;
        serving.admission.idle().await;
    };
    // Guests may wait for a reader of their output that never reads.
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
