//! Lines for people: cargo's column of verbs, one line per component, a live line on a terminal.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    time::Duration,
};

use conjoin_diagnostics::{Foreign, Style, list, list_with, printable};
use conjoin_engine::{BuildEvent, BuildOutcome, DirtyReason, Notice, StepOutcome};
use conjoin_plan::{StepId, Subject, Tool, Toolchain, ToolchainSet};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Stream, Verbosity, terminal::draw_target};

/// How many letters of the last line that a program printed are shown beside it.
const LAST_WORDS: usize = 40;

/// A verb, right-aligned in cargo's column, and what it is about; that may be any text.
pub(crate) fn status_line(verb: &str, text: &str, style: Style) -> String {
    let text = printable(text, Foreign::Lines);
    match style {
        Style::Plain => format!("{verb:>12} {text}"),
        Style::Coloured => format!("\x1b[1;32m{verb:>12}\x1b[0m {text}"),
    }
}

/// What a build has told so far, and how it tells.
pub(super) struct Progress {
    verbosity: Verbosity,
    style: Style,
    live: Option<MultiProgress>,
    steps: BTreeMap<StepId, Shown>,
    subjects: BTreeMap<Subject, SubjectProgress>,
    running: BTreeMap<StepId, Running>,
    /// The last that each running step said, where no live line shows it.
    said: BTreeMap<StepId, String>,
    toolchains: ToolchainSet,
}

/// The live line of a step.
struct Running {
    line: ProgressBar,
    /// Whether it shows how far the step is, in place of what its program says.
    tells: bool,
}

/// A step as it is shown.
struct Shown {
    subject: Subject,
    title: String,
    /// The tool that it starts: only then it may take long.
    tool: Option<Tool>,
    /// Whether what its program makes is what the subject is about, and not something on the way.
    is_main: bool,
}

#[derive(Default)]
struct SubjectProgress {
    left: usize,
    outcome: Option<StepOutcome>,
    /// What came of its main steps.
    main: Option<StepOutcome>,
    /// Its steps that are at work.
    at_work: BTreeSet<StepId>,
    /// When the first of these began, since the build did.
    since: Duration,
    /// How long any of its steps was at work until then.
    time: Duration,
    /// Whether a step was at work when the build was ended.
    is_interrupted: bool,
}

impl Progress {
    /// A line that shows what is running is drawn on `live`.
    pub(super) fn new(verbosity: Verbosity, style: Style, live: Option<Stream>, toolchains: ToolchainSet) -> Self {
        let live = live.map(|stream| MultiProgress::with_draw_target(draw_target(stream)));
        let (steps, subjects, running, said) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { verbosity, style, live, steps, subjects, running, said, toolchains }
    }

    /// Tells one event on `err`, which came so long after the first.
    pub(super) fn show(&mut self, event: &BuildEvent, after: Duration, err: &mut dyn Write) {
        let mut lines = Vec::new();
        match event {
            BuildEvent::PlanReady { steps } => {
                for line in steps {
                    self.subjects.entry(line.subject.clone()).or_default().left += 1;
                    let (subject, title, tool) = (line.subject.clone(), line.title.clone(), line.tool);
                    let shown = Shown { subject, title, tool, is_main: tool.is_some() && line.is_stored };
                    self.steps.insert(line.step.clone(), shown);
                }
            }
            BuildEvent::Waiting { work, holder, .. } => {
                let process = holder.map(|number| format!(" (process {number})")).unwrap_or_default();
                lines.push(self.line("Blocking:", &format!("{work} is running{process}")));
            }
            BuildEvent::StepStarted { step, reasons } => {
                self.step_started(step, after);
                if self.verbosity == Verbosity::Verbose {
                    let title = self.steps.get(step).map_or("", |shown| shown.title.as_str());
                    let why = DirtyReason::in_words(reasons);
                    lines.push(self.line("Running", &format!("{step}: {title}, because {why}")));
                } else {
                    lines.extend(self.at_work(step));
                }
                self.draw(step);
            }
            BuildEvent::StepOutput { step, output } => {
                let text = String::from_utf8_lossy(output);
                if let Some(last) = last_words(&text) {
                    match self.running.get(step) {
                        Some(running) if running.tells => {}
                        Some(running) => running.line.set_message(last),
                        None => drop(self.said.insert(step.clone(), last)),
                    }
                }
                if self.verbosity == Verbosity::Verbose {
                    let text = self.toolchain(step).map_or(text.to_string(), |of| of.for_people(&text));
                    let text = printable(text.trim_end_matches('\n'), Foreign::Output(self.style));
                    lines.extend(Some(text.into_owned()).filter(|text| !text.is_empty()));
                }
            }
            BuildEvent::StepProgress { step, line } => self.step_printed(step, &String::from_utf8_lossy(line)),
            BuildEvent::StepNoticed { step, notice } => lines.extend(self.noticed(step, notice)),
            BuildEvent::UndeclaredOutputs { steps, files } => {
                lines.push(format!(
                    "warning: {} changed while {} ran, which should not write there",
                    listed(files),
                    list_with("and", steps),
                ));
            }
            BuildEvent::StepFinished { step, outcome, .. } => {
                if let Some(Running { line, .. }) = self.running.remove(step) {
                    line.finish_and_clear();
                }
                self.said.remove(step);
                lines.extend(self.finished(step, *outcome, after));
            }
            BuildEvent::StoreCollected { artifacts, bytes } => {
                if self.verbosity == Verbosity::Verbose {
                    let tenths = bytes / 100_000;
                    let size = format!("{}.{} MB", tenths / 10, tenths % 10);
                    let what = format!("{artifacts} artifacts, {size}, from the cache folder: used longest ago");
                    lines.push(self.line("Removed", &what));
                }
            }
            BuildEvent::Finished { outcome, milliseconds } => {
                lines.extend(self.summary(*outcome, *milliseconds));
            }
        }
        if self.verbosity > Verbosity::Quiet {
            self.print(&lines, err);
        }
    }

