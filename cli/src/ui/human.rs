//! Lines for people: cargo's column of verbs, one line per component, a live line on a terminal.

use std::{collections::BTreeMap, io::Write, time::Duration};

use conjoin_diagnostics::Style;
use conjoin_engine::{BuildEvent, BuildOutcome, Notice, StepOutcome};
use conjoin_plan::{StepId, Subject};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Verbosity;
use crate::tools::tool_name;

/// A verb, right-aligned in cargo's column, and what it is about.
pub(crate) fn status_line(verb: &str, text: &str, style: Style) -> String {
    match style {
        Style::Plain => format!("{verb:>12} {text}"),
        Style::Coloured => format!("\x1b[1;32m{verb:>12}\x1b[0m {text}"),
    }
}

/// What a build has told so far.
pub(super) struct Progress {
    live: Option<MultiProgress>,
    steps: BTreeMap<StepId, (Subject, String)>,
    subjects: BTreeMap<Subject, SubjectProgress>,
    running: BTreeMap<StepId, ProgressBar>,
}

#[derive(Default)]
struct SubjectProgress {
    left: usize,
    outcome: Option<StepOutcome>,
    time: Duration,
}

impl Progress {
    /// `live` draws a line that shows what is running.
    pub(super) fn new(live: bool) -> Self {
        let live = live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Self { live, steps: BTreeMap::new(), subjects: BTreeMap::new(), running: BTreeMap::new() }
    }

    /// Tells one event on `err`.
    pub(super) fn tell(&mut self, event: &BuildEvent, err: &mut dyn Write, verbosity: Verbosity, style: Style) {
        let mut lines = Vec::new();
        match event {
            BuildEvent::PlanReady { steps } => {
                for line in steps {
                    self.subjects.entry(line.subject.clone()).or_default().left += 1;
                    self.steps.insert(line.step.clone(), (line.subject.clone(), line.title.clone()));
                }
            }
            BuildEvent::Waiting { step, lock, holder } => {
                let who =
                    holder.map_or_else(|| "another conjoin".to_owned(), |id| format!("another conjoin (process {id})"));
                let what = match step {
                    Some(step) => format!("is at `{step}`"),
                    None => format!("works at {}", lock.parent()),
                };
                lines.push(status_line("Waiting", &format!("for {who}, which {what}"), style));
            }
            BuildEvent::StepStarted { step, reasons } => {
                self.begin(step);
                if verbosity == Verbosity::Verbose {
                    let title = self.steps.get(step).map_or("", |(_, title)| title.as_str());
                    let why: Vec<_> = reasons.iter().map(ToString::to_string).collect();
                    lines.push(status_line("Running", &format!("{step}: {title}, because {}", why.join(", ")), style));
                }
            }
            BuildEvent::StepOutput { output, .. } => {
                if verbosity == Verbosity::Verbose {
                    lines.push(String::from_utf8_lossy(output).trim_end_matches('\n').to_owned());
                }
            }
            BuildEvent::StepNoticed { step, notice } => lines.extend(noticed(step, notice, verbosity, style)),
            BuildEvent::Strayed { steps, files } => {
                let steps: Vec<String> = steps.iter().map(|step| format!("`{step}`")).collect();
                lines.push(format!(
                    "warning: {} changed while {} ran, which should not write there",
                    listed(files),
                    steps.join(" and "),
                ));
            }
            BuildEvent::StepFinished { step, outcome, milliseconds, .. } => {
                if let Some(line) = self.running.remove(step) {
                    line.finish_and_clear();
                }
                lines.extend(self.finished(step, *outcome, Duration::from_millis(*milliseconds), style));
            }
            BuildEvent::StoreCollected { artifacts, bytes } => {
                if verbosity == Verbosity::Verbose {
                    let tenths = bytes / 100_000;
                    let size = format!("{}.{} MB", tenths / 10, tenths % 10);
                    let what = format!("{artifacts} artifacts, {size}, from the cache folder: used longest ago");
                    lines.push(status_line("Removed", &what, style));
                }
            }
            BuildEvent::Finished { outcome, milliseconds } => {
                lines.extend(summary(*outcome, *milliseconds, style));
            }
        }
        if verbosity > Verbosity::Quiet {
            self.print(&lines, err);
        }
    }

