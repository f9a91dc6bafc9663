//! What the runtime is asked to do.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use conjoin_policy::Grants;

use crate::{EventCallback, Reservation};

/// What a [`crate::Runtime`] needs for its whole life.
#[derive(Clone)]
pub struct RuntimeOptions {
    /// The folder of compiled code; made with mode 0700 if it does not exist.
    pub code_cache: PathBuf,
    /// Receives every event, one at a time and in order, on a thread of its own.
    pub events: EventCallback,
}

/// A composition that something from outside calls.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, for messages.
    pub name: String,
    /// The file of the composition.
    pub component: PathBuf,
    /// What it may do.
    pub grants: Grants,
    /// The names of the components it is composed of, for messages about missing permissions.
    pub members: Vec<String>,
    /// How many requests one instance answers before it is thrown away; a fresh instance per request unless set.
    pub reuse: Option<NonZeroU32>,
}

/// What [`crate::Runtime::run`] runs.
pub struct RunOptions {
    /// What calls the entries, from [`crate::reserve`].
    pub triggers: Reservation,
    /// The entries that the triggers call.
    pub entries: Vec<Entry>,
    /// Bounds of time and number, over all triggers.
    pub limits: Limits,
}

/// Bounds of time and number of a run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a guest may take until it has an answer.
    pub answer_within: Duration,
    /// How many requests run at once, over all entries.
    pub concurrent: usize,
    /// How many more wait for their turn; what comes above that is turned away with 503.
    pub waiting: usize,
    /// How long a request may wait for its turn.
    pub wait_at_most: Duration,
    /// How long a client may read nothing of what it is sent, or send nothing of what it has announced, before its connection is closed.
    pub client_stalls: Duration,
    /// How long running requests may take after a shutdown was requested.
    pub drain_within: Duration,
    /// How much memory one instance of a composition may have, all its memories together, in bytes.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer_within: Duration::from_secs(30),
            concurrent: 256,
            waiting: 1024,
            wait_at_most: Duration::from_secs(10),
            client_stalls: Duration::from_secs(30),
            drain_within: Duration::from_secs(30),
            memory: 1024 * 1024 * 1024,
        }
    }
}
