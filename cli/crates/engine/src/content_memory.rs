//! What was made of the contents of files, remembered in a file of the app's `.conjoin`: a file that stays as it is is not read again, and
//! of contents that are known already nothing is made again.

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
};

use conjoin_plan::{AbsPath, Layout};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    digest::{Digest, FileRecord},
    folder::{keep_file, prepare},
    stamp::{FileTime, Stamp},
    write::temporary_beside,
};

/// A memory of what was made of files. What it is not asked for, it forgets.
#[derive(Debug)]
pub struct ContentMemory<T> {
    layout: Layout,
    name: &'static str,
    before: Record<T>,
    now: Record<T>,
    /// What time it was by the clock of the file system before the first file was read.
    began: Option<FileTime>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record<T> {
    /// What made the values: others are not understood.
    made_by: String,
    /// By their paths, which are relative to the app where they are below it.
    files: BTreeMap<String, FileRecord>,
    /// By the hash of the contents.
    values: BTreeMap<Digest, T>,
}

impl<T> Record<T> {
    fn empty(made_by: &str) -> Self {
        Self { made_by: made_by.to_owned(), files: BTreeMap::new(), values: BTreeMap::new() }
    }
}

impl<T: Clone + Serialize + DeserializeOwned> ContentMemory<T> {
    /// The memory in the file `name` of the app's `.conjoin`. It is empty if the file is missing or damaged, or comes from another program
    /// than `made_by`.
    pub fn open(layout: &Layout, name: &'static str, made_by: &str) -> Self {
        let found = fs_err::read(layout.dot_conjoin().join(name)).ok();
        let found = found.and_then(|bytes| serde_json::from_slice::<Record<T>>(&bytes).ok());
        let before = found.filter(|record| record.made_by == made_by).unwrap_or_else(|| Record::empty(made_by));
        Self { layout: layout.clone(), name, before, now: Record::empty(made_by), began: None }
    }

    /// Gets ready to remember files by their stamps, before the first of them is read. Makes the app's `.conjoin` if need be; where that
    /// cannot be written, files are read each time.
    pub fn begin(&mut self) {
        let folder = self.layout.dot_conjoin();
        self.began = prepare(&folder)
            .and_then(|()| temporary_beside(folder.join("clock").as_path(), 0o600))
            .and_then(|file| Ok(FileTime::written(&file.as_file().metadata()?)))
            .ok();
    }

    /// Gives what `make` makes of the contents of the file at `path`. An error of `make` is not remembered.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn get<E>(&mut self, path: &AbsPath, make: impl FnOnce(&[u8]) -> Result<T, E>) -> io::Result<Result<T, E>> {
        let name = path.as_path().strip_prefix(self.layout.app.as_path()).unwrap_or(path.as_path());
        let name = name.to_string_lossy().into_owned();
        let stamp = Stamp::of(&fs_err::metadata(path)?);
        if let Some(known) = self.before.files.get(&name).filter(|known| known.stamp == Some(stamp))
            && let Some(value) = self.before.values.get(&known.digest)
        {
            self.now.values.insert(known.digest, value.clone());
            self.now.files.insert(name, *known);
            return Ok(Ok(value.clone()));
        }
        // A stamp stands for contents only if the file was last touched clearly before it was read.
        let mut file = fs_err::File::open(path.as_path())?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let stamp = Stamp::of(&file.metadata()?);
        let digest = Digest::of(&bytes);
        let known = self.before.values.get(&digest).or_else(|| self.now.values.get(&digest)).cloned();
        let value = match known.map_or_else(|| make(&bytes), Ok) {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        };
        self.now.values.insert(digest, value.clone());
        let stamp = self.began.filter(|began| stamp.is_older_than(*began)).map(|_| stamp);
        self.now.files.insert(name, FileRecord { digest, stamp });
        Ok(Ok(value))
    }

    /// Writes down what it was asked for, whole or not at all, if that differs from what was there.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn keep(self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.now)?;
        keep_file(&self.layout, self.name, &text)
    }
}
