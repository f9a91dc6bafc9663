//! Lines for people: cargo's column of verbs, one line per component, a live line on a terminal.

use std::{collections::BTreeMap, io::Write, time::Duration};

use conjoin_diagnostics::Style;
use conjoin_engine::{BuildEvent, BuildOutcome, DirtyReason, Notice, StepOutcome};
use conjoin_plan::{StepId, Subject, Tool};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Verbosity;
use crate::tools::{tool_name, toolchain_of};

/// How many letters of the last line that a program printed are shown beside it.
const LAST_WORDS: usize = 40;

/// A verb, right-aligned in cargo's column, and what it is about.
pub(crate) fn status_line(verb: &str, text: &str, style: Style) -> String {
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
    time: Duration,
}

impl Progress {
    /// `live` draws a line that shows what is running.
    pub(super) fn new(verbosity: Verbosity, style: Style, live: bool) -> Self {
        let live = live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        let (steps, subjects, running, said) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { verbosity, style, live, steps, subjects, running, said }
    }

    /// Tells one event on `err`.
    pub(super) fn tell(&mut self, event: &BuildEvent, err: &mut dyn Write) {
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
            BuildEvent::Waiting { step, lock, holder } => {
                let who =
                    holder.map_or_else(|| "another conjoin".to_owned(), |id| format!("another conjoin (process {id})"));
                let what = match step {
                    Some(step) => format!("is at `{step}`"),
                    None => format!("works at {}", lock.parent()),
                };
                lines.push(self.line("Waiting", &format!("for {who}, which {what}")));
            }
            BuildEvent::StepStarted { step, reasons } => {
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
                    let tool = self.steps.get(step).and_then(|shown| shown.tool);
                    let text = tool.and_then(toolchain_of).map_or(text.to_string(), |of| of.for_people(&text));
                    lines.extend(Some(text.trim_end_matches('\n').to_owned()).filter(|text| !text.is_empty()));
                }
            }
            BuildEvent::StepProgress { step, line } => self.come(step, &String::from_utf8_lossy(line)),
            BuildEvent::StepNoticed { step, notice } => lines.extend(self.noticed(step, notice)),
            BuildEvent::Strayed { steps, files } => {
                let steps: Vec<String> = steps.iter().map(|step| format!("`{step}`")).collect();
                lines.push(format!(
                    "warning: {} changed while {} ran, which should not write there",
                    listed(files),
                    steps.join(" and "),
                ));
            }
            BuildEvent::StepFinished { step, outcome, milliseconds, .. } => {
                if let Some(Running { line, .. }) = self.running.remove(step) {
                    line.finish_and_clear();
                }
                self.said.remove(step);
                lines.extend(self.finished(step, *outcome, Duration::from_millis(*milliseconds)));
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
        let named = || format!("{}: {}", name(&shown.subject), shown.title);
        let (verb, what) = match shown.subject {
            Subject::NativeCode(_) => ("Compiling", name(&shown.subject)),
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
        if let Ok(style) = ProgressStyle::with_template("{spinner:.green} {prefix} ({elapsed}) {msg:.dim}") {
            spinner.set_style(style);
        }
        spinner.set_prefix(format!("{}: {}", name(&shown.subject), shown.title));
        spinner.enable_steady_tick(Duration::from_millis(120));
        self.running.insert(step.clone(), Running { line: spinner, tells: false });
    }

    /// Shows how far `step` has come, by what its program told.
    fn come(&mut self, step: &StepId, told: &str) {
        let toolchain = self.steps.get(step).and_then(|shown| shown.tool).and_then(toolchain_of);
        let told = toolchain.and_then(|toolchain| toolchain.progress(told)).and_then(|told| last_words(&told));
        if let (Some(running), Some(told)) = (self.running.get_mut(step), told) {
            running.line.set_message(told);
            running.tells = true;
        }
    }

    /// The line of a subject, when its last step has its outcome.
    fn finished(&mut self, step: &StepId, outcome: StepOutcome, time: Duration) -> Option<String> {
        let Shown { subject, is_main, .. } = self.steps.get(step)?;
        let progress = self.subjects.get_mut(subject)?;
        progress.left = progress.left.saturating_sub(1);
        progress.time += time;
        progress.outcome = progress.outcome.max_by_weight(outcome);
        if *is_main {
            progress.main = progress.main.max_by_weight(outcome);
        }
        if progress.left > 0 {
            return None;
        }
        let seconds = format!("{:.1} s", progress.time.as_secs_f64());
        let (outcome, name) = (progress.outcome()?, name(subject));
        // In cargo's manner the verb of a success says what was done, so there the name is enough.
        let what = match subject {
            Subject::Composition(entry) => format!("composition of {entry}"),
            Subject::Component(_) | Subject::Bindings(_) | Subject::NativeCode(_) | Subject::Installation(_) => {
                name.clone()
            }
        };
        let built = match subject {
            Subject::Component(_) => "Built",
            Subject::Bindings(_) => "Wrote",
            Subject::Composition(_) => "Composed",
            Subject::NativeCode(_) => "Compiled",
            Subject::Installation(_) => "Installed",
        };
        let line = match outcome {
            StepOutcome::Fresh => self.line("Fresh", &what),
            StepOutcome::Restored => self.line("Restored", &what),
            StepOutcome::Built => self.line(built, &format!("{name} in {seconds}")),
            StepOutcome::Failed => self.line("Failed", &format!("{what} after {seconds}")),
            StepOutcome::Skipped => self.line("Skipped", &what),
            StepOutcome::Cancelled => self.line("Cancelled", &what),
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
            BuildOutcome::Failed | BuildOutcome::Cancelled => None,
        }
    }

    /// A verb in cargo's column, and what it is about.
    fn line(&self, verb: &str, text: &str) -> String {
        status_line(verb, text, self.style)
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

/// The first few files, and how many more there are.
fn listed(files: &[String]) -> String {
    const MOST: usize = 5;
    let names: Vec<String> = files.iter().take(MOST).map(|file| format!("`{}`", file.escape_debug())).collect();
    let more = files.len().saturating_sub(MOST);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
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

/// The last line of what a program printed that is for people, without what moves a cursor.
fn last_words(text: &str) -> Option<String> {
    let lines = text.lines().rev().map(str::trim);
    let line = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('{'))?;
    // A line as wide as the terminal would break at the `^C` that the terminal itself writes, and then could not be removed.
    Some(line.chars().filter(|letter| !letter.is_control()).take(LAST_WORDS).collect())
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

#[cfg(test)]
mod tests {
    use conjoin_engine::StepLine;
    use conjoin_manifest::ComponentName;

    use super::*;

    /// Steps of the component `api` and of its composition: a name, whether a program is started, and what came of it.
    fn told(steps: &[(&str, bool, StepOutcome)], end: BuildOutcome) -> String {
        let name = ComponentName::parse("api").expect("a name");
        let subject = |step: &str| match step {
            "compose" => Subject::Composition(name.clone()),
            _ => Subject::Component(name.clone()),
        };
        let lines = steps.iter().map(|(step, is_program, _)| StepLine {
            step: StepId((*step).to_owned()),
            subject: subject(step),
            title: format!("do {step}"),
            program: is_program.then(|| "tool".to_owned()),
            tool: is_program.then_some(Tool::Custom),
            is_stored: *step == "compile",
        });
        let mut events = vec![BuildEvent::PlanReady { steps: lines.collect() }];
        for (step, _, outcome) in steps {
            let (step, outcome, reasons) = (StepId((*step).to_owned()), *outcome, Vec::new());
            if matches!(outcome, StepOutcome::Built | StepOutcome::Failed) {
                events.push(BuildEvent::StepStarted { step: step.clone(), reasons: Vec::new() });
            }
            events.push(BuildEvent::StepFinished { step, outcome, reasons, milliseconds: 100 });
        }
        events.push(BuildEvent::Finished { outcome: end, milliseconds: 300 });
        written(&events)
    }

    /// What is written where no live line can be drawn.
    fn written(events: &[BuildEvent]) -> String {
        let (mut progress, mut said) = (Progress::new(Verbosity::Normal, Style::Plain, false), Vec::new());
        for event in events {
            progress.tell(event, &mut said);
        }
        let said = String::from_utf8(said).expect("text");
        said.lines().map(|line| line.trim().to_owned() + "\n").collect()
    }

    #[test]
    fn what_is_done_around_a_restored_component_does_not_make_it_a_built_one() {
        let (built, restored) = (StepOutcome::Built, StepOutcome::Restored);
        let steps = [("install", true, built), ("compile", true, restored), ("copy", false, built)];
        assert_eq!(
            told(&steps, BuildOutcome::Done),
            "Building api: do install\nRestored api\nFinished in 0.30 s: 1 restored\n"
        );
        let steps = [("install", true, restored), ("compile", true, built), ("copy", false, built)];
        assert_eq!(
            told(&steps, BuildOutcome::Done),
            "Building api: do compile\nBuilt api in 0.3 s\nFinished in 0.30 s: 1 built\n"
        );
    }

    #[test]
    fn what_is_fresh_is_counted() {
        let steps = [("compile", true, StepOutcome::Fresh), ("compose", false, StepOutcome::Fresh)];
        assert_eq!(told(&steps, BuildOutcome::Done), "Finished in 0.30 s: 1 fresh\n");
    }

    #[test]
    fn a_composition_is_told_from_its_entry() {
        let steps = [("compile", true, StepOutcome::Failed), ("compose", false, StepOutcome::Skipped)];
        assert_eq!(
            told(&steps, BuildOutcome::Failed),
            "Building api: do compile\nFailed api after 0.1 s\nSkipped composition of api\n"
        );
    }

    #[test]
    fn a_step_that_takes_long_is_told_with_the_last_words_of_its_program() {
        let name = ComponentName::parse("api").expect("a name");
        let step = || StepId("compile".to_owned());
        let line = StepLine {
            step: step(),
            subject: Subject::Component(name),
            title: "cargo build".to_owned(),
            program: Some("cargo".to_owned()),
            tool: Some(Tool::Cargo),
            is_stored: true,
        };
        let running = |seconds| BuildEvent::StepNoticed { step: step(), notice: Notice::Running { seconds } };
        let events = [
            BuildEvent::PlanReady { steps: vec![line] },
            BuildEvent::StepStarted { step: step(), reasons: Vec::new() },
            running(30),
            BuildEvent::StepOutput { step: step(), output: b"Downloading crates ...\n".to_vec() },
            running(90),
        ];
        assert_eq!(
            written(&events),
            "Building api: cargo build\nBuilding api: cargo build, for 30 s\n\
             Building api: cargo build, for 90 s: Downloading crates ...\n"
        );
    }

    #[test]
    fn how_far_a_step_is_takes_the_place_of_what_its_program_says() {
        let step = StepId("api/cargo".to_owned());
        let subject = Subject::Component(ComponentName::parse("api").expect("a name"));
        let (title, program, tool) = ("cargo build".to_owned(), Some("cargo".to_owned()), Some(Tool::Cargo));
        let line = StepLine { step: step.clone(), subject, title, program, tool, is_stored: true };
        let mut progress = Progress::new(Verbosity::Normal, Style::Plain, true);
        let mut shows = |event: BuildEvent| {
            progress.tell(&event, &mut Vec::new());
            progress.running.get(&step).map(|running| running.line.message())
        };
        let says = |text: &str| BuildEvent::StepOutput { step: step.clone(), output: text.into() };
        let tells = |line: &str| BuildEvent::StepProgress { step: step.clone(), line: line.into() };
        assert_eq!(shows(BuildEvent::PlanReady { steps: vec![line] }), None);
        shows(BuildEvent::StepStarted { step: step.clone(), reasons: Vec::new() });
        assert_eq!(shows(says("   Compiling serde v1\n")).as_deref(), Some("Compiling serde v1"));
        assert_eq!(shows(tells("    Building [==>   ] 1/9: serde  ")).as_deref(), Some("1/9 serde"));
        assert_eq!(shows(says("   Compiling log v0\n")).as_deref(), Some("1/9 serde"));
        assert_eq!(shows(tells("")).as_deref(), Some("1/9 serde"));
    }

    #[test]
    fn the_last_that_a_program_said_is_a_short_line() {
        assert_eq!(last_words("   Compiling a v1\n{\"reason\":\"x\"}\n\n").as_deref(), Some("Compiling a v1"));
        assert_eq!(last_words("\u{1b}[1mhot\u{7}\n").as_deref(), Some("[1mhot"));
        assert_eq!(last_words(&"x".repeat(200)).map(|text| text.len()), Some(LAST_WORDS));
        assert_eq!(last_words("\n{}\n"), None);
    }
}
