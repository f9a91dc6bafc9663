//! Why a step is not up to date: what is recorded, compared with what is.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_plan::{Action, Step};

use super::{
    action::outputs_of,
    discovered::is_file,
    step::Work,
    world::{self, is_world_file, without_digest},
};
use crate::{
    DirtyReason, digest::Seen, inputs::Inputs, key::Description, names::Roots, state::Record, walk::DOT_CONJOIN,
};

/// How many lines of a changed value are told.
const MOST_CHANGES: usize = 6;

/// What the name of a value begins with that is a world, and one that is the key of a step.
const WORLD: &str = "world ";
const STEP: &str = "step ";

/// How what the step declares differs from the record; empty if it does not.
pub(super) fn differences(
    record: &Record,
    (step, description): (&Step, &Description),
    inputs: &Inputs,
    roots: &Roots,
) -> Vec<DirtyReason> {
    let mut reasons = Vec::new();
    if record.versions != description.versions {
        let (old, new) = only(&record.versions, &description.versions);
        reasons.push(DirtyReason::VersionChanged { old: old.join(", "), new: new.join(", ") });
    }
    let has_moved = record.action != description.action && action(&record.action, &description.action, &mut reasons);
    for name in record.values.keys().chain(inputs.values.keys().filter(|name| !record.values.contains_key(*name))) {
        if record.values.get(name) != inputs.values.get(name) {
            let value = |values: &BTreeMap<String, String>| values.get(name).cloned().unwrap_or_default();
            let changes = match name.strip_prefix(STEP) {
                Some(_) => Vec::new(),
                None => changes(&value(&record.values), &value(&inputs.values)),
            };
            reasons.push(DirtyReason::ValueChanged { name: name.clone(), changes });
        }
    }
    files(&record.files, &inputs.files, roots, &mut reasons);
    names(&record.names, &inputs.names, roots, &mut reasons);
    let is_told = reasons.iter().any(is_world);
    if !is_told && (has_moved || changed(&record.files, &inputs.files).iter().any(|name| is_world_file(name))) {
        let old = record.files.keys().chain(record.outputs.keys()).map(String::as_str);
        let own: Vec<String> = outputs_of(step).iter().map(|path| roots.name(path.as_path())).collect();
        let new = inputs.files.keys().chain(&own).map(String::as_str);
        reasons.push(world::difference(step, old, new, roots));
    }
    reasons
}

/// How the lines of an action differ, but for where the world lies; gives whether that does.
fn action(old: &[String], new: &[String], reasons: &mut Vec<DirtyReason>) -> bool {
    let written = |line: &str| line.strip_prefix("write ").is_some_and(is_world_file);
    let lines = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !written(line)).map(|line| without_digest(line)).collect()
    };
    let (all_old, all_new) = only(old, new);
    let has_moved = all_old.iter().chain(&all_new).any(|line| written(line) || without_digest(line) != *line);
    let (old, new) = (lines(old), lines(new));
    let (old, new) = only(&old, &new);
    if !has_moved || !old.is_empty() || !new.is_empty() {
        reasons.push(DirtyReason::ActionChanged { old: in_words(&old), new: in_words(&new) });
    }
    has_moved
}

