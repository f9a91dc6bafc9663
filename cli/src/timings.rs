//! `build --timings`: one page that shows the steps of a build over time.
//!
//! The page needs nothing beside itself: a drawing, a table and a style sheet.

use std::{fmt::Write as _, time::Duration};

use conjoin_engine::{BuildOutcome, BuildReport, StepOutcome, StepReport};
use conjoin_plan::Plan;
use serde_json::{Value, json};

const STYLE: &str = include_str!("timings.css");

/// Where bars begin, how wide all of the time is, and how high a row.
const LEFT: f64 = 300.0;
const WIDTH: f64 = 800.0;
const ROW: f64 = 22.0;
/// The height of the drawing of busy cores.
const CORES: f64 = 90.0;

/// What a build's time was made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figures {
    /// From the start of the first step to the end of the last.
    pub(crate) wall: Duration,
    /// The time of all steps together.
    pub(crate) work: Duration,
    /// The steps of the longest path, in order, by their place in the plan.
    pub(crate) path: Vec<usize>,
    /// How long the longest path is.
    pub(crate) longest: Duration,
    /// The shortest time in which so many jobs could have done it: the longest path, or the work shared by all.
    pub(crate) bound: Duration,
}

impl Figures {
    /// Those of `report`, which came of `plan` with `jobs` at a time.
    pub(crate) fn new(plan: &Plan, report: &BuildReport, jobs: usize) -> Self {
        let steps = &report.steps;
        let mut ways: Vec<(Duration, Option<usize>)> = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().enumerate() {
            let before = plan.dependencies(index).iter().copied().max_by_key(|before| ways[*before].0);
            let sum = before.map_or(Duration::ZERO, |before| ways[before].0) + took(step);
            ways.push((sum, before));
        }
        let mut last = (0..steps.len()).max_by_key(|index| ways[*index].0);
        let longest = last.map_or(Duration::ZERO, |last| ways[last].0);
        let mut path = Vec::new();
        while let Some(index) = last {
            path.push(index);
            last = ways[index].1;
        }
        path.reverse();
        let work: Duration = steps.iter().map(took).sum();
        let busy = || steps.iter().filter(|step| took(step) > Duration::ZERO);
        let begin = busy().map(|step| step.begun).min();
        let end = busy().map(|step| step.begun + step.duration).max();
        let wall = end.unwrap_or_default().saturating_sub(begin.unwrap_or_default());
        let shared = work / u32::try_from(jobs.max(1)).unwrap_or(1);
        Self { wall, work, path, longest, bound: longest.max(shared) }
    }

    /// The longest path: what would have to be faster for all of it to be. `None` if it took no longer than one waits without
    /// noticing, or if it is all that there was.
    pub(crate) fn in_words(&self, report: &BuildReport) -> Option<String> {
        if self.longest < Duration::from_secs(1) || report.steps.iter().any(|step| took(step) == self.work) {
            return None;
        }
        let steps = self.path.iter().map(|index| &report.steps[*index]).filter(|step| took(step) > Duration::ZERO);
        let (long, short): (Vec<_>, Vec<_>) = steps.partition(|step| step.duration * 20 >= self.longest);
        let tenths = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let mut parts: Vec<String> =
            long.iter().map(|step| format!("{} {}", step.step, tenths(step.duration))).collect();
        let rest: Duration = short.iter().map(|step| step.duration).sum();
        if rest >= Duration::from_millis(50) {
            parts.push(format!("{} shorter {}", short.len(), tenths(rest)));
        }
        Some(format!("{}: {}", tenths(self.longest), parts.join(", ")))
    }

    /// The line of `--message-format json`; times in milliseconds.
    pub(crate) fn for_programs(&self, report: &BuildReport) -> Value {
        let path = self.path.iter().map(|index| &report.steps[*index]).filter(|step| took(step) > Duration::ZERO);
        let path: Vec<&str> = path.map(|step| step.step.0.as_str()).collect();
        json!({
            "wall": milliseconds(self.wall), "work": milliseconds(self.work), "longest": milliseconds(self.longest),
            "bound": milliseconds(self.bound), "path": path,
        })
    }
}

/// How long a step was at work: one that was up to date at most waited, for another conjoin that made it so.
fn took(step: &StepReport) -> Duration {
    if step.outcome == StepOutcome::Fresh { Duration::ZERO } else { step.duration }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The page about the build of `app`.
pub(crate) fn page(app: &str, plan: &Plan, report: &BuildReport, jobs: usize) -> String {
    let figures = Figures::new(plan, report, jobs);
    let title = format!("Build of {}", escaped(app));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n"
    );
    page.push_str(match report.outcome() {
        BuildOutcome::Done => "",
        BuildOutcome::Failed => {
            "<p class=\"bad\">This build has failed: what comes after the failed steps is not here.</p>\n"
        }
        BuildOutcome::Cancelled => {
            "<p class=\"bad\">This build was interrupted: what would have come after is not here.</p>\n"
        }
    });
    summary(&mut page, &figures, jobs);
    drawing(&mut page, report, &figures, jobs);
    table(&mut page, plan, report, &figures);
    page.push_str("</body>\n</html>\n");
    page
}