    /// The line that says that a step is at work which may take long, where no live line shows it.
    fn at_work(&self, step: &StepId) -> Option<String> {
        let shown = self.steps.get(step).filter(|_| self.live.is_none())?;
        let name = shown.subject.to_string();
        let named = || format!("{name}: {}", shown.title);
        let (verb, what) = match shown.subject {
            Subject::NativeCode(_) => ("Compiling", name),
            _ if shown.tool.is_none() => return None,
            Subject::Installation(_) => ("Installing", named()),
            Subject::Component(_) | Subject::Bindings(_) | Subject::Composition(_) => ("Building", named()),
        };
        Some(self.line(verb, &what))
    }

    /// What there is to know about a step.
    fn noticed(&self, step: &StepId, notice: &Notice) -> Option<String> {
        match notice {
            Notice::Again { files } => (self.verbosity == Verbosity::Verbose)
                .then(|| self.line("Repeating", &format!("{step}, because {} changed while it ran", listed(files)))),
            Notice::Unsettled { files } => Some(format!(
                "warning: {} changed each time while `{step}` ran: what it made may be neither old nor new, and the next build \
                 makes it again",
                listed(files),
            )),
            Notice::Running { seconds } => {
                let said = self.said.get(step).map(|said| format!(": {said}")).unwrap_or_default();
                self.at_work(step).map(|line| format!("{line}, for {seconds} s{said}"))
            }
            Notice::Silent { seconds, limit } => {
                let end = limit.map(|limit| format!("; it is ended after {limit} s")).unwrap_or_default();
                Some(self.line("Silent", &format!("{step} has printed nothing for {seconds} s{end}")))
            }
        }
    }

