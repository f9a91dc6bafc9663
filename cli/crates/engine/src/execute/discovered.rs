//! Discovers what a step read beyond what it declares.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use conjoin_plan::{Action, Discovery, Invocation, ReadList, Step};

use super::{files::Files, freshness::on_file, program::Programs};
use crate::{
    StepError,
    dep_info::prerequisites,
    digest::{Digest, FileRecord},
    go_list,
    output::Output,
    process::{ProcessOutput, run},
    stamp::FileTime,
};

/// The files that a step turned out to read.
#[derive(Default)]
pub(super) struct Discovered {
    pub(super) files: BTreeMap<String, FileRecord>,
    /// When the files were last touched.
    touched: Vec<(String, FileTime)>,
}

impl Discovered {
    /// The names of the files that were touched after `began`.
    pub(super) fn touched_after(&self, began: FileTime) -> Vec<String> {
        self.touched.iter().filter(|(_, touched)| *touched >= began).map(|(name, _)| name.clone()).collect()
    }
}

/// Gives the files that the tool reports as read, except those that are declared, made by conjoin, or excluded. `kept`
/// receives the output of a listing program that fails.
pub(super) fn discover(
    step: &Step,
    is_declared: &dyn Fn(&Path) -> bool,
    files: &Files<'_>,
    programs: &Programs<'_>,
    kept: &mut Output,
) -> Result<Discovered, StepError> {
    let mut discovered = Discovered::default();
    let Some(discovery) = &step.discovery else { return Ok(discovered) };
    let made = programs.options.layout.dot_conjoin();
    let read = list(step, discovery, programs, kept)?.into_iter().filter(|path| {
        let excepted = discovery.except.iter().any(|folder| path.starts_with(folder));
        !excepted && !path.starts_with(&made) && !is_declared(path)
    });
    let (mut folders, mut paths): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) = read.partition(|path| path.is_dir());
    for path in &paths {
        folders.extend(package_of(step, discovery, path));
    }
    for folder in &folders {
        paths.extend(manifests_above(discovery, folder));
        let below = files.below(step, folder).map_err(|error| on_file(step, error))?;
        discovered.files.insert(format!("{}/", files.roots.name(folder)), files.names_of(&below));
        paths.extend(below);
    }
    for path in paths {
        let name = files.roots.name(&path);
        let seen = files.record(&path, None).map_err(|error| on_file(step, error))?;
        discovered.touched.extend(seen.map(|(_, touched)| (name.clone(), touched)));
        discovered.files.insert(name, seen.map_or(FileRecord::without_stamp(Digest::ABSENT), |(seen, _)| seen));
    }
    Ok(discovered)
}

fn list(
    step: &Step,
    discovery: &Discovery,
    programs: &Programs<'_>,
    kept: &mut Output,
) -> Result<Vec<PathBuf>, StepError> {
    match &discovery.list {
        ReadList::DepInfo(path) => {
            let missing = |_| StepError::MissingDepInfo { step: step.id.clone(), path: path.clone() };
            let text = String::from_utf8_lossy(&fs_err::read(path).map_err(missing)?).into_owned();
            let base = match &step.action {
                Action::Run(invocation) => &invocation.cwd,
                _ => &programs.options.layout.app,
            };
            Ok(prerequisites(&text, base.as_path()))
        }
        ReadList::GoList(invocation) => run_list(step, invocation, programs, kept),
    }
}

/// Runs the command and gives its output, which is shown only if it fails.
fn run_list(
    step: &Step,
    invocation: &Invocation,
    programs: &Programs<'_>,
    kept: &mut Output,
) -> Result<Vec<PathBuf>, StepError> {
    let mut printed = Vec::new();
    let outcome = run(invocation, &programs.options(invocation), &mut |heard| {
        if let ProcessOutput::Output(bytes) = heard {
            printed.extend_from_slice(bytes);
        }
    });
    if outcome.is_err() {
        kept.push(&printed);
    }
    outcome?;
    go_list::files(&printed, invocation.cwd.as_path()).map_err(|source| StepError::UnreadableList {
        step: step.id.clone(),
        command: invocation.to_string(),
        source,
    })
}
/// The folder of the package that the source at `path` belongs to. `None` if that contains the tool's working folder,
/// because there the step declares its inputs.
fn package_of(step: &Step, discovery: &Discovery, path: &Path) -> Option<PathBuf> {
    let packages = discovery.packages.as_ref()?;
    let Action::Run(invocation) = &step.action else { return None };
    let is_source = path.extension().is_some_and(|ending| ending == packages.source);
    let package = path.ancestors().skip(1).find(|folder| folder.join(packages.manifest).is_file())?;
    (is_source && !invocation.cwd.as_path().starts_with(package)).then(|| package.to_owned())
}

/// The manifests in the folders above a package, which affect it too.
fn manifests_above(discovery: &Discovery, package: &Path) -> Vec<PathBuf> {
    let Some(packages) = discovery.packages.filter(|packages| package.join(packages.manifest).is_file()) else {
        return Vec::new();
    };
    let above = package.ancestors().skip(1).map(|folder| folder.join(packages.manifest));
    above.filter(|path| path.is_file()).collect()
}