fn summary(page: &mut String, figures: &Figures, jobs: usize) {
    let over = figures.wall.as_secs_f64() / figures.bound.as_secs_f64().max(0.001);
    let rows = [
        ("Time", seconds(figures.wall)),
        ("Work of all steps", seconds(figures.work)),
        ("Longest path", format!("{} in {} steps", seconds(figures.longest), figures.path.len())),
        ("Jobs at a time", jobs.to_string()),
        ("Shortest time possible", format!("{}; this build took {over:.2} times as long", seconds(figures.bound))),
    ];
    page.push_str("<table class=\"summary\">\n");
    for (name, value) in rows {
        let _ = writeln!(page, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    page.push_str("</table>\n");
}

/// The steps in the order in which they began; those that took no time are left out.
fn shown<'a>(report: &'a BuildReport) -> Vec<(usize, &'a StepReport)> {
    let mut steps: Vec<(usize, &'a StepReport)> =
        report.steps.iter().enumerate().filter(|(_, step)| took(step) > Duration::ZERO).collect();
    steps.sort_by_key(|(index, step)| (step.begun, *index));
    steps
}

fn drawing(page: &mut String, report: &BuildReport, figures: &Figures, jobs: usize) {
    let steps = shown(report);
    if steps.is_empty() {
        page.push_str("<p>Everything was up to date: no step was carried out.</p>\n");
        return;
    }
    legend(page, &steps);
    let all = steps.iter().map(|(_, step)| (step.begun + step.duration).as_secs_f64()).fold(0.001, f64::max);
    let place = |time: Duration| LEFT + time.as_secs_f64() / all * WIDTH;
    let top = CORES + 40.0;
    let height = top + ROW * count(steps.len()) + 30.0;
    let _ = writeln!(
        page,
        "<svg viewBox=\"0 0 {:.0} {height:.0}\" role=\"img\" aria-label=\"steps over time\">",
        LEFT + WIDTH + 90.0
    );
    for (time, label) in ticks(all) {
        let x = place(time);
        let _ =
            writeln!(page, "<line class=\"grid\" x1=\"{x:.1}\" y1=\"16\" x2=\"{x:.1}\" y2=\"{:.0}\"/>", height - 24.0);
        let _ = writeln!(page, "<text class=\"tick\" x=\"{x:.1}\" y=\"{:.0}\">{label}</text>", height - 8.0);
    }
    busy(page, &steps, &place, jobs);
    for (row, (index, step)) in steps.iter().enumerate() {
        let (x, y) = (place(step.begun), top + ROW * count(row));
        let width = (place(step.begun + step.duration) - x).max(1.0);
        let critical = if figures.path.contains(index) { " critical" } else { "" };
        let name = escaped(&step.step.0);
        let _ = writeln!(
            page,
            "<text class=\"name{critical}\" x=\"{:.0}\" y=\"{:.1}\">{name}</text>",
            LEFT - 10.0,
            y + 14.0
        );
        let _ = writeln!(
            page,
            "<rect class=\"{}{critical}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.0}\"><title>{name}: {}</title></rect>",
            outcome(step.outcome),
            y + 3.0,
            ROW - 6.0,
            seconds(step.duration)
        );
        let _ = writeln!(
            page,
            "<text class=\"time\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + width + 4.0,
            y + 14.0,
            seconds(step.duration)
        );
    }
    page.push_str("</svg>\n");
}

/// What the colours mean that occur.
fn legend(page: &mut String, steps: &[(usize, &StepReport)]) {
    let occurs = |outcomes: &[StepOutcome]| steps.iter().any(|(_, step)| outcomes.contains(&step.outcome));
    let colours = [
        ("critical", "on the longest path", true),
        ("built", "built", occurs(&[StepOutcome::Built])),
        ("restored", "restored from the cache folder", occurs(&[StepOutcome::Restored])),
        ("failed", "failed or interrupted", occurs(&[StepOutcome::Failed, StepOutcome::Cancelled])),
        ("area", "steps at work at that time", true),
    ];
    page.push_str("<p class=\"legend\">\n");
    for (class, meaning, _) in colours.into_iter().filter(|(.., occurs)| *occurs) {
        let _ = writeln!(page, "<span><i class=\"{class}\"></i>{meaning}</span>");
    }
    page.push_str("</p>\n");
}

/// Where the axis is marked, with what stands there: at most ten round times of `all` seconds.
fn ticks(all: f64) -> Vec<(Duration, String)> {
    let (mut apart, mut decimals) = (0.01, 2);
    for (factor, next) in [2.0, 2.5, 2.0].into_iter().cycle().zip(1_usize..) {
        if all / apart <= 10.0 {
            break;
        }
        apart *= factor;
        decimals = 2_usize.saturating_sub(next / 3);
    }
    let times = (0_u32..).map(|tick| f64::from(tick) * apart).take_while(|time| *time <= all);
    times.map(|time| (Duration::from_secs_f64(time), format!("{time:.decimals$} s"))).collect()
}

/// How many steps ran at each time, as an area below the number of jobs.
fn busy(page: &mut String, steps: &[(usize, &StepReport)], place: &dyn Fn(Duration) -> f64, jobs: usize) {
    let mut changes: Vec<(Duration, i32)> =
        steps.iter().flat_map(|(_, step)| [(step.begun, 1), (step.begun + step.duration, -1)]).collect();
    changes.sort();
    let base = CORES + 20.0;
    let level = |running: i32| base - CORES * f64::from(running) / count(jobs.max(1));
    let mut path = format!("M{LEFT:.1} {base:.1}");
    let mut running = 0;
    for (time, change) in changes {
        let x = place(time);
        let _ = write!(path, " L{x:.1} {:.1}", level(running));
        running += change;
        let _ = write!(path, " L{x:.1} {:.1}", level(running));
    }
    let _ = writeln!(page, "<path class=\"busy\" d=\"{path} Z\"/>");
    let (name, y) = (format!("{jobs} jobs"), base - CORES);
    let _ =
        writeln!(page, "<line class=\"jobs\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>", LEFT + WIDTH);
    let _ = writeln!(page, "<text class=\"name\" x=\"{:.0}\" y=\"{:.1}\">{name}</text>", LEFT - 10.0, y + 5.0);
}

fn table(page: &mut String, plan: &Plan, report: &BuildReport, figures: &Figures) {
    page.push_str(
        "<table class=\"steps\">\n<tr><th>Step</th><th>What it does</th><th>Outcome</th><th class=\"time\">Began</th><th class=\"time\">Took</th><th>Why</th></tr>\n",
    );
    let mut rows: Vec<_> = report.steps.iter().zip(plan.steps()).enumerate().collect();
    rows.sort_by_key(|(index, (step, _))| (!has_begun(step), step.begun, *index));
    for (index, (step, planned)) in rows {
        let reasons: Vec<String> = step.reasons.iter().map(|reason| escaped(&reason.to_string())).collect();
        let class =
            if figures.path.contains(&index) && took(step) > Duration::ZERO { " class=\"critical\"" } else { "" };
        let time = |time: Duration| if has_begun(step) { seconds(time) } else { String::new() };
        let _ = writeln!(
            page,
            "<tr{class}><td>{}</td><td>{}</td><td>{}</td><td class=\"time\">{}</td><td class=\"time\">{}</td><td>{}</td></tr>",
            escaped(&step.step.0),
            escaped(&planned.title),
            outcome(step.outcome),
            time(step.begun),
            time(step.duration),
            reasons.join(", ")
        );
    }
    page.push_str("</table>\n<p>Steps in bold are those of the longest path: only what shortens it makes such a build shorter.</p>\n");
}

/// Whether there was something to do for a step, and it came to that.
fn has_begun(step: &StepReport) -> bool {
    match step.outcome {
        StepOutcome::Restored | StepOutcome::Built | StepOutcome::Failed => true,
        StepOutcome::Cancelled => step.duration > Duration::ZERO,
        StepOutcome::Fresh | StepOutcome::Skipped => false,
    }
}

fn outcome(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Fresh => "fresh",
        StepOutcome::Restored => "restored",
        StepOutcome::Built => "built",
        StepOutcome::Failed => "failed",
        StepOutcome::Skipped => "skipped",
        StepOutcome::Cancelled => "cancelled",
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of steps are small")]
fn count(number: usize) -> f64 {
    number as f64
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use conjoin_manifest::ComponentName;
    use conjoin_plan::{AbsPath, Action, Input, Keep, Step, StepId, Subject};

    use super::*;

    /// Steps by name, what they need, when they began and how many seconds they took.
    fn build(steps: &[(&str, &[&str], u64, u64)]) -> (Plan, BuildReport) {
        let subject = Subject::Component(ComponentName::parse("a").expect("a name"));
        let output = |name: &str| AbsPath::new(format!("/app/{name}")).expect("it is absolute");
        let planned = steps.iter().map(|(name, needs, ..)| Step {
            id: StepId((*name).to_owned()),
            subject: subject.clone(),
            title: "a <step>".to_owned(),
            action: Action::Write(Vec::new()),
            inputs: needs.iter().map(|need| Input::File(output(need))).collect(),
            outputs: vec![output(name)],
            versions: Vec::new(),
            discovery: None,
            keep: Keep::InPlace,
        });
        let reports = steps.iter().map(|(name, _, begun, took)| StepReport {
            step: StepId((*name).to_owned()),
            subject: subject.clone(),
            outcome: StepOutcome::Built,
            reasons: Vec::new(),
            begun: Duration::from_secs(*begun),
            duration: Duration::from_secs(*took),
        });
        let report = BuildReport {
            steps: reports.collect(),
            failed: Vec::new(),
            cancelled: false,
            duration: Duration::from_secs(9),
        };
        (Plan::new(planned.collect()).expect("they fit"), report)
    }

    #[test]
    fn in_words_the_parts_of_the_longest_path_add_up() {
        let (plan, report) =
            build(&[("a", &[], 0, 60), ("b", &["a"], 60, 1), ("c", &["b"], 61, 2), ("d", &["c"], 63, 7)]);
        let words = Figures::new(&plan, &report, 2).in_words(&report);
        assert_eq!(words.as_deref(), Some("70.0 s: a 60.0 s, d 7.0 s, 2 shorter 3.0 s"));
        let (plan, report) = build(&[("a", &[], 0, 9), ("b", &["a"], 9, 0)]);
        assert_eq!(Figures::new(&plan, &report, 2).in_words(&report), None);
    }

    #[test]
    fn the_longest_path_and_the_shared_work_bound_a_build() {
        let (plan, report) =
            build(&[("a", &[], 0, 4), ("b", &[], 0, 5), ("c", &["a"], 4, 3), ("d", &["b", "c"], 7, 1)]);
        let figures = Figures::new(&plan, &report, 2);
        let whole = Duration::from_secs;
        assert_eq!(
            (figures.wall, figures.work, figures.longest, figures.bound),
            (whole(8), whole(13), whole(8), whole(8))
        );
        assert_eq!(figures.path, [0, 2, 3]);
        assert_eq!(Figures::new(&plan, &report, 1).bound, whole(13));
    }

    #[test]
    fn what_was_up_to_date_only_waited() {
        let (plan, mut report) = build(&[("a", &[], 0, 60), ("b", &["a"], 60, 2), ("c", &["b"], 62, 1)]);
        report.steps[0].outcome = StepOutcome::Fresh;
        let figures = Figures::new(&plan, &report, 2);
        let whole = Duration::from_secs;
        assert_eq!((figures.wall, figures.work, figures.longest), (whole(3), whole(3), whole(3)));
        let page = page("app", &plan, &report, 2);
        let at = |text: &str| page.find(text).expect("it is there");
        assert!(at("<td>b</td>") < at("<td>c</td>") && at("<td>c</td>") < at("<td>a</td>"), "{page}");
        assert!(page.contains("<td>fresh</td><td class=\"time\"></td><td class=\"time\"></td>"), "{page}");
    }

    #[test]
    fn a_build_that_did_not_come_to_its_end_says_so() {
        let (plan, mut report) = build(&[("a", &[], 0, 6), ("b", &["a"], 6, 0)]);
        assert!(!page("app", &plan, &report, 2).contains("This build"));
        report.cancelled = true;
        assert!(page("app", &plan, &report, 2).contains("This build was interrupted"));
    }

    #[test]
    fn the_axis_has_round_times() {
        let labels = |all: f64| ticks(all).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(0.05), ["0.00 s", "0.01 s", "0.02 s", "0.03 s", "0.04 s", "0.05 s"]);
        assert_eq!(labels(1.5), ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s", "1.4 s"]);
        assert_eq!(labels(127.0), ["0 s", "20 s", "40 s", "60 s", "80 s", "100 s", "120 s"]);
    }

    #[test]
    fn a_build_without_steps_has_a_page_as_well() {
        let (plan, report) = build(&[]);
        assert!(page("<app>", &plan, &report, 2).contains("Everything was up to date"));
    }

    #[test]
    fn names_are_text_in_the_page() {
        let (plan, report) = build(&[("a", &[], 0, 1)]);
        let page = page("<script>", &plan, &report, 2);
        assert!(
            page.contains("Build of &lt;script&gt;") && page.contains("a &lt;step&gt;") && !page.contains("<script")
        );
    }
}
