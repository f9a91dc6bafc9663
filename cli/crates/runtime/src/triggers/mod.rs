//! Triggers start guests. Each kind of trigger has a module and a line in [`KINDS`].
//!
//! A kind goes through three states, each a trait. It is a [`TriggerKind`] until its triggers are known, [`Reserved`]
//! until their entries are built, and an [`Executor`] once their code is loaded. All kinds of one run share a [`Host`].

mod command;
mod http;

use std::{net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;

use crate::{Entry, RunEvent, RuntimeError, Shutdown, runtime::Host};

/// All kinds of trigger.
static KINDS: [&dyn TriggerKind; 2] = [&http::Http, &command::Command];

/// One trigger of a manifest.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Its key below `trigger`.
    pub kind: String,
    /// The name of the entry that it calls.
    pub entry: String,
    /// The other settings in its table, in the form that its kind reads.
    pub settings: serde_json::Value,
}

/// Options of the command line that triggers use.
#[derive(Clone, Debug)]
pub struct TriggerOptions {
    /// The address for triggers that listen.
    pub listen: SocketAddr,
    /// The arguments for triggers that take arguments.
    pub args: Vec<String>,
}

/// Triggers that can run as soon as their entries are built. They hold what another program could take, such as an
/// address.
pub struct Reservation {
    kinds: Vec<Box<dyn Reserved>>,
    announcements: Vec<Announcement>,
}

/// How to reach and try triggers, announced when they are ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The address, such as `http://127.0.0.1:3000`.
    pub address: String,
    /// Commands to try them, each a list of words.
    pub examples: Vec<Vec<String>>,
}

/// A kind of trigger.
trait TriggerKind: Sync {
    /// Its key below `trigger` in a manifest.
    fn key(&self) -> &'static str;

    /// Reads the settings of its triggers, of which there is at least one, and reserves what they need.
    ///
    /// # Errors
    ///
    /// The triggers contradict each other, or something they need is in use.
    fn reserve(&self, triggers: &[Trigger], options: &TriggerOptions) -> Result<Box<dyn Reserved>, RuntimeError>;
}

/// The triggers of one kind before their code is loaded.
#[async_trait]
trait Reserved: Send {
    /// Whether many instances run at the same time, so that a pool for them pays off.
    fn serves_many(&self) -> bool;

    /// The announcement when it is ready; `None` for what runs to its end without waiting for calls.
    fn announcement(&self) -> Option<Announcement>;

    /// The exit code if a stop is requested before they run.
    fn code_if_stopped(&self) -> i32;

    /// Loads the code of the entries that they call.
    ///
    /// # Errors
    ///
    /// An entry is missing or cannot be loaded.
    async fn load(self: Box<Self>, host: &Arc<Host>, entries: &[Entry]) -> Result<Box<dyn Executor>, RuntimeError>;
}

/// The triggers of one kind, ready to run.
#[async_trait]
trait Executor: Send {
    /// Runs until it ends by itself or a stop is requested. Gives the exit code.
    ///
    /// # Errors
    ///
    /// It cannot continue. A failure of a guest is an event, not an error.
    async fn run(self: Box<Self>, shutdown: &Shutdown) -> Result<i32, RuntimeError>;
}

/// Prepares `triggers`, of any kinds, before their entries are built.
///
/// # Errors
///
/// A kind is unknown, settings cannot be read or contradict each other, or something they need, such as an address, is
/// in use.
pub fn reserve(triggers: &[Trigger], options: &TriggerOptions) -> Result<Reservation, RuntimeError> {
    if let Some(unknown) = triggers.iter().find(|trigger| KINDS.iter().all(|kind| kind.key() != trigger.kind)) {
        return Err(RuntimeError::UnknownTrigger { kind: unknown.kind.clone() });
    }
    let mut kinds = Vec::new();
    for kind in KINDS {
        let own: Vec<Trigger> = triggers.iter().filter(|trigger| trigger.kind == kind.key()).cloned().collect();
        if !own.is_empty() {
            kinds.push(kind.reserve(&own, options)?);
        }
    }
    let announcements = kinds.iter().filter_map(|kind| kind.announcement()).collect();
    Ok(Reservation { kinds, announcements })
}

impl Reservation {
    /// What [`RunEvent::Ready`] will announce.
    pub fn announcements(&self) -> &[Announcement] {
        &self.announcements
    }

    /// Whether many instances run at the same time.
    pub(crate) fn serves_many(&self) -> bool {
        self.kinds.iter().any(|kind| kind.serves_many())
    }
}

/// Runs all triggers at once, until each has ended.
///
/// Gives the exit code of the first kind whose code is not 0.
pub(crate) async fn run(
    reservation: Reservation,
    host: &Arc<Host>,
    entries: &[Entry],
    shutdown: &Shutdown,
) -> Result<i32, RuntimeError> {
    let if_stopped = reservation.kinds.iter().map(|kind| kind.code_if_stopped()).find(|code| *code != 0).unwrap_or(0);
    let load = async {
        let mut executors = Vec::new();
        for kind in reservation.kinds {
            executors.push(kind.load(host, entries).await?);
        }
        Ok(executors)
    };
    let executors = tokio::select! {
        executors = load => executors?,
        () = shutdown.requested(1) => return Ok(if_stopped),
    };
    for announcement in reservation.announcements {
        host.events.send(RunEvent::Ready(announcement));
    }
    let codes = try_join_all(executors.into_iter().map(|executor| executor.run(shutdown))).await?;
    Ok(codes.into_iter().find(|code| *code != 0).unwrap_or(0))
}

/// The settings of a trigger in the form of its kind.
fn read_settings<T: DeserializeOwned>(trigger: &Trigger) -> Result<T, RuntimeError> {
    T::deserialize(&trigger.settings).map_err(|error| RuntimeError::BadTrigger {
        kind: trigger.kind.clone(),
        entry: trigger.entry.clone(),
        why: error.to_string(),
    })
}

/// The entry that a trigger calls.
fn find_entry<'e>(entries: &'e [Entry], trigger: &str, name: &str) -> Result<&'e Entry, RuntimeError> {
    let unknown = || RuntimeError::UnknownEntry { trigger: trigger.to_owned(), entry: name.to_owned() };
    entries.iter().find(|entry| entry.name == name).ok_or_else(unknown)
}
