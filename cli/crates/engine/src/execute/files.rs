//! Records the current state of files and folders that a step turned out to read.
//!
//! Files are recorded by name. A file that was looked for but did not exist has the digest [`Digest::ABSENT`]. A name
//! that ends in `/` is a folder. Its digest is that of the names of all files below it, each of which is recorded as
//! well.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::{AbsPath, Step};

use crate::{
    digest::{Digest, Digests, FileRecord},
    names::Roots,
    stamp::FileTime,
    walk::Folder,
};

/// Whether `name` is the name of a file that existed.
pub(super) fn is_file(name: &str, seen: &FileRecord) -> bool {
    !name.ends_with('/') && seen.digest != Digest::ABSENT
}

/// Records the state of files for steps.
pub(super) struct Files<'a> {
    pub(super) app: &'a AbsPath,
    pub(super) roots: &'a Roots,
    pub(super) digests: &'a Digests,
    /// Whether tools are missing, so that what they read outside of the app may be, too.
    pub(super) assumes: bool,
}

impl Files<'_> {
    /// Records the files and folders of `old` as they are now, including files that were added below folders.
    pub(super) fn refresh(
        &self,
        step: &Step,
        old: &BTreeMap<String, FileRecord>,
    ) -> io::Result<BTreeMap<String, FileRecord>> {
        let mut now = BTreeMap::new();
        for (name, seen) in old {
            if self.is_gone(name) {
                now.insert(name.clone(), *seen);
                continue;
            }
            let today = self.record_named(step, name, Some(*seen))?;
            if name.ends_with('/') && today != *seen {
                let below = self.below(step, &self.roots.path(name))?;
                for name in below.iter().map(|path| self.roots.name(path)).filter(|name| !old.contains_key(name)) {
                    let seen = self.record_named(step, &name, None)?;
                    now.insert(name, seen);
                }
            }
            now.insert(name.clone(), today);
        }
        Ok(now)
    }

    /// Whether a file or folder outside of the app is missing as the tools are: its whole folder is. It then counts as unchanged.
    fn is_gone(&self, name: &str) -> bool {
        let path = self.roots.path(name);
        let folder = if name.ends_with('/') { Some(path.as_path()) } else { path.parent() };
        self.assumes && !path.starts_with(self.app) && folder.is_some_and(|folder| !folder.exists())
    }

    /// Records the file or folder with this name.
    pub(super) fn record_named(
        &self,
        step: &Step,
        name: &str,
        remembered: Option<FileRecord>,
    ) -> io::Result<FileRecord> {
        let path = self.roots.path(name);
        if name.ends_with('/') {
            return Ok(self.names_of(&self.below(step, &path)?));
        }
        let seen = self.record(&path, remembered)?;
        Ok(seen.map_or(FileRecord::without_stamp(Digest::ABSENT), |(seen, _)| seen))
    }

    /// Records a file, and gives when it was last touched. The contents of a folder do not count.
    pub(super) fn record(
        &self,
        path: &Path,
        remembered: Option<FileRecord>,
    ) -> io::Result<Option<(FileRecord, FileTime)>> {
        let seen = fs_err::metadata(path).and_then(|metadata| {
            if metadata.is_dir() {
                return Ok((FileRecord::without_stamp(Digest::of(b"folder")), FileTime::default()));
            }
            self.digests.file(path, &metadata, remembered)
        });
        match seen {
            Ok(seen) => Ok(Some(seen)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Records the outputs of a step as they are now, without those that are missing.
    pub(super) fn outputs(&self, recorded: &BTreeMap<String, FileRecord>) -> io::Result<BTreeMap<String, FileRecord>> {
        let mut now = BTreeMap::new();
        for (name, seen) in recorded {
            if let Some((seen, _)) = self.record(&self.roots.path(name), Some(*seen))? {
                now.insert(name.clone(), seen);
            }
        }
        Ok(now)
    }

    /// The files below a folder that was read.
    pub(super) fn below(&self, step: &Step, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let except = step.discovery.as_ref().and_then(|discovery| discovery.packages).map_or(&[][..], |it| it.except);
        Folder(folder).tree(self.app.as_path(), except)
    }

    /// The record of a folder with these files: only their names count.
    pub(super) fn names_of(&self, files: &[PathBuf]) -> FileRecord {
        let names: BTreeSet<String> = files.iter().map(|path| self.roots.name(path)).collect();
        FileRecord::without_stamp(Digest::of(names.into_iter().collect::<Vec<_>>().join("\n").as_bytes()))
    }
}
