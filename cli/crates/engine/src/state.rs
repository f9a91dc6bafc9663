//! What the engine remembers of each step that it carried out, beside the app.
//!
//! One file per step, written whole after the step succeeded, so that a crash leaves the record of an earlier success or none.
//! A record that cannot be read is none. Files have the names of [`Roots`](crate::names::Roots): the memory moves with the app.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use conjoin_plan::{AbsPath, StepId};
use serde::{Deserialize, Serialize};

use crate::{
    digest::{Digest, Seen},
    key::with_discovered,
    stamp::FileTime,
    write::{temporary_beside, write_whole},
};

/// The format of the records; others are not read.
const FORMAT: u32 = 2;

/// A step that succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) format: u32,
    /// The key of what the step declares.
    pub(crate) declared: Digest,
    /// The lines of its action.
    pub(crate) action: Vec<String>,
    /// The versions of its tools.
    pub(crate) versions: Vec<String>,
    /// Its values.
    pub(crate) values: BTreeMap<String, String>,
    /// The files that it declares to read.
    pub(crate) files: BTreeMap<String, Seen>,
    /// Those of the files that it reads which it touched itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) touched: Vec<String>,
    /// The files of which only counts that they are there.
    pub(crate) names: BTreeSet<String>,
    /// What it turned out to read as well: see `execute::discovered`.
    pub(crate) discovered: BTreeMap<String, Seen>,
    /// What it made.
    pub(crate) outputs: BTreeMap<String, Seen>,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

impl Record {
    pub(crate) const FORMAT: u32 = FORMAT;

    /// The key of the step: of what it declares and of what it turned out to read.
    pub(crate) fn key(&self) -> Digest {
        with_discovered(self.declared, &self.discovered)
    }
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

    /// What time it is by the clock of the file system.
    pub(crate) fn now(&self) -> io::Result<FileTime> {
        let file = temporary_beside(self.folder.join("clock").as_path(), 0o600)?;
        Ok(FileTime::written(&file.as_file().metadata()?))
    }

    fn path(&self, id: &StepId) -> AbsPath {
        self.folder.join(format!("{}.json", file_name(id)))
    }
}

/// A name for files of a step.
pub(crate) fn file_name(id: &StepId) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let name: String = id.0.chars().map(|letter| if plain(letter) { letter } else { '+' }).take(80).collect();
    let digest = Digest::of(id.0.as_bytes()).to_string();
    format!("{name}-{}", &digest[..8])
}
