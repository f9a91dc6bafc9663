//! The artifacts of all apps of a user, by what they were made from: `artifacts/` in the cache folder.
//!
//! A step is looked up in two rounds, because its inputs are fully known only after it ran once. The folder
//! `keys/DECLARED/` is named by the key of what the step declares. Each file in it describes one run: the files that it
//! turned out to read, with their hashes, and the hashes of its outputs. The first run whose files all exist with these
//! contents matches. `blobs/` has contents by hash, `tmp/` holds files that are being written.
//!
//! Files are written atomically and never changed, so processes need no lock. A blob that does not have its hash is
//! removed and counts as missing. Blobs are copied, never linked, because tools write into their outputs. The store has
//! a limit: see [`Store::collect`].

mod collect;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use conjoin_plan::AbsPath;
use serde::{Deserialize, Serialize};

use crate::{
    digest::{Digest, FileRecord},
    fingerprint::with_discovered,
    stamp::FileTime,
    write::{naming, temporary_beside, write_whole},
};

/// The format of the files in `keys/`. Other formats are ignored.
const FORMAT: u32 = 1;

/// The store of artifacts.
#[derive(Debug)]
pub(crate) struct Store {
    folder: AbsPath,
}

/// One run of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    format: u32,
    /// The files that it turned out to read.
    pub(crate) discovered: BTreeMap<String, Digest>,
    /// Its outputs, in the step's order.
    outputs: Vec<Blob>,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Blob {
    digest: Digest,
    executable: bool,
}

/// The result of restoring.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Restored {
    /// All outputs were restored.
    Whole,
    /// The contents of this output are missing or damaged in the store.
    Corrupt(AbsPath),
}

impl Store {
    /// Opens the store in this cache folder, and creates it if needed. Fails if it is not writable.
    pub(crate) fn open(cache: &AbsPath) -> io::Result<Self> {
        let folder = cache.join("artifacts");
        let store = Self { folder };
        store.sweep(FileTime::written(&store.temporary()?.as_file().metadata()?))?;
        Ok(store)
    }

    /// Removes partially written files of killed processes, but not those that another process may be writing.
    fn sweep(&self, now: FileTime) -> io::Result<()> {
        for entry in fs_err::read_dir(self.folder.join("tmp").as_path())?.flatten() {
            let left_behind = entry.metadata().is_ok_and(|metadata| FileTime::written(&metadata).is_a_day_before(now));
            if left_behind {
                // Another process may have removed it.
                let _already_gone = fs_err::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        temporary_beside(self.folder.join("tmp/new").as_path(), 0o444)
    }

    /// Finds a run with the declared key `declared`. `is_here` tells whether a file exists with the given hash.
    pub(crate) fn find(&self, declared: Digest, is_here: &mut dyn FnMut(&str, Digest) -> bool) -> Option<Entry> {
        let entries = fs_err::read_dir(self.keys(declared)).ok()?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.into_iter().find_map(|path| {
            let entry: Entry = serde_json::from_slice(&fs_err::read(&path).ok()?).ok()?;
            let here = entry.format == FORMAT && entry.discovered.iter().all(|(name, digest)| is_here(name, *digest));
            // An entry that was collected meanwhile counts as missing.
            let whole = || entry.outputs.iter().all(|blob| self.blob(blob.digest).is_file());
            (here && whole()).then_some(entry)
        })
    }

    /// Copies the outputs of a run to `outputs`.
    pub(crate) fn restore(&self, entry: &Entry, outputs: &[AbsPath]) -> io::Result<Restored> {
        if entry.outputs.len() != outputs.len() {
            return Ok(outputs.first().cloned().map_or(Restored::Whole, Restored::Corrupt));
        }
        let mut files = Vec::new();
        for (blob, output) in entry.outputs.iter().zip(outputs) {
            let mut file = temporary_beside(output.as_path(), if blob.executable { 0o777 } else { 0o666 })?;
            if !self.read_blob(blob.digest, file.as_file_mut(), output.as_path())? {
                return Ok(Restored::Corrupt(output.clone()));
            }
            files.push(file);
        }
        for (file, output) in files.into_iter().zip(outputs) {
            file.persist(output).map_err(|error| naming(output.as_path(), &error.error))?;
        }
        Ok(Restored::Whole)
    }

    /// Stores the outputs of a run, given with their hashes.
    pub(crate) fn keep(
        &self,
        declared: Digest,
        discovered: &BTreeMap<String, FileRecord>,
        outputs: &[(AbsPath, Digest)],
        milliseconds: u64,
    ) -> io::Result<()> {
        let mut blobs = Vec::new();
        for (path, digest) in outputs {
            let mode = fs_err::metadata(path)?.permissions().mode();
            self.write_blob(path.as_path(), *digest)?;
            blobs.push(Blob { digest: *digest, executable: mode & 0o111 != 0 });
        }
        let files = discovered.iter().map(|(name, seen)| (name.clone(), seen.digest)).collect();
        let entry = Entry { format: FORMAT, discovered: files, outputs: blobs, milliseconds };
        let bytes = serde_json::to_vec(&entry).map_err(io::Error::other)?;
        let key = with_discovered(declared, discovered);
        write_whole(&self.keys(declared).join(format!("{key}.json")), &bytes)
    }

    fn keys(&self, declared: Digest) -> PathBuf {
        self.folder.join("keys").join(declared.to_string()).as_path().to_owned()
    }

    fn blob(&self, digest: Digest) -> PathBuf {
        let digest = digest.to_string();
        self.folder.join("blobs").join(&digest[..2]).join(&digest).as_path().to_owned()
    }

    fn write_blob(&self, from: &Path, digest: Digest) -> io::Result<()> {
        let path = self.blob(digest);
        let size = fs_err::metadata(from)?.len();
        // Damage is detected on restoring, but a file that a power loss cut short is detected here.
        if fs_err::metadata(&path).is_ok_and(|metadata| metadata.len() == size) {
            mark_used(&fs_err::File::open(&path)?);
            return Ok(());
        }
        // Between files of the standard library, the kernel copies.
        let (mut file, mut from) = (self.temporary()?, fs_err::File::open(from)?.into_parts().0);
        io::copy(&mut from, file.as_file_mut()).map_err(|error| naming(&path, &error))?;
        fs_err::create_dir_all(path.parent().unwrap_or(&path))?;
        file.persist(&path).map(drop).map_err(|error| naming(&path, &error.error))
    }

    /// Copies a blob. If its contents do not have its hash, removes it and gives false.
    fn read_blob(&self, digest: Digest, to: &mut File, shown: &Path) -> io::Result<bool> {
        let path = self.blob(digest);
        let mut from = match fs_err::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let count = from.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
            to.write_all(&buffer[..count]).map_err(|error| naming(shown, &error))?;
        }
        let whole = Digest::from(hasher.finalize()) == digest;
        if whole {
            mark_used(&from);
        } else {
            fs_err::remove_file(&path)?;
        }
        Ok(whole)
    }
}

/// Marks a blob as used now. If the file system refuses, it keeps its old time and is removed a little earlier.
#[expect(clippy::disallowed_methods, reason = "the time decides only what is removed first")]
fn mark_used(blob: &fs_err::File) {
    drop(blob.file().set_modified(SystemTime::now()));
}