    /// Draws a line that shows that `step` is running, and for how long.
    fn begin(&mut self, step: &StepId) {
        let (Some(live), Some((subject, title))) = (&self.live, self.steps.get(step)) else { return };
        let spinner = live.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner:.green} {msg} ({elapsed})") {
            spinner.set_style(style);
        }
        spinner.set_message(format!("{}: {title}", name(subject)));
        spinner.enable_steady_tick(Duration::from_millis(120));
        self.running.insert(step.clone(), spinner);
    }

    /// The line of a subject, when its last step has its outcome.
    fn finished(&mut self, step: &StepId, outcome: StepOutcome, time: Duration, style: Style) -> Option<String> {
        let (subject, _) = self.steps.get(step)?.clone();
        let progress = self.subjects.get_mut(&subject)?;
        progress.left = progress.left.saturating_sub(1);
        progress.time += time;
        progress.outcome = progress.outcome.max_by_weight(outcome);
        if progress.left > 0 {
            return None;
        }
        let seconds = format!("{:.1} s", progress.time.as_secs_f64());
        let name = name(&subject);
        let built = match &subject {
            Subject::Component(_) => "Built",
            Subject::Bindings(_) => "Wrote",
            Subject::Composition(_) => "Composed",
            Subject::NativeCode(_) => "Compiled",
            Subject::Installation(_) => "Installed",
        };
        let line = match progress.outcome? {
            StepOutcome::Fresh => status_line("Fresh", &name, style),
            StepOutcome::Restored => status_line("Restored", &name, style),
            StepOutcome::Built => status_line(built, &format!("{name} in {seconds}"), style),
            StepOutcome::Failed => status_line("Failed", &format!("{name} after {seconds}"), style),
            StepOutcome::Skipped => status_line("Skipped", &name, style),
            StepOutcome::Cancelled => status_line("Cancelled", &name, style),
        };
        // A composition is fresh whenever its parts are.
        let dull = matches!(subject, Subject::Composition(_) | Subject::NativeCode(_))
            && progress.outcome == Some(StepOutcome::Fresh);
        (!dull).then_some(line)
    }

    fn print(&self, lines: &[String], err: &mut dyn Write) {
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

/// What there is to know about a step.
fn noticed(step: &StepId, notice: &Notice, verbosity: Verbosity, style: Style) -> Option<String> {
    match notice {
        Notice::Again { files } => (verbosity == Verbosity::Verbose).then(|| {
            status_line("Repeating", &format!("{step}, because {} changed while it ran", listed(files)), style)
        }),
        Notice::Unsettled { files } => Some(format!(
            "warning: {} changed each time while `{step}` ran: what it made may be neither old nor new, and the next build makes it \
             again",
            listed(files),
        )),
        Notice::Silent { seconds, limit } => {
            let end = limit.map(|limit| format!("; it is ended after {limit} s")).unwrap_or_default();
            Some(status_line("Silent", &format!("{step} has printed nothing for {seconds} s{end}"), style))
        }
    }
}

/// The first few files, and how many more there are.
fn listed(files: &[String]) -> String {
    const MOST: usize = 5;
    let names: Vec<String> = files.iter().take(MOST).map(|file| format!("`{}`", file.escape_debug())).collect();
    let more = files.len().saturating_sub(MOST);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}

/// The last line.
fn summary(outcome: BuildOutcome, milliseconds: u64, style: Style) -> Option<String> {
    let seconds = Duration::from_millis(milliseconds).as_secs_f64();
    match outcome {
        BuildOutcome::Done => Some(status_line("Finished", &format!("in {seconds:.2} s"), style)),
        BuildOutcome::Failed | BuildOutcome::Cancelled => None,
    }
}

/// What a step is done for, as people call it.
fn name(subject: &Subject) -> String {
    match subject {
        Subject::Component(name) | Subject::Composition(name) => name.to_string(),
        Subject::Bindings(name) => format!("bindings of {name}"),
        Subject::NativeCode(name) => format!("native code of {name}"),
        Subject::Installation(tool) => tool_name(*tool).to_owned(),
    }
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
