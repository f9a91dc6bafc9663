//! Reports calls that were not granted.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use conjoin_policy::Permission;

use crate::{Denied, RunEvent, events::Events};

/// Reports denied calls of one entry, each permission and value once.
pub(crate) struct Denials {
    entry: String,
    members: Vec<String>,
    events: Events,
    reported: Mutex<BTreeSet<(&'static Permission, Option<String>)>>,
}

impl Denials {
    pub(crate) fn new(entry: String, members: Vec<String>, events: Events) -> Self {
        Self { entry, members, events, reported: Mutex::default() }
    }

    /// Reports a call for which `permission` is missing, and returns what there is to say about it. `value` is the one that would
    /// have to be granted, where the permission takes some.
    pub(crate) fn report(&self, permission: &'static Permission, value: Option<&str>, call: &str) -> Denied {
        let denied = Denied {
            entry: self.entry.clone(),
            permission,
            value: value.map(str::to_owned),
            call: call.to_owned(),
            members: self.members.clone(),
        };
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        // A guest chooses the origins it asks for, so their number has a bound.
        if reported.len() < 64 && reported.insert((permission, denied.value.clone())) {
            self.events.send(RunEvent::Denied(denied.clone()));
        }
        denied
    }
}
