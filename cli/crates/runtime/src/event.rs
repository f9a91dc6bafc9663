//! What happens while guests run, as one closed type, delivered in order by one thread.
//!
//! The sending side never blocks a guest's thread; a guest that writes faster than the callback reads is held back by
//! its output stream (see `output`). This module refuses to decide what is shown.

use std::{
    collections::BTreeSet,
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::sync::{Notify, mpsc};

/// Receives every event, one at a time, on a thread of its own.
pub type EventCallback = Arc<dyn Fn(RunEvent) + Send + Sync>;

/// Guest output that waits for the callback before guests are held back, in bytes.
const OUTPUT_IN_FLIGHT: usize = 4 * 1024 * 1024;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// Native code of an entry is being made; it was not in the cache.
    Compiling {
        /// The entry.
        entry: String,
        /// With which compiler.
        how: HowCompiled,
    },
    /// The server accepts requests.
    Ready {
        /// The address, with the port that was chosen.
        address: SocketAddr,
    },
    /// Optimised code has replaced that of the fast compiler.
    Swapped {
        /// The entry.
        entry: String,
        /// How long the optimising compiler took.
        took: Duration,
    },
    /// Optimised code could not be made or kept; the server goes on with what it has.
    NotKept {
        /// The entry.
        entry: String,
        /// Why not.
        reason: String,
    },
    /// A guest called something that it was not granted. Said once per entry and capability.
    Denied(Denied),
    /// A request or a command failed because of the guest.
    Failed(Failure),
    /// A guest wrote a line.
    GuestOutput {
        /// The entry.
        entry: String,
        /// Where to.
        stream: StreamKind,
        /// What it wrote: one line with its line feed; a longer one than 64 KiB comes in pieces.
        bytes: Vec<u8>,
    },
    /// The server accepts no more requests and waits for those that run.
    Draining {
        /// How many connections are open.
        connections: usize,
    },
}

/// Which compiler makes the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowCompiled {
    /// The fast one; optimised code follows in the background.
    Quick,
    /// The optimising one.
    Optimised,
}

/// An output stream of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamKind {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A capability that a component has only if it was granted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// Standard streams.
    Stdio,
    /// Clocks and timers.
    Clocks,
    /// Random bytes.
    Random,
    /// Sockets and name lookups.
    Sockets,
    /// HTTP requests to an origin.
    OutboundHttp {
        /// The origin, `scheme://host[:port]`.
        origin: String,
    },
}

impl Capability {
    /// The line of `conjoin.toml` that grants it.
    pub fn manifest_line(&self) -> String {
        match self {
            Self::Stdio => "permissions.stdio = true".to_owned(),
            Self::Clocks => "permissions.clocks = true".to_owned(),
            Self::Random => "permissions.random = true".to_owned(),
            Self::Sockets => "permissions.sockets = true".to_owned(),
            Self::OutboundHttp { origin } => format!("permissions.outbound-http = [\"{origin}\"]"),
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdio => f.write_str("stdio is"),
            Self::Clocks => f.write_str("clocks are"),
            Self::Random => f.write_str("random is"),
            Self::Sockets => f.write_str("sockets are"),
            Self::OutboundHttp { origin } => write!(f, "requests to {origin} are"),
        }
    }
}

/// A call that was denied; its `Display` is the message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The entry whose composition made the call.
    pub entry: String,
    /// What it lacks.
    pub capability: Capability,
    /// The function that was called.
    pub call: String,
    /// The components of the composition; one of them made the call.
    pub members: Vec<String>,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, capability, call, members } = self;
        let line = capability.manifest_line();
        write!(f, "{entry}: `{call}` was called but {capability} not granted; add `{line}` ")?;
        let tables: Vec<String> = members.iter().map(|member| format!("[component.{member}]")).collect();
        match tables.as_slice() {
            [] => write!(f, "to the component that needs it"),
            [only] => write!(f, "to {only}"),
            [others @ .., last] => {
                write!(f, "to the component that needs it: {} or {last}", others.join(", "))
            }
        }
    }
}

