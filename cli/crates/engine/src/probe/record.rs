//! What the tools of an app were when it was last built: `tools.json` beside the records of its steps.
//!
//! An app that is built runs where its tools are missing: the record stands in for them, so that the plan of the build can be made and
//! compared with what is there. The file is written whole, after all steps succeeded, and only if it would say something else. One that
//! cannot be read, or has another format, is none.

use std::{collections::BTreeMap, io};

use conjoin_plan::{
    AbsPath, FoundIn, FoundTool, Layout, Plan, ProbeRequest, ProbeResults, ProbedTool, Tool, Version, missing_tools,
};
use serde::{Deserialize, Serialize};

use crate::{Scope, names::Roots, write::write_whole};

/// The format of the file; another one is not read.
const FORMAT: u32 = 1;

/// What is recorded of an app and profile. Files have the names of [`Roots`]: the record moves with the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    format: u32,
    /// By the ids of tools.
    tools: BTreeMap<String, Found>,
    /// What tools said of their version in folders where they were others, by their ids and the folders.
    said_in: BTreeMap<String, BTreeMap<String, String>>,
    /// By the words that commands name programs by.
    programs: BTreeMap<String, Found>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Found {
    path: String,
    version: Version,
    says: String,
    #[serde(with = "PlaceRecord")]
    place: FoundIn,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FoundIn", rename_all = "kebab-case")]
enum PlaceRecord {
    Variable,
    Path,
    Cache,
}

/// Records the tools and programs of `probed`, with which the app was built. What the record says of others stays.
pub(crate) fn record(layout: &Layout, probed: &ProbeResults) -> io::Result<()> {
    let roots = Roots::new(layout, &Plan::default());
    let before = Record::load(layout);
    let mut record = before.clone().unwrap_or_default();
    record.format = FORMAT;
    for (tool, found) in &probed.tools {
        let ProbedTool::Found(found) = found else { continue };
        if !probed.assumed.contains_key(tool) {
            record.tools.insert(tool.id.to_owned(), Found::new(found, &roots));
            record.said_in.remove(tool.id);
        }
    }
    for ((tool, folder), says) in probed.says_in.iter().filter(|((tool, _), _)| !probed.assumed.contains_key(tool)) {
        let said = record.said_in.entry(tool.id.to_owned()).or_default();
        said.insert(roots.name(folder.as_path()), says.clone());
    }
    let programs = probed.programs.iter().filter(|(name, _)| !probed.assumed_programs.contains(*name));
    record.programs.extend(programs.map(|(name, found)| (name.clone(), Found::new(found, &roots))));
    if before.as_ref() == Some(&record) {
        return Ok(());
    }
    let bytes = serde_json::to_vec(&record).map_err(io::Error::other)?;
    write_whole(Record::path(layout).as_path(), &bytes)
}

/// Puts what the record of the app's last build says in the place of the tools and programs of `request` that are missing from `probed`,
/// or will not do. If it does not know one of the missing tools, it stands for no tool.
pub fn assume_recorded(request: &ProbeRequest, layout: &Layout, probed: &mut ProbeResults) {
    let missing = missing_tools(&request.tools, probed);
    let programs: Vec<&String> = request.programs.iter().filter(|name| !probed.programs.contains_key(*name)).collect();
    if missing.is_empty() && programs.is_empty() {
        return;
    }
    let Some(record) = Record::load(layout) else { return };
    let roots = Roots::new(layout, &Plan::default());
    let known: Option<Vec<(Tool, FoundTool)>> =
        missing.iter().map(|tool| Some((*tool, record.tools.get(tool.id)?.found(&roots)?))).collect();
    for (tool, found) in known.into_iter().flatten() {
        let probed_as = probed.tools.insert(tool, ProbedTool::Found(found)).unwrap_or(ProbedTool::Missing);
        probed.assumed.insert(tool, probed_as);
    }
    for (tool, folder) in request.places.iter().filter(|(tool, _)| probed.assumed.contains_key(tool)) {
        let said = record.said_in.get(tool.id).and_then(|said| said.get(&roots.name(folder.as_path())));
        probed.says_in.extend(said.map(|says| ((*tool, folder.clone()), says.clone())));
    }
    for name in programs {
        if let Some(found) = record.programs.get(name).and_then(|found| found.found(&roots)) {
            probed.programs.insert(name.clone(), found);
            probed.assumed_programs.insert(name.clone());
        }
    }
}

impl Record {
    fn path(layout: &Layout) -> AbsPath {
        Scope::App.state(layout).join("tools.json")
    }

    fn load(layout: &Layout) -> Option<Self> {
        let bytes = fs_err::read(Self::path(layout)).ok()?;
        serde_json::from_slice::<Self>(&bytes).ok().filter(|record| record.format == FORMAT)
    }
}

impl Found {
    fn new(found: &FoundTool, roots: &Roots) -> Self {
        let FoundTool { path, version, says, found_in: place } = found;
        Self { path: roots.name(path.as_path()), version: *version, says: says.clone(), place: *place }
    }

    fn found(&self, roots: &Roots) -> Option<FoundTool> {
        let Self { path, version, says, place } = self;
        let path = AbsPath::new(roots.path(path))?;
        Some(FoundTool { path, version: *version, says: says.clone(), found_in: *place })
    }
}
