//! What everybody has to know of a kind of trigger, and one trigger.

use std::ops::Range;

use crate::{ComponentName, Isolation, Spanned};

/// A kind of trigger.
#[derive(Debug)]
pub struct TriggerKind {
    /// The key of its tables below `trigger`.
    pub key: &'static str,
    /// What it makes of a component, with an article, such as `a command`.
    pub role: &'static str,
    /// Several of those, such as `commands`.
    pub roles: &'static str,
    /// The interfaces, without versions, of which its component exports one.
    pub exports: &'static [&'static str],
    /// The export that hints propose, with its version.
    pub export: &'static str,
    /// The lines that a new table needs besides `component`.
    pub lines: &'static str,
    /// The key whose value tells its triggers apart in lists, where there is one.
    pub label: Option<&'static str>,
    /// How the names of templates for its components begin.
    pub template: &'static str,
    /// When it ends.
    pub runs: Runs,
    /// Whether it takes the address of `conjoin run --listen`.
    pub listens: bool,
}

/// When a trigger ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// When it is told to; so do others beside it.
    UntilStopped,
    /// By itself, with an exit code: one at a time.
    ToItsEnd,
}

impl TriggerKind {
    /// The table to add to a manifest for `component`.
    pub fn table(&self, component: &str) -> String {
        format!("[[trigger.{}]]\n{}component = \"{component}\"", self.key, self.lines)
    }
}

impl PartialEq for TriggerKind {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for TriggerKind {}

/// One `[[trigger.KIND]]` table.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Its kind.
    pub kind: &'static TriggerKind,
    /// The entry.
    pub component: Spanned<ComponentName>,
    /// How many calls an instance of the composition serves; all triggers of an entry say the same.
    pub isolation: Isolation,
    /// Where the isolation is written, in this trigger or in another one of the entry.
    pub isolation_place: Option<Range<usize>>,
    /// What else its table says, checked, for the kind of the same key in the runtime.
    pub settings: serde_json::Value,
}

impl Trigger {
    /// A trigger whose calls have an instance each.
    pub(super) fn new(
        kind: &'static TriggerKind,
        component: Spanned<ComponentName>,
        settings: serde_json::Value,
    ) -> Self {
        Self { kind, component, isolation: Isolation::Fresh, isolation_place: None, settings }
    }
}
