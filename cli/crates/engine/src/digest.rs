//! Hashes of contents, and a cache so that no file is read twice.

use std::{
    collections::HashMap,
    fmt,
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::stamp::{FileTime, Stamp};

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Stands for a file that does not exist.
    pub(crate) const ABSENT: Self = Self([0; 32]);

    /// The hash of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        blake3::hash(bytes).into()
    }

    fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(Self::from)
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(*hash.as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("not a hash"))
    }
}

/// The hash of a file and, if it identifies the contents from now on, its stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileRecord {
    pub(crate) digest: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stamp: Option<Stamp>,
}

impl FileRecord {
    /// A record that no stamp identifies.
    pub(crate) fn without_stamp(digest: Digest) -> Self {
        Self { digest, stamp: None }
    }
}

/// Hashes files.
///
/// A stamp identifies contents only if the file was last touched clearly before this run began, because a file that
/// changes twice within one tick of the clock keeps its stamp. Files touched later are read each time.
#[derive(Debug)]
pub(crate) struct Digests {
    began: FileTime,
    known: Mutex<HashMap<PathBuf, (Stamp, Digest)>>,
}

impl Digests {
    /// Creates an empty cache. `began` is the time of the file system when this run began.
    pub(crate) fn new(began: FileTime) -> Self {
        Self { began, known: Mutex::default() }
    }

    /// When this run began.
    pub(crate) fn began(&self) -> FileTime {
        self.began
    }

    /// Gives the hash of the file at `path` with this `metadata`, and when it was last touched. Reads the file only if
    /// neither `remembered` nor this run has a record with the same stamp.
    pub(crate) fn file(
        &self,
        path: &Path,
        metadata: &Metadata,
        remembered: Option<FileRecord>,
    ) -> io::Result<(FileRecord, FileTime)> {
        let stamp = Stamp::of(metadata);
        if let Some(remembered) = remembered.filter(|remembered| remembered.stamp == Some(stamp)) {
            return Ok((remembered, stamp.changed()));
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        let (stamp, digest) = match known {
            Some((known, digest)) if known == stamp => (stamp, digest),
            _ => self.read(path)?,
        };
        Ok((FileRecord { digest, stamp: stamp.is_older_than(self.began).then_some(stamp) }, stamp.changed()))
    }

    fn read(&self, path: &Path) -> io::Result<(Stamp, Digest)> {
        let mut file = fs_err::File::open(path)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&mut file)?;
        let seen = (Stamp::of(&file.metadata()?), Digest::from(hasher.finalize()));
        if seen.0.is_older_than(self.began) {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), seen);
        }
        Ok(seen)
    }
}
