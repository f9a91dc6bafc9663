//! Keeps the store within its limit by removing the least recently used artifacts.
//!
//! The time stamp of a blob tells when it was last used. Another process may build meanwhile. At worst an artifact that
//! it was about to restore is missing, and it builds that again.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{Entry, FORMAT, Store};
use crate::{lock::try_lock, stamp::FileTime};

/// A collection leaves one part in `FREE` of the limit free, so that not every build collects.
const FREE: u64 = 5;

/// The artifacts that a collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Collected {
    /// The number of artifacts.
    pub(crate) artifacts: u64,
    /// Their size in bytes.
    pub(crate) bytes: u64,
}

/// An entry whose format may be that of another version.
#[derive(Deserialize)]
struct Other {
    format: u32,
}

struct Found {
    used: FileTime,
    bytes: u64,
    path: PathBuf,
}

impl Store {
    /// Removes the least recently used artifacts if all together exceed `limit` bytes. Does nothing while another
    /// process collects.
    pub(crate) fn collect(&self, limit: u64) -> io::Result<Collected> {
        let mut found = Vec::new();
        for folder in entries(self.folder.join("blobs").as_path())? {
            for path in entries(&folder)? {
                // Another process that collects may have removed it.
                let Ok(metadata) = fs_err::metadata(&path) else { continue };
                found.push(Found { used: FileTime::written(&metadata), bytes: metadata.len(), path });
            }
        }
        let total: u64 = found.iter().map(|blob| blob.bytes).sum();
        if total <= limit {
            return Ok(Collected::default());
        }
        let Some(_lock) = try_lock(&self.folder.join("collect.lock"))? else { return Ok(Collected::default()) };
        found.sort_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
        let enough = total - (limit - limit / FREE);
        let mut collected = Collected::default();
        let mut victims = BTreeSet::new();
        for blob in found {
            if collected.bytes >= enough {
                break;
            }
            collected.artifacts += 1;
            collected.bytes += blob.bytes;
            victims.insert(blob.path);
        }
        self.forget(&victims)?;
        victims.iter().try_for_each(|path| remove(path))?;
        Ok(collected)
    }

    /// Removes the entries of runs that have an output among `victims`.
    fn forget(&self, victims: &BTreeSet<PathBuf>) -> io::Result<()> {
        for folder in entries(self.folder.join("keys").as_path())? {
            for path in entries(&folder)? {
                let Ok(bytes) = fs_err::read(&path) else { continue };
                let stays = match serde_json::from_slice::<Entry>(&bytes) {
                    Ok(entry) if entry.format == FORMAT => {
                        entry.outputs.iter().all(|blob| !victims.contains(&self.blob(blob.digest)))
                    }
                    // Another version of conjoin may use it.
                    _ => serde_json::from_slice::<Other>(&bytes).is_ok_and(|other| other.format != FORMAT),
                };
                if !stays {
                    remove(&path)?;
                }
            }
            // This fails while the folder is not empty.
            drop(fs_err::remove_dir(&folder));
        }
        Ok(())
    }
}

/// The entries of a folder; empty if it does not exist.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs_err::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
