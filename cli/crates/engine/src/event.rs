//! Events of the engine: the one type between executing and displaying.
//!
//! The terminal, `--message-format json` and the tests read the same [`BuildEvent`]s. Their JSON form is stable: fields
//! may be added but not renamed.

use std::fmt;

use conjoin_plan::{AbsPath, StepId, Subject, Tool};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// Receives events, always on the thread that called [`execute()`](crate::execute()).
pub trait EventSink {
    /// Receives the next event.
    fn event(&mut self, event: BuildEvent);
}

impl<F: FnMut(BuildEvent)> EventSink for F {
    fn event(&mut self, event: BuildEvent) {
        self(event);
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum BuildEvent {
    /// The steps that will be checked, each after those it depends on.
    PlanReady {
        /// The steps.
        steps: Vec<StepLine>,
    },
    /// This process waits for another one that builds the app or installs tools.
    Waiting {
        /// What the other process does, e.g. `another build of this app`.
        work: &'static str,
        /// The locked file.
        #[serde(serialize_with = "as_text")]
        lock: AbsPath,
        /// The id of the process, if known.
        holder: Option<u32>,
    },
    /// A step is not up to date and starts to run.
    StepStarted {
        /// The step.
        #[serde(serialize_with = "as_text")]
        step: StepId,
        /// Why.
        reasons: Vec<DirtyReason>,
    },
    /// A step's program printed something: whole lines, if it prints lines.
    StepOutput {
        /// The step.
        #[serde(serialize_with = "as_text")]
        step: StepId,
        /// What it printed.
        #[serde(serialize_with = "as_lossy_text")]
        output: Vec<u8>,
    },
    /// A step's program reported its progress. Sent only on request, because it comes several times a second.
    #[serde(skip)]
    StepProgress {
        /// The step.
        step: StepId,
        /// A line that the program overwrites with the next one.
        line: Vec<u8>,
    },
    /// Something about a step that is worth knowing but not a failure.
    StepNoticed {
        /// The step.
        #[serde(serialize_with = "as_text")]
        step: StepId,
        /// What it is.
        notice: Notice,
    },
    /// Files of the app changed while programs ran that should not write them.
    UndeclaredOutputs {
        /// The steps whose programs ran when the files changed.
        #[serde(serialize_with = "as_texts")]
        steps: Vec<StepId>,
        /// The files, relative to the app's folder.
        files: Vec<String>,
    },
    /// A step has its outcome.
    StepFinished {
        /// The step.
        #[serde(serialize_with = "as_text")]
        step: StepId,
        /// The outcome.
        outcome: StepOutcome,
        /// Why it was not up to date; empty if it was, or if that was not checked.
        reasons: Vec<DirtyReason>,
        /// How long it took.
        milliseconds: u64,
    },
    /// The least recently used artifacts were removed from the cache folder.
    StoreCollected {
        /// How many.
        artifacts: u64,
        /// Their size in bytes.
        bytes: u64,
    },
    /// All steps have their outcome.
    Finished {
        /// The summary.
        outcome: BuildOutcome,
        /// How long it took.
        milliseconds: u64,
    },
}

/// Something worth knowing about a step. Files inside of the app's folder have names relative to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "notice", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Notice {
    /// Files that it reads changed while it ran, so it runs again.
    Again {
        /// The files.
        files: Vec<String>,
    },
    /// Its files changed each time it ran, so the contents that its result was made from are unknown. The next build
    /// runs it again.
    Unsettled {
        /// The files.
        files: Vec<String>,
    },
    /// It is still running.
    Running {
        /// For how long.
        seconds: u64,
    },
    /// Its program is running and prints nothing.
    Silent {
        /// For how long.
        seconds: u64,
        /// After how long it will be ended.
        limit: Option<u64>,
    },
}

/// A step in [`BuildEvent::PlanReady`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepLine {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub step: StepId,
    /// What it belongs to, e.g. a component.
    #[serde(serialize_with = "as_subject")]
    pub subject: Subject,
    /// What it does.
    pub title: String,
    /// The program that it runs, if any.
    pub program: Option<String>,
    /// The tool that the program is.
    #[serde(skip)]
    pub tool: Option<Tool>,
    /// Whether its outputs are kept in the store.
    #[serde(skip)]
    pub is_stored: bool,
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// It was up to date.
    Fresh,
    /// Its outputs came from the store.
    Restored,
    /// It ran successfully.
    Built,
    /// It ran and failed.
    Failed,
    /// It did not run, because a step that it depends on failed.
    Skipped,
    /// The user cancelled before it succeeded.
    Cancelled,
}

