//! What a step turned out to read beyond what it declares.
//!
//! Files are remembered by name. One that was looked for and not there has the digest [`Digest::ABSENT`]. A name that ends in `/` is
//! that of a folder: its digest is that of the names of the files below it, each of which is remembered as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::{Action, Discovery, Invocation, ReadList, Step};

use super::step::Work;
use crate::{
    StepError,
    dep_info::prerequisites,
    digest::{Digest, Seen},
    go_list,
    jobs::Job,
    output::Output,
    process::{Heard, RunOptions, run},
    stamp::FileTime,
    walk::Folder,
};

/// Whether `name` is that of a file which was there.
pub(super) fn is_file(name: &str, seen: &Seen) -> bool {
    !name.ends_with('/') && seen.digest != Digest::ABSENT
}

impl Work<'_> {
    /// What the tool says it has read, less what is declared, made by conjoin, or excepted; and the names of the files of it that
    /// were touched since `began`.
    pub(super) fn discover(
        &self,
        step: &Step,
        is_declared: &dyn Fn(&Path) -> bool,
        (began, job): (FileTime, &Job<'_>),
        kept: &mut Output,
    ) -> Result<(BTreeMap<String, Seen>, Vec<String>), StepError> {
        let (mut discovered, mut late) = (BTreeMap::new(), Vec::new());
        let Some(discovery) = &step.discovery else { return Ok((discovered, late)) };
        let on_file = |source| StepError::File { step: step.id.clone(), source };
        let made = self.options.layout.dot_conjoin();
        let read = self.list(step, discovery, job, kept)?.into_iter().filter(|path| {
            let excepted = discovery.except.iter().any(|folder| path.starts_with(folder));
            !excepted && !path.starts_with(&made) && !is_declared(path)
        });
        let (mut folders, mut files): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) = read.partition(|path| path.is_dir());
        for path in &files {
            folders.extend(package_of(step, discovery, path));
        }
        for folder in &folders {
            files.extend(manifests_above(discovery, folder));
            let below = self.below(step, folder).map_err(on_file)?;
            discovered.insert(format!("{}/", self.roots.name(folder)), self.names_of(&below));
            files.extend(below);
        }
        for path in files {
            let (name, seen) = (self.roots.name(&path), self.see(&path, None).map_err(on_file)?);
            late.extend(seen.filter(|(_, touched)| *touched >= began).map(|_| name.clone()));
            discovered.insert(name, seen.map_or(Seen::without_stamp(Digest::ABSENT), |(seen, _)| seen));
        }
        Ok((discovered, late))
    }

    /// The same files and folders as they are now, with the files that have been added below folders.
    pub(super) fn look_again(&self, step: &Step, old: &BTreeMap<String, Seen>) -> io::Result<BTreeMap<String, Seen>> {
        let mut now = BTreeMap::new();
        for (name, seen) in old {
            let today = self.look_at(step, name, Some(seen))?;
            if name.ends_with('/') && today != *seen {
                let below = self.below(step, &self.roots.path(name))?;
                for name in below.iter().map(|path| self.roots.name(path)).filter(|name| !old.contains_key(name)) {
                    let seen = self.look_at(step, &name, None)?;
                    now.insert(name, seen);
                }
            }
            now.insert(name.clone(), today);
        }
        Ok(now)
    }

    /// A file or folder by its name.
    pub(super) fn look_at(&self, step: &Step, name: &str, remembered: Option<&Seen>) -> io::Result<Seen> {
        let path = self.roots.path(name);
        if name.ends_with('/') {
            return Ok(self.names_of(&self.below(step, &path)?));
        }
        let seen = self.see(&path, remembered)?;
        Ok(seen.map_or(Seen::without_stamp(Digest::ABSENT), |(seen, _)| seen))
    }

    /// A file as it is and when it was last touched, or a folder, whose contents do not count.
    pub(super) fn see(&self, path: &Path, remembered: Option<&Seen>) -> io::Result<Option<(Seen, FileTime)>> {
        let seen = fs_err::metadata(path).and_then(|metadata| {
            if metadata.is_dir() {
                return Ok((Seen::without_stamp(Digest::of(b"folder")), FileTime::default()));
            }
            self.digests.file(path, &metadata, remembered)
        });
        match seen {
            Ok(seen) => Ok(Some(seen)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(
        &self,
        step: &Step,
        discovery: &Discovery,
        job: &Job<'_>,
        kept: &mut Output,
    ) -> Result<Vec<PathBuf>, StepError> {
        match &discovery.list {
            ReadList::DepInfo(path) => {
                let missing = |_| StepError::MissingDepInfo { step: step.id.clone(), path: path.clone() };
                let text = String::from_utf8_lossy(&fs_err::read(path).map_err(missing)?).into_owned();
                let base = match &step.action {
                    Action::Run(invocation) => &invocation.cwd,
                    _ => &self.options.layout.app,
                };
                Ok(prerequisites(&text, base.as_path()))
            }
            ReadList::GoList(invocation) => self.go_list(step, invocation, job, kept),
        }
    }

    /// Runs the command and reads what it prints, which is shown only if it fails.
    fn go_list(
        &self,
        step: &Step,
        invocation: &Invocation,
        job: &Job<'_>,
        kept: &mut Output,
    ) -> Result<Vec<PathBuf>, StepError> {
        let options = RunOptions {
            environment: self.options.environment,
            cancel: self.options.cancel,
            limit: self.options.limits.time,
            patience: None,
            more: job.variable(invocation.tool).into_iter().collect(),
            held: Some(self.lock.stdin()),
        };
        let mut printed = Vec::new();
        let outcome = run(invocation, &options, &mut |heard| {
            if let Heard::Output(bytes) = heard {
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

    /// The files below a folder that was read.
    fn below(&self, step: &Step, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let except = step.discovery.as_ref().and_then(|discovery| discovery.packages).map_or(&[][..], |it| it.except);
        Folder(folder).tree(self.options.layout.app.as_path(), except)
    }

    fn names_of(&self, files: &[PathBuf]) -> Seen {
        let names: BTreeSet<String> = files.iter().map(|path| self.roots.name(path)).collect();
        Seen::without_stamp(Digest::of(names.into_iter().collect::<Vec<_>>().join("\n").as_bytes()))
    }
}

/// The folder of the package that the source at `path` belongs to, unless that is around the folder that the tool works in, where the
/// step declares what counts.
fn package_of(step: &Step, discovery: &Discovery, path: &Path) -> Option<PathBuf> {
    let packages = discovery.packages.as_ref()?;
    let Action::Run(invocation) = &step.action else { return None };
    let is_source = path.extension().is_some_and(|ending| ending == packages.source);
    let package = path.ancestors().skip(1).find(|folder| folder.join(packages.manifest).is_file())?;
    (is_source && !invocation.cwd.as_path().starts_with(package)).then(|| package.to_owned())
}

/// What the folders above a package add to it.
fn manifests_above(discovery: &Discovery, package: &Path) -> Vec<PathBuf> {
    let Some(packages) = discovery.packages.filter(|packages| package.join(packages.manifest).is_file()) else {
        return Vec::new();
    };
    let above = package.ancestors().skip(1).map(|folder| folder.join(packages.manifest));
    above.filter(|path| path.is_file()).collect()
}
