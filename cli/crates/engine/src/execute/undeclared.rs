//! Finds undeclared outputs: files of the app that changed while programs ran which should not write them, such as
//! files of another component, the WIT or the manifest.
//!
//! The file system says when a file changed, but not which process did it. So a file is reported with all steps whose
//! programs ran at that time, unless it is in the working folder of one of them. The app is walked once, after a build
//! that started a program. No file is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use conjoin_plan::{AbsPath, Action, Input, Step, StepId};
use ignore::WalkBuilder;

use super::step::Work;
use crate::{
    StepOutcome, StepReport,
    outputs::outputs_of,
    stamp::{FileTime, Stamp},
    walk::DOT_CONJOIN,
};

/// A program that ran, and its working folders.
struct Program<'a> {
    step: &'a StepId,
    from: FileTime,
    to: FileTime,
    folders: Vec<&'a AbsPath>,
}

/// The undeclared outputs, grouped by the steps whose programs ran when they changed.
pub(super) fn undeclared_outputs(work: &Work<'_>, reports: &[StepReport]) -> Vec<(Vec<StepId>, Vec<String>)> {
    let steps = work.freshness.plan.steps();
    let programs: Vec<Program<'_>> =
        steps.iter().zip(reports).filter_map(|(step, report)| program(work, step, report)).collect();
    let app = work.options.layout.app.as_path();
    if programs.is_empty() || !app.is_dir() {
        return Vec::new();
    }
    let made: BTreeSet<AbsPath> = steps.iter().flat_map(outputs_of).collect();
    let generated: Vec<&AbsPath> = steps.iter().filter_map(generated).collect();
    let is_ours = |path: &Path| {
        made.iter().any(|made| made.as_path() == path) || generated.iter().any(|folder| path.starts_with(folder))
    };
    let mut found: BTreeMap<Vec<StepId>, Vec<String>> = BTreeMap::new();
    for entry in walk(app, steps).build().flatten() {
        let path = entry.path();
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let Some(metadata) = entry.metadata().ok().filter(|_| is_file) else { continue };
        let changed = Stamp::of(&metadata).changed();
        if changed <= work.freshness.digests.began() {
            continue;
        }
        let mut then = programs.iter().filter(|program| changed.is_about_within(program.from, program.to)).peekable();
        if then.peek().is_none() || then.clone().any(|program| program.works_at(path)) || is_ours(path) {
            continue;
        }
        let steps = then.map(|program| program.step.clone()).collect();
        found.entry(steps).or_default().push(work.freshness.roots.shown(&work.freshness.roots.name(path)));
    }
    found.into_iter().collect()
}

impl Program<'_> {
    fn works_at(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

fn program<'a>(work: &Work<'_>, step: &'a Step, report: &StepReport) -> Option<Program<'a>> {
    let Action::Run(invocation) = &step.action else { return None };
    if !matches!(report.outcome, StepOutcome::Built | StepOutcome::Failed) {
        return None;
    }
    let inputs = step.inputs.iter().filter_map(|input| match input {
        Input::Tree { dir, .. } | Input::Globs { dir, .. } | Input::Names { dir, .. } => Some(dir),
        Input::File(_) | Input::OptionalFile(_) | Input::Above { .. } | Input::Value { .. } | Input::Step(_) => None,
    });
    let from = work.freshness.digests.began().plus(report.begun);
    let folders = inputs.chain([&invocation.cwd]).collect();
    Some(Program { step: &step.id, from, to: from.plus(report.duration), folders })
}

fn generated(step: &Step) -> Option<&AbsPath> {
    match &step.action {
        Action::Generate(generate) => Some(&generate.into),
        _ => None,
    }
}

/// Walks the files of the app that version control sees, without folders that input trees exclude. Links are not
/// followed.
fn walk(app: &Path, steps: &[Step]) -> WalkBuilder {
    let except: BTreeSet<&'static str> = steps
        .iter()
        .flat_map(|step| &step.inputs)
        .filter_map(|input| match input {
            Input::Tree { except, .. } => Some(*except),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let mut walk = WalkBuilder::new(app);
    walk.standard_filters(false).hidden(true).git_ignore(true).require_git(false).filter_entry(move |entry| {
        let name = entry.file_name();
        entry.depth() == 0 || (name != DOT_CONJOIN && name != ".git" && !except.iter().any(|except| name == *except))
    });
    walk
}
