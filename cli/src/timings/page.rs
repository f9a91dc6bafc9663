//! The page with the timings of a build.
//!
//! The page is self-contained: a drawing, a table and a style sheet.

use std::time::Duration;

use conjoin_diagnostics::{Foreign, printable};
use conjoin_engine::{BuildOutcome, BuildReport, StepOutcome, StepReport};
use conjoin_plan::Plan;
use handlebars::{Handlebars, RenderError};
use serde_json::{Value, json};

use super::{Figures, took};

const TEMPLATE: &str = include_str!("page.html.hbs");
const STYLE: &str = include_str!("page.css");

/// Where bars begin, the width of the whole time, and the height of a row.
const LEFT: f64 = 300.0;
const WIDTH: f64 = 800.0;
const ROW: f64 = 22.0;
/// The height of the drawing of busy cores.
const CORES: f64 = 90.0;

/// Renders the page about the build of `app` with this `report`, the result of executing `plan` with `jobs` at a time.
///
/// # Errors
///
/// The template does not match its data, which is a bug.
pub(crate) fn page(app: &str, plan: &Plan, report: &BuildReport, jobs: usize) -> Result<String, RenderError> {
    let figures = Figures::new(plan, report, jobs);
    let end = match report.outcome() {
        BuildOutcome::Done => "",
        BuildOutcome::Failed => "This build has failed: what comes after the failed steps is not here.",
        BuildOutcome::Cancelled => "This build was interrupted: what would have come after is not here.",
    };
    let data = json!({
        "app": printable(app, Foreign::Line), "style": STYLE, "end": end, "summary": summary(&figures, jobs),
        "drawing": drawing(report, &figures, jobs), "steps": rows(plan, report, &figures),
    });
    Handlebars::new().render_template(TEMPLATE, &data)
}

fn summary(figures: &Figures, jobs: usize) -> Value {
    let over = figures.wall.as_secs_f64() / figures.bound.as_secs_f64().max(0.001);
    let rows = [
        ("Time", seconds(figures.wall)),
        ("Work of all steps", seconds(figures.work)),
        ("Critical path", format!("{} in {} steps", seconds(figures.longest), figures.path.len())),
        ("Jobs at a time", jobs.to_string()),
        ("Shortest time possible", format!("{}; this build took {over:.2} times as long", seconds(figures.bound))),
    ];
    rows.map(|(name, value)| json!({ "name": name, "value": value })).into()
}

/// The steps as bars over time; null if no step took time.
fn drawing(report: &BuildReport, figures: &Figures, jobs: usize) -> Value {
    let mut steps: Vec<(usize, &StepReport)> =
        report.steps.iter().enumerate().filter(|(_, step)| took(step) > Duration::ZERO).collect();
    if steps.is_empty() {
        return Value::Null;
    }
    steps.sort_by_key(|(index, step)| (step.begun, *index));
    let all = steps.iter().map(|(_, step)| (step.begun + step.duration).as_secs_f64()).fold(0.001, f64::max);
    let place = |time: Duration| LEFT + time.as_secs_f64() / all * WIDTH;
    let top = CORES + 40.0;
    let height = top + ROW * count(steps.len()) + 30.0;
    let bars = steps.iter().enumerate().map(|(row, (index, step))| {
        let (x, y) = (place(step.begun), top + ROW * count(row));
        let width = (place(step.begun + step.duration) - x).max(1.0);
        json!({
            "name": step.step.0, "outcome": outcome(step.outcome), "critical": figures.path.contains(index),
            "time": seconds(step.duration), "line": tenths(y + 14.0), "x": tenths(x), "y": tenths(y + 3.0),
            "width": tenths(width), "height": whole(ROW - 6.0), "end": tenths(x + width + 4.0),
        })
    });
    let ticks = ticks(all).into_iter().map(|(time, label)| json!({ "x": tenths(place(time)), "label": label }));
    json!({
        "legend": legend(&steps), "width": whole(LEFT + WIDTH + 90.0), "height": whole(height),
        "grid_end": whole(height - 24.0), "tick_line": whole(height - 8.0), "left": whole(LEFT),
        "right": whole(LEFT + WIDTH), "names": whole(LEFT - 10.0), "ticks": ticks.collect::<Vec<_>>(),
        "busy": busy(&steps, &place, jobs), "bars": bars.collect::<Vec<_>>(),
    })
}

