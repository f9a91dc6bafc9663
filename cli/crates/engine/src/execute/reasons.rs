//! Why a step is not up to date: what is recorded, compared with what is.

use std::collections::BTreeMap;

use crate::{DirtyReason, digest::Seen, inputs::Inputs, key::Description, names::Roots, state::Record};

/// How what the step declares differs from the record; empty if it does not.
pub(super) fn differences(record: &Record, description: &Description, inputs: &Inputs) -> Vec<DirtyReason> {
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
            reasons.push(DirtyReason::ValueChanged { name: name.clone() });
        }
    }
    files(&record.files, &inputs.files, &mut reasons);
    reasons
}

/// How files differ.
pub(super) fn files(old: &BTreeMap<String, Seen>, new: &BTreeMap<String, Seen>, reasons: &mut Vec<DirtyReason>) {
    for (name, seen) in old {
        let file = Roots::shown(name).to_owned();
        match new.get(name) {
            None => reasons.push(DirtyReason::FileRemoved { file }),
            Some(now) if now.digest != seen.digest => reasons.push(DirtyReason::FileChanged { file }),
            Some(_) => {}
        }
    }
    let added = new.keys().filter(|name| !old.contains_key(*name));
    reasons.extend(added.map(|name| DirtyReason::FileAdded { file: Roots::shown(name).to_owned() }));
}

/// The lines that only one of the two has.
fn only<'a>(old: &'a [String], new: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let lacking = |lines: &'a [String], other: &[String]| {
        lines.iter().filter(|line| !other.contains(line)).map(String::as_str).collect()
    };
    (lacking(old, new), lacking(new, old))
}
