//! What happens while guests run, as one closed type. `events` delivers it. This module refuses to decide what is shown.

use std::{fmt, sync::Arc, time::Duration};

use conjoin_policy::Permission;

use crate::Announcement;

/// Receives every event, one at a time, on a thread of its own.
pub type EventCallback = Arc<dyn Fn(RunEvent) + Send + Sync>;

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
    /// Triggers wait for calls.
    Ready(Announcement),
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
    /// A guest called something that it was not granted. Said once per entry, permission and value.
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
    /// Events were dropped, because those before them waited too long for the callback.
    Dropped {
        /// How many.
        count: usize,
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

/// A call that was denied; its `Display` is the message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The entry whose composition made the call.
    pub entry: String,
    /// The permission that is missing.
    pub permission: &'static Permission,
    /// The value that the permission would need, such as an origin, where it takes some.
    pub value: Option<String>,
    /// The function that was called.
    pub call: String,
    /// The components of the composition; one of them made the call.
    pub members: Vec<String>,
}

impl Denied {
    /// What was not granted, with its verb: `clocks are`.
    pub fn subject(&self) -> String {
        self.permission.subject(self.value.as_deref())
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, permission, value, call, members } = self;
        let line = permission.line(value.as_deref());
        write!(f, "{entry}: `{call}` was called but {} not granted; add `{line}` ", self.subject())?;
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