/// The meanings of the colours that occur.
fn legend(steps: &[(usize, &StepReport)]) -> Vec<Value> {
    let occurs = |outcomes: &[StepOutcome]| steps.iter().any(|(_, step)| outcomes.contains(&step.outcome));
    let colours = [
        ("critical", "on the critical path", true),
        ("built", "built", occurs(&[StepOutcome::Built])),
        ("restored", "restored from the cache folder", occurs(&[StepOutcome::Restored])),
        ("failed", "failed or interrupted", occurs(&[StepOutcome::Failed, StepOutcome::Cancelled])),
        ("area", "steps at work at that time", true),
    ];
    let colours = colours.into_iter().filter(|(.., occurs)| *occurs);
    colours.map(|(class, meaning, _)| json!({ "class": class, "meaning": meaning })).collect()
}

/// The marks of the axis and their labels: at most ten round times up to `all` seconds.
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

/// The number of running steps over time, as an area below the number of jobs.
fn busy(steps: &[(usize, &StepReport)], place: &dyn Fn(Duration) -> f64, jobs: usize) -> Value {
    let mut changes: Vec<(Duration, i32)> =
        steps.iter().flat_map(|(_, step)| [(step.begun, 1), (step.begun + step.duration, -1)]).collect();
    changes.sort();
    let base = CORES + 20.0;
    let level = |running: i32| tenths(base - CORES * f64::from(running) / count(jobs.max(1)));
    let mut points = vec![format!("M{} {}", tenths(LEFT), tenths(base))];
    let mut running = 0;
    for (time, change) in changes {
        let x = tenths(place(time));
        points.push(format!("L{x} {}", level(running)));
        running += change;
        points.push(format!("L{x} {}", level(running)));
    }
    json!({
        "outline": format!("{} Z", points.join(" ")), "label": format!("{jobs} jobs"), "top": tenths(base - CORES),
        "label_line": tenths(base - CORES + 5.0),
    })
}

/// A row for each step, in the order in which they began.
fn rows(plan: &Plan, report: &BuildReport, figures: &Figures) -> Vec<Value> {
    let mut rows: Vec<_> = report.steps.iter().zip(plan.steps()).enumerate().collect();
    rows.sort_by_key(|(index, (step, _))| (!has_begun(step), step.begun, *index));
    let row = |(index, (step, planned)): (usize, (&StepReport, &conjoin_plan::Step))| {
        let reasons: Vec<String> = step.reasons.iter().map(ToString::to_string).collect();
        let time = |time: Duration| if has_begun(step) { seconds(time) } else { String::new() };
        json!({
            "critical": figures.path.contains(&index) && took(step) > Duration::ZERO, "name": step.step.0,
            "title": printable(&planned.title, Foreign::Line), "outcome": outcome(step.outcome), "begun": time(step.begun),
            "took": time(step.duration), "reasons": printable(&reasons.join(", "), Foreign::Line),
        })
    };
    rows.into_iter().map(row).collect()
}

/// Whether a step had something to do and began.
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

/// A length in the drawing, as exact as one can see.
fn tenths(length: f64) -> String {
    format!("{length:.1}")
}

fn whole(length: f64) -> String {
    format!("{length:.0}")
}

#[expect(clippy::cast_precision_loss, reason = "numbers of steps are small")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn the_axis_has_round_times() {
        let labels = |all: f64| ticks(all).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(0.05), ["0.00 s", "0.01 s", "0.02 s", "0.03 s", "0.04 s", "0.05 s"]);
        assert_eq!(labels(1.5), ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s", "1.4 s"]);
        assert_eq!(labels(127.0), ["0 s", "20 s", "40 s", "60 s", "80 s", "100 s", "120 s"]);
    }
}
