//! Files and folders that a step turned out to read, as they are now.
//!
//! Files are remembered by name. One that was looked for and not there has the digest [`Digest::ABSENT`]. A name that ends in `/` is
//! that of a folder: its digest is that of the names of the files below it, each of which is remembered as well.

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

/// Whether `name` is that of a file which was there.
pub(super) fn is_file(name: &str, seen: &FileRecord) -> bool {
    !name.ends_with('/') && seen.digest != Digest::ABSENT
}

/// Looks at files for steps.
pub(super) struct Files<'a> {
    pub(super) app: &'a AbsPath,
    pub(super) roots: &'a Roots,
    pub(super) digests: &'a Digests,
}

impl Files<'_> {
    /// The files and folders of `old` as they are now, with the files that have been added below folders.
    pub(super) fn look_again(
        &self,
        step: &Step,
        old: &BTreeMap<String, FileRecord>,
    ) -> io::Result<BTreeMap<String, FileRecord>> {
        let mut now = BTreeMap::new();
        for (name, seen) in old {
            let today = self.look_at(step, name, Some(*seen))?;
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
    pub(super) fn look_at(&self, step: &Step, name: &str, remembered: Option<FileRecord>) -> io::Result<FileRecord> {
        let path = self.roots.path(name);
        if name.ends_with('/') {
            return Ok(self.names_of(&self.below(step, &path)?));
        }
        let seen = self.see(&path, remembered)?;
        Ok(seen.map_or(FileRecord::without_stamp(Digest::ABSENT), |(seen, _)| seen))
    }

    /// A file as it is and when it was last touched, or a folder, whose contents do not count.
    pub(super) fn see(
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

    /// The outputs of a record as they are; those that are gone are left out.
    pub(super) fn outputs(&self, recorded: &BTreeMap<String, FileRecord>) -> io::Result<BTreeMap<String, FileRecord>> {
        let mut now = BTreeMap::new();
        for (name, seen) in recorded {
            if let Some((seen, _)) = self.see(&self.roots.path(name), Some(*seen))? {
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

    /// What counts of a folder with these files: their names.
    pub(super) fn names_of(&self, files: &[PathBuf]) -> FileRecord {
        let names: BTreeSet<String> = files.iter().map(|path| self.roots.name(path)).collect();
        FileRecord::without_stamp(Digest::of(names.into_iter().collect::<Vec<_>>().join("\n").as_bytes()))
    }
}
