//! Reports calls that were not granted.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use crate::{Capability, Denied, RunEvent, events::Events};

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
