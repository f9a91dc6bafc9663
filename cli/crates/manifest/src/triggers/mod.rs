//! What calls components from outside: one module per kind, and one line each in the registry below.
//!
//! A module says how its tables look (`Raw`), what they mean (`check`) and what everybody else has to know of the kind
//! ([`TriggerKind`]). How triggers run, the runtime knows: its kinds have the same keys.

mod command;
mod http;
mod isolation;
mod kind;
mod table;

pub use isolation::Isolation;
pub use kind::{Runs, Trigger, TriggerKind};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{Findings, Names},
    triggers::table::Tables,
};

/// Makes of the list of kinds: the list of what is known of each, the shape of the table `trigger`, and the check of all of it.
macro_rules! registry {
    ($($(#[doc = $doc:literal])+ $kind:ident,)+) => {
        /// All kinds of trigger, in the order in which messages propose them.
        pub static TRIGGER_KINDS: &[&TriggerKind] = &[$(&$kind::KIND),+];

        /// What calls components from outside.
        #[derive(Deserialize, JsonSchema, Default)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        #[schemars(rename = "trigger")]
        pub(crate) struct RawTriggers {
            $($(#[doc = $doc])+ $kind: Tables<$kind::Raw>,)+
        }

        /// The triggers that are right, kind by kind, each kind in the order of the file.
        pub(crate) fn check_triggers(findings: &mut Findings<'_>, raw: &RawTriggers, names: &Names<'_>) -> Vec<Trigger> {
            let mut triggers = Vec::new();
            $(triggers.extend($kind::check(findings, &raw.$kind, names));)+
            triggers
        }
    };
}

registry! {
    /// Routes of the server that `conjoin run` starts.
    http,
    /// Commands that `conjoin run` runs.
    command,
}
