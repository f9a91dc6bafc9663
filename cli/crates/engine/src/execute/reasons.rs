//! Explains why a step is not up to date by comparing its recorded fingerprint with the current one, field by field.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_plan::{Action, Layout, Plan, Step};

use super::files::is_file;
use crate::{
    DirtyReason,
    digest::{Digest, FileRecord},
    fingerprint::{ActionPrint, ArgPrint, Fingerprint},
    names::{Roots, world_name},
    outputs::outputs_of,
    walk::DOT_CONJOIN,
};

/// The largest number of lines of a change that are shown.
const MOST_CHANGES: usize = 6;

/// Prefixes of the names of values that are worlds.
const WORLD: &str = "world ";
const WIT: &str = "the WIT of ";

/// The differences between two fingerprints; empty if there are none.
pub(super) fn differences(old: &Fingerprint, new: &Fingerprint, roots: &Roots) -> Vec<DirtyReason> {
    let mut reasons = Vec::new();
    if old.tools != new.tools {
        let (old, new) = only(&old.tools, &new.tools);
        let joined = |tools: Vec<&String>| tools.into_iter().cloned().collect::<Vec<_>>().join(", ");
        reasons.push(DirtyReason::VersionChanged { old: joined(old), new: joined(new) });
    }
    if is_other_action(&old.action, &new.action) || old.outputs != new.outputs {
        let (old, new) = (action_parts(old, roots), action_parts(new, roots));
        let (old, new) = only(&old, &new);
        reasons.push(DirtyReason::ActionChanged { old: in_words(&old), new: in_words(&new) });
    }
    for name in changed(&old.steps, &new.steps) {
        reasons.push(DirtyReason::ValueChanged { name: format!("step {name}"), changes: Vec::new() });
    }
    for name in changed(&old.values, &new.values) {
        let value = |values: &BTreeMap<String, String>| values.get(&name).cloned().unwrap_or_default();
        let changes = line_changes(&value(&old.values), &value(&new.values));
        reasons.push(DirtyReason::ValueChanged { name, changes });
    }
    files(&old.files, &new.files, roots, &mut reasons);
    reasons.extend(old.names.difference(&new.names).map(|name| removed(name, roots)));
    reasons.extend(new.names.difference(&old.names).map(|name| added(name, roots)));
    if !reasons.iter().any(is_world) {
        reasons.extend(world(old, new, roots));
    }
    reasons
}

/// The differences in what a step turned out to read.
pub(super) fn discovered(
    old: &BTreeMap<String, FileRecord>,
    new: &BTreeMap<String, FileRecord>,
    roots: &Roots,
) -> Vec<DirtyReason> {
    let there = |seen: &BTreeMap<String, FileRecord>| -> BTreeMap<String, Digest> {
        seen.iter().filter(|(name, seen)| is_file(name, seen)).map(|(name, seen)| (name.clone(), seen.digest)).collect()
    };
    let mut reasons = Vec::new();
    files(&there(old), &there(new), roots, &mut reasons);
    reasons
}

/// If a changed world is among the reasons of `step`, removes those that only follow from it: files that other steps
/// made from it.
pub(super) fn keep_causes(step: &Step, plan: &Plan, layout: &Layout, reasons: &mut Vec<DirtyReason>) {
    if !reasons.iter().any(is_world) {
        return;
    }
    let is_made = |file: &str| {
        let path = layout.app.join(file);
        let made = |other: &Step| match &other.action {
            Action::Generate(generate) => path.as_path().starts_with(generate.into.as_path()),
            _ => outputs_of(other).contains(&path),
        };
        file.starts_with(DOT_CONJOIN) || plan.steps().iter().filter(|other| other.subject == step.subject).any(made)
    };
    reasons.retain(|reason| match reason {
        DirtyReason::FileChanged { file }
        | DirtyReason::FileAdded { file }
        | DirtyReason::FileRemoved { file }
        | DirtyReason::OutputMissing { file } => !is_made(file),
        DirtyReason::ValueChanged { name, .. } => !name.starts_with("step "),
        _ => true,
    });
}

/// The keys that only one of two maps has, or that have different values.
pub(super) fn changed<V: PartialEq>(old: &BTreeMap<String, V>, new: &BTreeMap<String, V>) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}

fn is_world(reason: &DirtyReason) -> bool {
    matches!(reason, DirtyReason::ValueChanged { name, .. } if name.starts_with(WORLD) || name.starts_with(WIT))
}

/// Whether the two actions differ. A change in the text of a world does not count, because it is reported as a change
/// of the world.
fn is_other_action(old: &ActionPrint, new: &ActionPrint) -> bool {
    old != new && !matches!((old, new), (ActionPrint::WriteWorld(_), ActionPrint::WriteWorld(_)))
}