/// Lines of an action as people know them: arguments as they are typed, files by their names in the app.
fn in_words(lines: &[&str]) -> String {
    let word = |line: &&str| {
        let line = line.replace("{app}/", "");
        let (kind, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match kind {
            "argument" => value(rest),
            "variable" => {
                rest.split_once(' ').map_or(rest.to_owned(), |(name, rest)| format!("{name}={}", value(rest)))
            }
            "write" => rest.rsplit_once(' ').map_or(line.clone(), |(file, _)| format!("write {file}")),
            "compose" => "how its components are connected".to_owned(),
            _ => line,
        }
    };
    let mut words: Vec<String> = lines.iter().take(MOST_CHANGES).map(word).collect();
    words.extend((lines.len() > MOST_CHANGES).then(|| "...".to_owned()));
    words.join(" ")
}

/// A text in quotation marks with the path after it, if there is one.
fn value(described: &str) -> String {
    let (text, path) = match described.rfind('"') {
        Some(end) => described.split_at(end + 1),
        None => ("", described),
    };
    let text: String = serde_json::from_str(text).unwrap_or_else(|_| text.trim_matches('"').to_owned());
    format!("{text}{}", path.trim_start())
}

fn is_world(reason: &DirtyReason) -> bool {
    matches!(reason, DirtyReason::ValueChanged { name, .. } if name.starts_with(WORLD) || name.starts_with(world::NAME))
}

/// Leaves out what follows from a change of the world that is among `reasons`: what other steps made of it for `step`.
pub(super) fn causes(step: &Step, work: &Work<'_>, reasons: &mut Vec<DirtyReason>) {
    if !reasons.iter().any(is_world) {
        return;
    }
    let steps = work.plan.steps();
    let is_made = |file: &str| {
        let path = work.options.layout.app.join(file);
        let made = |other: &Step| match &other.action {
            Action::Generate(generate) => path.as_path().starts_with(generate.into.as_path()),
            _ => outputs_of(other).contains(&path),
        };
        file.starts_with(DOT_CONJOIN) || steps.iter().filter(|other| other.subject == step.subject).any(made)
    };
    reasons.retain(|reason| match reason {
        DirtyReason::FileChanged { file } | DirtyReason::FileAdded { file } | DirtyReason::FileRemoved { file } => {
            !is_made(file)
        }
        DirtyReason::ValueChanged { name, .. } => !name.starts_with(STEP),
        _ => true,
    });
}

/// How files differ.
fn files(old: &BTreeMap<String, Seen>, new: &BTreeMap<String, Seen>, roots: &Roots, reasons: &mut Vec<DirtyReason>) {
    for (name, seen) in old.iter().filter(|(name, _)| !is_world_file(name)) {
        let file = roots.shown(name);
        match new.get(name) {
            None => reasons.push(DirtyReason::FileRemoved { file }),
            Some(now) if now.digest != seen.digest => reasons.push(DirtyReason::FileChanged { file }),
            Some(_) => {}
        }
    }
    let added = new.keys().filter(|name| !old.contains_key(*name) && !is_world_file(name));
    reasons.extend(added.map(|name| DirtyReason::FileAdded { file: roots.shown(name) }));
}

/// How the files that are there differ.
fn names(old: &BTreeSet<String>, new: &BTreeSet<String>, roots: &Roots, reasons: &mut Vec<DirtyReason>) {
    reasons.extend(old.difference(new).map(|name| DirtyReason::FileRemoved { file: roots.shown(name) }));
    reasons.extend(new.difference(old).map(|name| DirtyReason::FileAdded { file: roots.shown(name) }));
}

/// How what the step turned out to read differs.
pub(super) fn discovered(
    old: &BTreeMap<String, Seen>,
    new: &BTreeMap<String, Seen>,
    roots: &Roots,
    reasons: &mut Vec<DirtyReason>,
) {
    let there = |seen: &BTreeMap<String, Seen>| -> BTreeMap<String, Seen> {
        seen.iter().filter(|(name, seen)| is_file(name, seen)).map(|(name, seen)| (name.clone(), *seen)).collect()
    };
    files(&there(old), &there(new), roots, reasons);
}

/// The names of the files that one of the two has alone, or with other contents.
pub(super) fn changed(old: &BTreeMap<String, Seen>, new: &BTreeMap<String, Seen>) -> Vec<String> {
    let differs = |name: &&String| old.get(*name).map(|seen| seen.digest) != new.get(*name).map(|seen| seen.digest);
    old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))).filter(differs).cloned().collect()
}

/// What is gone from a value of several lines and what is new in it; nothing for a value that is one word.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(|line| line.trim().trim_end_matches([';', ',']).to_owned()).collect();
    let (old, new): (Vec<String>, Vec<String>) = (lines(old), lines(new));
    if old.len() < 2 && new.len() < 2 {
        return Vec::new();
    }
    let (gone, added) = only(&old, &new);
    let gone = gone.into_iter().map(|line| format!("`{line}` is gone"));
    let mut changes: Vec<String> = gone.chain(added.into_iter().map(|line| format!("`{line}` is new"))).collect();
    if changes.len() > MOST_CHANGES {
        let more = changes.len() - MOST_CHANGES;
        changes.truncate(MOST_CHANGES);
        changes.push(format!("and {more} more lines"));
    }
    changes
}

/// The lines that only one of the two has.
fn only<'a>(old: &'a [String], new: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let lacking = |lines: &'a [String], other: &[String]| {
        lines.iter().filter(|line| !other.contains(line)).map(String::as_str).collect()
    };
    (lacking(old, new), lacking(new, old))
}
