//! The records of steps that ran, kept beside the app.
//!
//! There is one file per step, written atomically after the step succeeded. So a crash leaves the record of an earlier
//! success or none. An unreadable record counts as missing. Files have the names of [`Roots`](crate::names::Roots), so
//! records move with the app.

use std::{collections::BTreeMap, io};

use conjoin_plan::{AbsPath, StepId};
use serde::{Deserialize, Serialize};

use crate::{
    digest::{Digest, FileRecord},
    fingerprint::{Fingerprint, with_discovered},
    stamp::{FileTime, Stamp},
    write::{temporary_beside, write_whole},
};

/// The format of records. Other formats are ignored.
const FORMAT: u32 = 3;

/// The record of a step that succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    format: u32,
    /// The key of what the step declares.
    pub(crate) declared: Digest,
    /// The fingerprint of what the step declares.
    pub(crate) fingerprint: Fingerprint,
    /// The stamps of the files in the fingerprint, where they identify contents.
    stamps: BTreeMap<String, Stamp>,
    /// The files among its inputs that it writes itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) touched: Vec<String>,
    /// The further files that it turned out to read: see `execute::discovered`.
    pub(crate) discovered: BTreeMap<String, FileRecord>,
    /// Its outputs.
    pub(crate) outputs: BTreeMap<String, FileRecord>,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

impl Record {
    /// A record with this fingerprint and the stamps of the declared `files`.
    pub(crate) fn new(fingerprint: Fingerprint, files: &BTreeMap<String, FileRecord>) -> Self {
        Self {
            format: FORMAT,
            declared: fingerprint.key(),
            fingerprint,
            stamps: stamps(files),
            touched: Vec::new(),
            discovered: BTreeMap::new(),
            outputs: BTreeMap::new(),
            milliseconds: 0,
        }
    }

    /// The record with the current stamps of the declared files.
    pub(crate) fn stamped(self, files: &BTreeMap<String, FileRecord>) -> Self {
        Self { stamps: stamps(files), ..self }
    }

    /// The recorded hash and stamp of a declared file.
    pub(crate) fn seen(&self, name: &str) -> Option<FileRecord> {
        let digest = *self.fingerprint.files.get(name)?;
        Some(FileRecord { digest, stamp: self.stamps.get(name).copied() })
    }

    /// The key of the step, made of what it declares and what it turned out to read.
    pub(crate) fn key(&self) -> Digest {
        with_discovered(self.declared, &self.discovered)
    }
}

fn stamps(files: &BTreeMap<String, FileRecord>) -> BTreeMap<String, Stamp> {
    files.iter().filter_map(|(name, seen)| Some((name.clone(), seen.stamp?))).collect()
}

/// The records of one app and profile.
#[derive(Debug)]
pub(crate) struct State {
    folder: AbsPath,
}

impl State {
    pub(crate) fn new(folder: AbsPath) -> Self {
        Self { folder }
    }

    pub(crate) fn load(&self, id: &StepId) -> Option<Record> {
        let bytes = fs_err::read(self.path(id)).ok()?;
        serde_json::from_slice::<Record>(&bytes).ok().filter(|record| record.format == FORMAT)
    }

    pub(crate) fn save(&self, id: &StepId, record: &Record) -> io::Result<()> {
        let bytes = serde_json::to_vec(record).map_err(io::Error::other)?;
        write_whole(self.path(id).as_path(), &bytes)
    }

    /// Forgets the step.
    pub(crate) fn forget(&self, id: &StepId) -> io::Result<()> {
        match fs_err::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The current time of the file system's clock.
    pub(crate) fn now(&self) -> io::Result<FileTime> {
        let file = temporary_beside(self.folder.join("clock").as_path(), 0o600)?;
        Ok(FileTime::written(&file.as_file().metadata()?))
    }

    fn path(&self, id: &StepId) -> AbsPath {
        self.folder.join(format!("{}.json", file_name(id)))
    }
}

/// The name to use for files of a step.
pub(crate) fn file_name(id: &StepId) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let name: String = id.0.chars().map(|letter| if plain(letter) { letter } else { '+' }).take(80).collect();
    let digest = Digest::of(id.0.as_bytes()).to_string();
    format!("{name}-{}", &digest[..8])
}
