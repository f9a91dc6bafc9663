//! What the time of a build was made of: in words, for programs, and as a page.

mod page;

use std::time::Duration;

use conjoin_engine::{BuildReport, StepOutcome, StepReport};
use conjoin_plan::Plan;
use serde_json::{Value, json};

pub(crate) use page::page;

/// What took the time of a build.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figures {
    /// From the start of the first step to the end of the last.
    pub(crate) wall: Duration,
    /// The time of all steps together.
    pub(crate) work: Duration,
    /// The steps of the critical path, in order, by their index in the plan.
    pub(crate) path: Vec<usize>,
    /// The length of the critical path.
    pub(crate) longest: Duration,
    /// The shortest possible time with this number of jobs: the critical path, or the work shared by all jobs.
    pub(crate) bound: Duration,
}

impl Figures {
    /// The figures of `report`, the result of executing `plan` with `jobs` at a time.
    pub(crate) fn new(plan: &Plan, report: &BuildReport, jobs: usize) -> Self {
        let steps = &report.steps;
        let mut critical_paths: Vec<(Duration, Option<usize>)> = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().enumerate() {
            let before = plan.dependencies(index).iter().copied().max_by_key(|before| critical_paths[*before].0);
            let sum = before.map_or(Duration::ZERO, |before| critical_paths[before].0) + took(step);
            critical_paths.push((sum, before));
        }
        let mut last = (0..steps.len()).max_by_key(|index| critical_paths[*index].0);
        let longest = last.map_or(Duration::ZERO, |last| critical_paths[last].0);
        let mut path = Vec::new();
        while let Some(index) = last {
            path.push(index);
            last = critical_paths[index].1;
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

    /// Describes the critical path, whose steps must get faster for the build to get faster. `None` if it took less
    /// than a second, or if it is the whole build.
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

    fn rendered(app: &str, plan: &Plan, report: &BuildReport) -> String {
        page(app, plan, report, 2).expect("the template fits")
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
        let page = rendered("app", &plan, &report);
        let at = |text: &str| page.find(text).expect("it is there");
        assert!(at("<td>b</td>") < at("<td>c</td>") && at("<td>c</td>") < at("<td>a</td>"), "{page}");
        assert!(page.contains("<td>fresh</td><td class=\"time\"></td><td class=\"time\"></td>"), "{page}");
    }

    #[test]
    fn a_build_that_did_not_come_to_its_end_says_so() {
        let (plan, mut report) = build(&[("a", &[], 0, 6), ("b", &["a"], 6, 0)]);
        assert!(!rendered("app", &plan, &report).contains("This build"));
        report.cancelled = true;
        assert!(rendered("app", &plan, &report).contains("This build was interrupted"));
    }

    #[test]
    fn a_build_without_steps_has_a_page_as_well() {
        let (plan, report) = build(&[]);
        assert!(rendered("<app>", &plan, &report).contains("Everything was up to date"));
    }

    #[test]
    fn names_are_text_in_the_page() {
        let (plan, report) = build(&[("a", &[], 0, 1)]);
        let page = rendered("<script>", &plan, &report);
        assert!(
            page.contains("Build of &lt;script&gt;") && page.contains("a &lt;step&gt;") && !page.contains("<script")
        );
    }
}