    /// Draws a line that shows that `step` is running, for how long, and the last that its program said.
    fn draw(&mut self, step: &StepId) {
        let (Some(live), Some(shown)) = (&self.live, self.steps.get(step)) else { return };
        let spinner = live.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner:.green} {prefix} ({elapsed}) {wide_msg:.dim}") {
            spinner.set_style(style);
        }
        let what = format!("{}: {}", shown.subject, shown.title);
        spinner.set_prefix(printable(&what, Foreign::Line).into_owned());
        spinner.enable_steady_tick(Duration::from_millis(120));
        self.running.insert(step.clone(), Running { line: spinner, tells: false });
    }

    /// Shows how far `step` has come, by what its program told.
    fn step_printed(&mut self, step: &StepId, told: &str) {
        let told =
            self.toolchain(step).and_then(|toolchain| toolchain.progress(told)).and_then(|told| last_words(&told));
        if let (Some(running), Some(told)) = (self.running.get_mut(step), told) {
            running.line.set_message(told);
            running.tells = true;
        }
    }

    /// Notes that a step is at work, from `after` on.
    fn step_started(&mut self, step: &StepId, after: Duration) {
        let Some(progress) = self.steps.get(step).and_then(|shown| self.subjects.get_mut(&shown.subject)) else {
            return;
        };
        if progress.at_work.is_empty() {
            progress.since = after;
        }
        progress.at_work.insert(step.clone());
    }

    /// The line of a subject, when its last step has its outcome.
    fn finished(&mut self, step: &StepId, outcome: StepOutcome, after: Duration) -> Option<String> {
        let Shown { subject, is_main, .. } = self.steps.get(step)?;
        let progress = self.subjects.get_mut(subject)?;
        progress.left = progress.left.saturating_sub(1);
        if progress.at_work.remove(step) {
            progress.is_interrupted |= outcome == StepOutcome::Cancelled;
            if progress.at_work.is_empty() {
                progress.time += after.saturating_sub(progress.since);
            }
        }
        progress.outcome = progress.outcome.max_by_weight(outcome);
        if *is_main {
            progress.main = progress.main.max_by_weight(outcome);
        }
        if progress.left > 0 {
            return None;
        }
        let seconds = format!("{:.1} s", progress.time.as_secs_f64());
        let (outcome, what) = (progress.outcome()?, subject.to_string());
        // In cargo's manner the verb of a success says what was done, so there the name is enough.
        let (built, name) = match subject {
            Subject::Component(_) => ("Built", what.clone()),
            Subject::Bindings(_) => ("Wrote", what.clone()),
            Subject::Composition(entry) => ("Composed", entry.to_string()),
            Subject::NativeCode(_) => ("Compiled", what.clone()),
            Subject::Installation(_) => ("Installed", what.clone()),
        };
        let line = match outcome {
            StepOutcome::Fresh => self.line("Fresh", &what),
            StepOutcome::Restored => self.line("Restored", &what),
            StepOutcome::Built => self.line(built, &format!("{name} in {seconds}")),
            StepOutcome::Failed => self.line("Failed", &format!("{what} after {seconds}")),
            StepOutcome::Skipped => self.line("Skipped", &what),
            StepOutcome::Cancelled if progress.is_interrupted => self.line("Cancelled", &what),
            StepOutcome::Cancelled => return None,
        };
        // The summary counts what is fresh, and a composition is fresh whenever its parts are.
        let dull =
            self.verbosity < Verbosity::Verbose || matches!(subject, Subject::Composition(_) | Subject::NativeCode(_));
        (outcome != StepOutcome::Fresh || !dull).then_some(line)
    }

    /// The last line: how long it took, and of how many components what came.
    fn summary(&self, outcome: BuildOutcome, milliseconds: u64) -> Option<String> {
        let seconds = Duration::from_millis(milliseconds).as_secs_f64();
        let is_component = |subject: &Subject| matches!(subject, Subject::Component(_));
        let components = self.subjects.iter().filter(|(subject, _)| is_component(subject));
        let outcomes: Vec<StepOutcome> = components.filter_map(|(_, progress)| progress.outcome()).collect();
        let words = [(StepOutcome::Built, "built"), (StepOutcome::Restored, "restored"), (StepOutcome::Fresh, "fresh")];
        let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        let counts = words.map(|(outcome, word)| (count(outcome), word)).into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        match outcome {
            BuildOutcome::Done => Some(self.line("Finished", &format!("in {seconds:.2} s{counts}"))),
            BuildOutcome::Cancelled => Some(self.line("Interrupted", &format!("after {seconds:.1} s"))),
            BuildOutcome::Failed => None,
        }
    }

    /// The toolchain that knows what the tool of `step` prints.
    fn toolchain(&self, step: &StepId) -> Option<&'static dyn Toolchain> {
        self.steps.get(step)?.tool.and_then(|tool| self.toolchains.needing(tool))
    }

    /// A verb in cargo's column, and what it is about.
    fn line(&self, verb: &str, text: &str) -> String {
        status_line(verb, text, self.style)
    }

    /// Writes lines, above the live ones.
    pub(super) fn print(&self, lines: &[String], err: &mut dyn Write) {
        let mut write = || {
            for line in lines {
                // Nothing can be told where stderr is closed.
                drop(writeln!(err, "{line}"));
            }
        };
        match &self.live {
            Some(live) if !lines.is_empty() => live.suspend(write),
            Some(_) | None => write(),
        }
    }
}

/// The first few files, and how many more there are.
fn listed(files: &[String]) -> String {
    const MOST: usize = 5;
    let names = list(files.iter().take(MOST).map(|file| file.escape_debug()));
    let more = files.len().saturating_sub(MOST);
    if more > 0 { format!("{names} and {more} more") } else { names }
}

impl SubjectProgress {
    /// What came of it. What is done on the way to and from what was restored does not make it a built one.
    fn outcome(&self) -> Option<StepOutcome> {
        match (self.outcome?, self.main) {
            (StepOutcome::Built, Some(StepOutcome::Restored)) => Some(StepOutcome::Restored),
            (outcome, _) => Some(outcome),
        }
    }
}

/// The last line of what a program printed that is for people.
fn last_words(text: &str) -> Option<String> {
    let lines = text.lines().rev().map(str::trim);
    let line = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('{'))?;
    let line = printable(line, Foreign::Output(Style::Plain));
    Some(line.chars().take(LAST_WORDS).collect())
}

/// The outcome that tells more about a subject than the other.
trait Weight {
    fn max_by_weight(self, other: StepOutcome) -> Option<StepOutcome>;
}

impl Weight for Option<StepOutcome> {
    fn max_by_weight(self, other: StepOutcome) -> Option<StepOutcome> {
        let weight = |outcome: StepOutcome| match outcome {
            StepOutcome::Fresh => 0,
            StepOutcome::Restored => 1,
            StepOutcome::Built => 2,
            StepOutcome::Skipped => 3,
            StepOutcome::Cancelled => 4,
            StepOutcome::Failed => 5,
        };
        Some(match self {
            Some(one) if weight(one) >= weight(other) => one,
            Some(_) | None => other,
        })
    }
}

#[cfg(test)]
mod tests;
