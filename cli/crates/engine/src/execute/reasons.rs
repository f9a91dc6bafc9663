//! Why a step is not up to date: what is recorded, compared with what is.

use std::collections::{BTreeMap, BTreeSet};

use super::discovered::is_file;
use crate::{DirtyReason, digest::Seen, inputs::Inputs, key::Description, names::Roots, state::Record};

/// How many lines of a changed value are told.
const MOST_CHANGES: usize = 6;

/// How what the step declares differs from the record; empty if it does not.
pub(super) fn differences(
    record: &Record,
    description: &Description,
    inputs: &Inputs,
    roots: &Roots,
) -> Vec<DirtyReason> {
    let mut reasons = Vec::new();
    if record.versions != description.versions {
        let (old, new) = only(&record.versions, &description.versions);
        reasons.push(DirtyReason::VersionChanged { old: old.join(", "), new: new.join(", ") });
    }
    if record.action != description.action {
        let (old, new) = only(&record.action, &description.action);
        let first = |lines: Vec<&str>| lines.first().copied().unwrap_or_default().to_owned();
        reasons.push(DirtyReason::ActionChanged { old: first(old), new: first(new) });
    }
    for name in record.values.keys().chain(inputs.values.keys().filter(|name| !record.values.contains_key(*name))) {
        if record.values.get(name) != inputs.values.get(name) {
            let value = |values: &BTreeMap<String, String>| values.get(name).cloned().unwrap_or_default();
            let changes = changes(&value(&record.values), &value(&inputs.values));
            reasons.push(DirtyReason::ValueChanged { name: name.clone(), changes });
        }
    }
    files(&record.files, &inputs.files, roots, &mut reasons);
    names(&record.names, &inputs.names, roots, &mut reasons);
    reasons
}

/// How files differ.
fn files(old: &BTreeMap<String, Seen>, new: &BTreeMap<String, Seen>, roots: &Roots, reasons: &mut Vec<DirtyReason>) {
    for (name, seen) in old {
        let file = roots.shown(name);
        match new.get(name) {
            None => reasons.push(DirtyReason::FileRemoved { file }),
            Some(now) if now.digest != seen.digest => reasons.push(DirtyReason::FileChanged { file }),
            Some(_) => {}
        }
    }
    let added = new.keys().filter(|name| !old.contains_key(*name));
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
fn changes(old: &str, new: &str) -> Vec<String> {
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