/// The outcome of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildOutcome {
    /// Every step succeeded.
    Done,
    /// At least one failed.
    Failed,
    /// The user cancelled.
    Cancelled,
}

/// Why a step is not up to date. Files have names relative to the app's folder, unless they share only the root with
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum DirtyReason {
    /// No success of it is recorded.
    FirstTime,
    /// It has no outputs that could be compared.
    Always,
    /// What it does is different now.
    ActionChanged {
        /// The part that was removed, e.g. arguments; empty if nothing was.
        old: String,
        /// The part that was added; empty if nothing was.
        new: String,
    },
    /// A tool has another version.
    VersionChanged {
        /// The versions that were removed.
        old: String,
        /// The versions that were added.
        new: String,
    },
    /// A value that it depends on is different.
    ValueChanged {
        /// What it is.
        name: String,
        /// Its removed and added lines, in words; empty if it has no lines.
        changes: Vec<String>,
    },
    /// A file that it reads has other contents.
    FileChanged {
        /// The file.
        file: String,
    },
    /// A file was added.
    FileAdded {
        /// The file.
        file: String,
    },
    /// A file was removed.
    FileRemoved {
        /// The file.
        file: String,
    },
    /// One of its outputs is missing.
    OutputMissing {
        /// The file.
        file: String,
    },
    /// One of its outputs was changed by something else.
    OutputChanged {
        /// The file.
        file: String,
    },
    /// The store's copy is damaged.
    StoreCorrupt {
        /// The output that could not be restored.
        file: String,
    },
}

impl DirtyReason {
    /// Renders the first few of `reasons` and how many more there are, as clauses that fit after "because".
    pub fn in_words(reasons: &[Self]) -> String {
        const MOST: usize = 5;
        let mut words: Vec<String> = reasons.iter().take(MOST).map(ToString::to_string).collect();
        let more = reasons.len().saturating_sub(MOST);
        words.extend((more > 0).then(|| format!("for {more} more reasons")));
        words.join("; ")
    }
}

impl fmt::Display for DirtyReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstTime => formatter.write_str("it was not built before"),
            Self::Always => formatter.write_str("nothing tells whether it is up to date"),
            Self::ActionChanged { old, new } => formatter.write_str(&action_changed(old, new)),
            Self::VersionChanged { old, new } => write!(formatter, "the tools changed from `{old}` to `{new}`"),
            Self::ValueChanged { name, changes } if changes.is_empty() => match name.strip_prefix("step ") {
                Some(step) => write!(formatter, "what `{step}` did changed"),
                None => write!(formatter, "{name} changed"),
            },
            Self::ValueChanged { name, changes } => write!(formatter, "{name} changed: {}", changes.join(", ")),
            Self::FileChanged { file } => write!(formatter, "`{file}` changed"),
            Self::FileAdded { file } => write!(formatter, "`{file}` is new"),
            Self::FileRemoved { file } => write!(formatter, "`{file}` is gone"),
            Self::OutputMissing { file } => write!(formatter, "its result `{file}` is missing"),
            Self::OutputChanged { file } => write!(formatter, "its result `{file}` was changed"),
            Self::StoreCorrupt { file } => write!(formatter, "the copy of `{file}` in the cache folder was damaged"),
        }
    }
}

/// A clause about a change of what a step does, from `old` to `new`.
fn action_changed(old: &str, new: &str) -> String {
    match (old, new) {
        ("", "") => "the order of its arguments changed".to_owned(),
        ("", new) => format!("the command changed: `{new}` is new"),
        (old, "") => format!("the command changed: `{old}` is gone"),
        (old, new) if old == new && old.starts_with("write ") => {
            format!("what it writes to `{}` changed", &old["write ".len()..])
        }
        (old, new) if old == new => format!("{old} changed"),
        (old, new) => format!("the command changed from `{old}` to `{new}`"),
    }
}

fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ptr_arg, reason = "serde hands in a reference to the field")]
fn as_texts<S: Serializer>(values: &Vec<StepId>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

#[expect(clippy::ptr_arg, reason = "serde hands in a reference to the field")]
fn as_lossy_text<S: Serializer>(output: &Vec<u8>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(output))
}

fn as_subject<S: Serializer>(subject: &Subject, serializer: S) -> Result<S::Ok, S::Error> {
    let (kind, name) = match subject {
        Subject::Component(name) => ("component", name.to_string()),
        Subject::Bindings(name) => ("bindings", name.to_string()),
        Subject::Composition(name) => ("composition", name.to_string()),
        Subject::NativeCode(name) => ("native-code", name.to_string()),
        Subject::Installation(tool) => ("installation", format!("{tool:?}")),
    };
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("kind", kind)?;
    map.serialize_entry("name", &name)?;
    map.end()
}
