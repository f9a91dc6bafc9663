//! Finding out what the machine has: which tools, in which versions, and what is in the files that plans are made from.
//!
//! 1. [`locate`]: where a tool may be, in order: its variable, `PATH`, the cache folder;
//! 2. [`ask`]: its version, from memory as long as nothing that decides over the answer changed ([`identity`]);
//! 3. [`memory`]: that memory, a file in the cache folder;
//! 4. [`record`]: what an app was last built with, for when its tools are missing.
//!
//! A probe changes nothing but that memory, and reports no error: what is not as it should be is a fact.

mod ask;
mod identity;
mod locate;
mod memory;
mod record;
mod version;

use std::{collections::BTreeSet, io, thread};

use conjoin_plan::{AbsPath, Layout, Locate, Probe, ProbeRequest, ProbeResults, ProbedTool, Tool};

pub use self::record::assume_recorded;
pub(crate) use self::record::record;
use self::{ask::Asker, locate::Search, memory::Memory};
use crate::{CancelToken, Environment};

/// Where and with what it is found out.
#[derive(Clone, Copy, Debug)]
pub struct ProbeContext<'a> {
    /// What conjoin was started with.
    pub environment: &'a Environment,
    /// Where everything lies; tools are asked in the app's folder.
    pub layout: &'a Layout,
    /// What ends it early.
    pub cancel: &'a CancelToken,
}

/// Looks for tools and reads files.
pub fn probe(request: &ProbeRequest, context: &ProbeContext<'_>) -> ProbeResults {
    let mut probed = ProbeResults::default();
    let tools: Vec<Tool> = request.tools.iter().copied().collect();
    let memory = Memory::load(&context.layout.cache);
    let search = Search { context, asker: Asker { context, place: &context.layout.app, memory: &memory } };
    for round in rounds(&tools) {
        let found: Vec<(Tool, ProbedTool)> = thread::scope(|scope| {
            let known = &probed.tools;
            let search = &search;
            let threads: Vec<_> =
                round.iter().map(|spec| (*spec, scope.spawn(move || search.find(spec, known)))).collect();
            let join = |(tool, thread): (Tool, thread::ScopedJoinHandle<'_, ProbedTool>)| {
                (tool, thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            };
            threads.into_iter().map(join).collect()
        });
        probed.tools.extend(found);
    }
    for (tool, place) in &request.places {
        let says = search.says_in(&tools, tool, place, &probed.tools);
        probed.says_in.extend(says.map(|says| ((*tool, place.clone()), says)));
    }
    for name in &request.programs {
        probed.programs.extend(search.program(name).map(|found| (name.clone(), found)));
    }
    memory.save();
    for path in &request.texts {
        read_texts(path, &mut probed);
    }
    probed
}

/// The tools in rounds, so that each comes after the one that is asked for it.
fn rounds(tools: &[Tool]) -> Vec<Vec<Tool>> {
    let mut left: Vec<Tool> = tools.to_vec();
    let mut rounds = Vec::new();
    while !left.is_empty() {
        let waiting: BTreeSet<Tool> = left.iter().copied().collect();
        let (now, later): (Vec<_>, Vec<_>) =
            left.iter().copied().partition(|spec| !asked_first(spec).iter().any(|tool| waiting.contains(tool)));
        if now.is_empty() {
            // They wait for one another, which no spec of ours does: they will not be found.
            rounds.push(later);
            break;
        }
        rounds.push(now);
        left = later;
    }
    rounds
}

/// The tools whose place or version must be known first.
fn asked_first(spec: Tool) -> Vec<Tool> {
    let place = match spec.locate {
        Locate::FolderOf { tool, .. } => Some(tool),
        Locate::Path { .. } | Locate::Cache { .. } | Locate::Named => None,
    };
    let version = match spec.probe {
        Probe::SameAs(tool) => Some(tool),
        Probe::Run { .. } | Probe::Interpreter { .. } | Probe::Fixed(_) | Probe::None => None,
    };
    place.into_iter().chain(version).collect()
}

/// The contents of a file; a pipe would be waited for.
fn read_file(path: &AbsPath) -> io::Result<Vec<u8>> {
    if fs_err::metadata(path)?.is_file() {
        return fs_err::read(path);
    }
    Err(io::Error::other(format!("`{path}` is not a file")))
}

/// Files that cannot be read are left out; what is no UTF-8 in the others is replaced, since it counts that they are
/// there.
fn read_texts(path: &AbsPath, probed: &mut ProbeResults) {
    if let Ok(entries) = fs_err::read_dir(path.as_path()) {
        for entry in entries.flatten() {
            read_text(path.join(entry.file_name()), probed);
        }
    } else {
        read_text(path.clone(), probed);
    }
}

fn read_text(path: AbsPath, probed: &mut ProbeResults) {
    let Ok(bytes) = read_file(&path) else { return };
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        probed.not_utf_8.insert(path.clone(), error.utf8_error().valid_up_to());
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    probed.texts.insert(path, text);
}
