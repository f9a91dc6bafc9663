//! What changed in the WIT that conjoin writes for a step.
//!
//! A world lies in a folder named by its digest, so one that changed moves: commands name another folder, the old files are gone
//! and others are new. All of that has one cause, which is told in place of it.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_plan::{Action, Step};

use super::reasons::changes;
use crate::{DirtyReason, names::Roots};

/// What the name of the value begins with that [`difference`] tells about.
pub(super) const NAME: &str = "the WIT of ";

/// Where conjoin works, as in names of files.
const WORK: &str = "{app}/.conjoin/work/";

/// A file of a world that conjoin has written, or the folder of one.
#[derive(Clone, Copy)]
struct WorldFile<'a> {
    component: &'a str,
    /// The name of the folder: the digest of the world.
    digest: &'a str,
    /// The place in it; empty for the folder itself.
    below: &'a str,
}

/// Whether conjoin has written the file of this name as part of a world.
pub(super) fn is_world_file(name: &str) -> bool {
    world_file(name).is_some()
}

/// `text` with the same folder for all worlds of a component.
pub(super) fn without_digest(text: &str) -> String {
    let found = text.find(WORK).and_then(|start| world_file(&text[start..]));
    found.map_or_else(|| text.to_owned(), |file| text.replacen(file.digest, "", 1))
}

/// Why a step is not up to date that had the files of a world which are among `old` and has those among `new`.
pub(super) fn difference<'a>(
    step: &Step,
    old: impl Iterator<Item = &'a str>,
    new: impl Iterator<Item = &'a str>,
    roots: &Roots,
) -> DirtyReason {
    let files = |names: &mut dyn Iterator<Item = &'a str>| -> BTreeMap<&'a str, WorldFile<'a>> {
        names.filter_map(|name| Some((name, world_file(name)?))).collect()
    };
    let (old, new) = (files(&mut { old }), files(&mut { new }));
    let component = new.values().chain(old.values()).next().map_or("its world", |file| file.component);
    let digests =
        |files: &BTreeMap<&'a str, WorldFile<'a>>| files.values().map(|file| file.digest).collect::<BTreeSet<_>>();
    let changes = if digests(&old) == digests(&new) {
        vec!["only its comments or its order".to_owned()]
    } else {
        let text = |files: &BTreeMap<&str, WorldFile<'_>>, written: bool| {
            let mut files: Vec<_> = files.iter().collect();
            files.sort_by_key(|(_, file)| file.below);
            files.iter().map(|(name, _)| text_of(step, name, written, roots)).collect::<String>()
        };
        changes(&text(&old, false), &text(&new, true))
    };
    DirtyReason::ValueChanged { name: format!("{NAME}{component}"), changes }
}

/// The lines of a file of a world that are no comments: what `step` is to write, or what is there, if anything is.
fn text_of(step: &Step, name: &str, written: bool, roots: &Roots) -> String {
    let path = roots.path(name);
    let own = match &step.action {
        Action::Write(files) if written => files.iter().find(|file| file.path.as_path() == path),
        _ => None,
    };
    let contents = own.map_or_else(|| fs_err::read(path).unwrap_or_default(), |file| file.contents.to_vec());
    let text = String::from_utf8_lossy(&contents).into_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

fn world_file(name: &str) -> Option<WorldFile<'_>> {
    let mut parts = name.strip_prefix(WORK)?.splitn(5, '/');
    let (_profile, component, folder) = (parts.next()?, parts.next()?, parts.next()?);
    let (digest, below) = (parts.next()?, parts.next().unwrap_or_default());
    matches!(folder, "wit" | "described-wit").then_some(WorldFile { component, digest, below })
}