/// How the worlds that a step uses differ: in their folders, or only in the files in them.
fn world(old: &Fingerprint, new: &Fingerprint, roots: &Roots) -> Option<DirtyReason> {
    let world_changed = |name: &str, changes| {
        let component = roots.world(name).map_or("its world", |world| world.component.as_str());
        DirtyReason::ValueChanged { name: format!("{WIT}{component}"), changes }
    };
    if let Some(name) = changed(&old.worlds, &new.worlds).first() {
        let world = roots.world(name);
        let before = world.zip(old.worlds.get(name)).map(|(world, digest)| world.text_before(digest));
        let now = world.map(crate::names::WorldFolder::text);
        return Some(world_changed(name, line_changes(&before.unwrap_or_default(), &now.unwrap_or_default())));
    }
    let written = match (&old.action, &new.action) {
        (ActionPrint::WriteWorld(old), ActionPrint::WriteWorld(new)) => changed(old, new),
        _ => Vec::new(),
    };
    let read = changed(&old.files, &new.files);
    let name = written.iter().chain(&read).find_map(|name| world_name(name))?;
    Some(world_changed(name, vec!["only its comments or its order".to_owned()]))
}

/// A part of an action: its words, as on a command line, and further content.
#[derive(PartialEq)]
struct ActionPart {
    words: String,
    contents: Option<String>,
}

fn action_parts(fingerprint: &Fingerprint, roots: &Roots) -> Vec<ActionPart> {
    let shown = |name: &String| roots.shown(name);
    let arg = |arg: &ArgPrint| format!("{}{}", arg.text, arg.path.as_ref().map(shown).unwrap_or_default());
    let mut words: Vec<String> = match &fingerprint.action {
        ActionPrint::Run { program, folder, args, variables, path } => {
            let variables = variables.iter().map(|(name, value)| match value {
                Some(value) => format!("{name}={}", arg(value)),
                None => format!("without {name}"),
            });
            let before = [format!("run {program}"), format!("in {}", shown(folder))];
            let path = path.iter().map(|folder| format!("PATH {}", shown(folder)));
            before.into_iter().chain(args.iter().map(arg)).chain(variables).chain(path).collect()
        }
        ActionPrint::Write(_) | ActionPrint::WriteWorld(_) => Vec::new(),
        ActionPrint::Copy(from) => vec![format!("copy {}", shown(from))],
        ActionPrint::Strip(from) => vec![format!("strip {}", shown(from))],
        ActionPrint::Generate { generator, world, wit, into } => {
            vec![format!("generate {generator} in {}", shown(into)), format!("world {world} of {}", shown(wit))]
        }
        ActionPrint::Encode { module, world, wit, made, strip } => {
            let strip = strip.then(|| "strip".to_owned());
            let words = [
                format!("encode {}", shown(module)),
                format!("world {world} of {}", shown(wit)),
                format!("made {made}"),
            ];
            words.into_iter().chain(strip).collect()
        }
        ActionPrint::Compose { components, .. } => {
            components.iter().map(|(part, path)| format!("component {part} {}", shown(path))).collect()
        }
        ActionPrint::Prove { component, expected } => vec![format!("prove that {} {expected}", shown(component))],
        ActionPrint::Precompile { component, into } => {
            vec![format!("compile {} into {}", shown(component), shown(into))]
        }
    };
    words.extend(fingerprint.outputs.iter().map(|output| format!("output {}", shown(output))));
    let mut parts: Vec<ActionPart> = words.into_iter().map(|words| ActionPart { words, contents: None }).collect();
    match &fingerprint.action {
        ActionPrint::Write(files) => parts.extend(files.iter().map(|(name, digest)| ActionPart {
            words: format!("write {}", shown(name)),
            contents: Some(digest.to_string()),
        })),
        ActionPrint::Compose { wiring, .. } => parts.push(ActionPart {
            words: "how its components are connected".to_owned(),
            contents: serde_json::to_string(wiring).ok(),
        }),
        _ => {}
    }
    parts
}

/// The first parts, as one would type them.
fn in_words(parts: &[&ActionPart]) -> String {
    let mut words: Vec<&str> = parts.iter().take(MOST_CHANGES).map(|part| part.words.as_str()).collect();
    words.extend((parts.len() > MOST_CHANGES).then_some("..."));
    words.join(" ")
}

/// How files differ, except those of worlds.
fn files(
    old: &BTreeMap<String, Digest>,
    new: &BTreeMap<String, Digest>,
    roots: &Roots,
    reasons: &mut Vec<DirtyReason>,
) {
    for name in changed(old, new).iter().filter(|name| world_name(name).is_none()) {
        reasons.push(match (old.contains_key(name), new.contains_key(name)) {
            (true, true) => DirtyReason::FileChanged { file: roots.shown(name) },
            (true, false) => removed(name, roots),
            (false, _) => added(name, roots),
        });
    }
}

fn removed(name: &str, roots: &Roots) -> DirtyReason {
    DirtyReason::FileRemoved { file: roots.shown(name) }
}

fn added(name: &str, roots: &Roots) -> DirtyReason {
    DirtyReason::FileAdded { file: roots.shown(name) }
}

/// The removed and added lines of a text with several lines; empty for a text of one line.
fn line_changes(old: &str, new: &str) -> Vec<String> {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().trim_end_matches([';', ',']).to_owned()).collect()
    };
    let (old, new) = (lines(old), lines(new));
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

/// The elements that only the old or only the new list has.
fn only<'a, T: PartialEq>(old: &'a [T], new: &'a [T]) -> (Vec<&'a T>, Vec<&'a T>) {
    let missing = |items: &'a [T], other: &[T]| items.iter().filter(|item| !other.contains(item)).collect();
    (missing(old, new), missing(new, old))
}