impl std::error::Error for Denied {}

/// How a guest failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The entry.
    pub entry: String,
    /// The request's method and path; none for a command.
    pub request: Option<String>,
    /// What happened, one line.
    pub what: String,
    /// The guest's backtrace, several lines; empty if there is none.
    pub backtrace: String,
    /// What the guest wrote to a standard error that it was not granted.
    pub stderr: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.entry)?;
        if let Some(request) = &self.request {
            write!(f, ": {request}")?;
        }
        write!(f, ": {}", self.what)?;
        for line in self.stderr.lines().chain(self.backtrace.lines()) {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

/// The sending side.
#[derive(Clone)]
pub(crate) struct Events {
    sender: mpsc::UnboundedSender<Item>,
    gauge: Arc<OutputGauge>,
}

enum Item {
    Event(RunEvent),
    Flush(std::sync::mpsc::Sender<()>),
}

#[derive(Default)]
struct OutputGauge {
    bytes: AtomicUsize,
    drained: Notify,
}

impl Events {
    /// Starts the thread that calls `callback`; it ends when the last sender is gone.
    pub(crate) fn start(callback: EventCallback) -> std::io::Result<Self> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let gauge = Arc::new(OutputGauge::default());
        let read = Arc::clone(&gauge);
        thread::Builder::new().name("conjoin-events".to_owned()).spawn(move || {
            while let Some(item) = receiver.blocking_recv() {
                match item {
                    Item::Event(event) => {
                        let size = output_size(&event);
                        callback(event);
                        read.release(size);
                    }
                    // The one who asked may have given up waiting.
                    Item::Flush(done) => drop(done.send(())),
                }
            }
        })?;
        Ok(Self { sender, gauge })
    }

    /// Sends an event; it is lost if the receiving thread died, which it only does with the callback.
    pub(crate) fn send(&self, event: RunEvent) {
        self.gauge.bytes.fetch_add(output_size(&event), Ordering::Relaxed);
        drop(self.sender.send(Item::Event(event)));
    }

    /// Waits until everything sent so far was delivered.
    pub(crate) fn flush(&self) {
        let (done, wait) = std::sync::mpsc::channel();
        if self.sender.send(Item::Flush(done)).is_ok() {
            let _ = wait.recv();
        }
    }

    /// Whether guests may write more.
    pub(crate) fn accepts_output(&self) -> bool {
        self.gauge.bytes.load(Ordering::Relaxed) < OUTPUT_IN_FLIGHT
    }

    /// Waits until guests may write more.
    pub(crate) async fn output_accepted(&self) {
        while !self.accepts_output() {
            let drained = self.gauge.drained.notified();
            if self.accepts_output() {
                return;
            }
            drained.await;
        }
    }
}

impl OutputGauge {
    fn release(&self, size: usize) {
        if size > 0 {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            self.drained.notify_waiters();
        }
    }
}

fn output_size(event: &RunEvent) -> usize {
    if let RunEvent::GuestOutput { bytes, .. } = event { bytes.len() } else { 0 }
}

/// Reports denied calls of one entry, each capability once.
pub(crate) struct Denials {
    entry: String,
    members: Vec<String>,
    events: Events,
    reported: Mutex<BTreeSet<Capability>>,
}

impl Denials {
    pub(crate) fn new(entry: String, members: Vec<String>, events: Events) -> Self {
        Self { entry, members, events, reported: Mutex::default() }
    }

    /// Reports a call and returns what there is to say about it.
    pub(crate) fn report(&self, capability: &Capability, call: &str) -> Denied {
        let denied = Denied {
            entry: self.entry.clone(),
            capability: capability.clone(),
            call: call.to_owned(),
            members: self.members.clone(),
        };
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        // A guest chooses the origins it asks for, so their number has a bound.
        if reported.len() < 64 && reported.insert(capability.clone()) {
            self.events.send(RunEvent::Denied(denied.clone()));
        }
        denied
    }
}
