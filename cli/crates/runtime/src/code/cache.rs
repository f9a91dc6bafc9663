//! The folder of native code.
//!
//! Native code runs unchecked, so loading it means trusting it. The folder has mode 0700, its files 0600. A file is
//! loaded only if it is a regular file of this user, not writable by others, with the size and hash recorded when it
//! was written. Otherwise it is compiled again. A file appears by rename, so one that exists is complete.
//!
//! This module loads nothing from elsewhere. A start does not fail because the folder cannot store something.

use std::{
    hash::{Hash as _, Hasher},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use fs_err as fs;
use rustix::process::{Pid, getuid, test_kill_process};
use wasmtime::{Engine, component::Component};

use super::{
    prune,
    record::{Identity, Record},
};
use crate::RuntimeError;

/// Numbers the temporary files of this process.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// The folder of native code.
#[derive(Clone)]
pub(crate) struct CodeCache {
    folder: PathBuf,
}

/// The key of a component's native code: a hash of the component and of everything that affects the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl CodeCache {
    /// Opens the folder, creating it if it does not exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, RuntimeError> {
        let failed = |source: io::Error| RuntimeError::CodeCache {
            reason: format!("`{}` cannot be made or read", folder.display()),
            source: Some(source),
        };
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match std::fs::DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        let metadata = fs::symlink_metadata(folder).map_err(failed)?;
        let refused = |why: &str| RuntimeError::CodeCache {
            reason: format!("`{}` {why}, so code found in it could be anyone's", folder.display()),
            source: None,
        };
        if !metadata.is_dir() {
            return Err(refused("is not a folder"));
        }
        if metadata.uid() != getuid().as_raw() {
            return Err(refused("belongs to another user"));
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(refused("can be written to by other users"));
        }
        let cache = Self { folder: folder.to_owned() };
        cache.sweep();
        Ok(cache)
    }

    /// The hash of a component, and its bytes if they had to be read.
    pub(crate) fn hash_of(&self, entry: &str, path: &Path) -> Result<(blake3::Hash, Option<Vec<u8>>), RuntimeError> {
        let metadata =
            fs::metadata(path).map_err(|source| RuntimeError::ReadComponent { entry: entry.to_owned(), source })?;
        let identity = Identity::of(&metadata);
        let note = self.folder.join(format!("{}.seen", blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex()));
        if let Some(record) = read_record(&note)
            && record.file == identity
        {
            return Ok((record.hash, None));
        }
        let bytes = read_component(entry, path)?;
        let record = Record { hash: blake3::hash(&bytes), file: identity };
        // Without the note, the next start only reads the component again.
        drop(self.write_whole(&note, record.render().as_bytes()));
        Ok((record.hash, Some(bytes)))
    }

    /// Loads native code, if it exists and can be trusted.
    pub(crate) fn load(&self, engine: &Engine, key: &Key) -> Option<Component> {
        let code = self.code_path(key);
        self.trust(key, &code).ok()??;
        prune::note_use(&self.record_path(key));
        // Code that the engine does not accept is compiled again and replaced.
        deserialize(engine, &code).ok()
    }

    /// Stores native code under its key.
    pub(crate) fn store(&self, key: &Key, code: &[u8]) -> io::Result<()> {
        let path = self.code_path(key);
        self.write_whole(&path, code)?;
        let record = Record { hash: blake3::hash(code), file: Identity::of(&fs::symlink_metadata(&path)?) };
        self.write_whole(&self.record_path(key), record.render().as_bytes())?;
        prune::prune(&self.folder, &path);
        Ok(())
    }

    /// Removes native code. Processes that run it keep it mapped.
    pub(crate) fn remove(&self, key: &Key) {
        drop(fs::remove_file(self.record_path(key)));
        drop(fs::remove_file(self.code_path(key)));
    }

    /// Whether a file may be loaded: only with `Ok(Some(()))`.
    fn trust(&self, key: &Key, code: &Path) -> io::Result<Option<()>> {
        let metadata = fs::symlink_metadata(code)?;
        let ours = metadata.is_file() && metadata.uid() == getuid().as_raw() && metadata.mode() & 0o022 == 0;
        let Some(record) = read_record(&self.record_path(key)) else { return Ok(None) };
        if !ours || !record.has_size(metadata.size()) {
            return Ok(None);
        }
        let identity = Identity::of(&metadata);
        if record.file == identity {
            return Ok(Some(()));
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(fs::File::open(code)?)?;
        if hasher.finalize() != record.hash {
            return Ok(None);
        }
        let record = Record { hash: record.hash, file: identity };
        // If this cannot be written, the next start hashes the file again.
        drop(self.write_whole(&self.record_path(key), record.render().as_bytes()));
        Ok(Some(()))
    }

    /// Writes a file atomically, readable only by its owner.
    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let temporary = self.folder.join(format!("{name}.{number}.{}.tmp", process::id()));
        // An earlier process with the same id may have left such a file.
        drop(fs::remove_file(&temporary));
        let written = (|| {
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(bytes)?;
            drop(file);
            fs::rename(&temporary, path)
        })();
        if written.is_err() {
            drop(fs::remove_file(&temporary));
        }
        written
    }

    /// Removes temporary files of killed processes.
    fn sweep(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_suffix(".tmp")) else { continue };
            let pid = rest.rsplit('.').next().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
            if pid.is_none_or(|pid| test_kill_process(pid).is_err()) {
                drop(fs::remove_file(file.path()));
            }
        }
    }

    fn code_path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.cwasm", key.0))
    }

    fn record_path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.record", key.0))
    }
}

impl Key {
    /// The key of the code that `engine` compiles from a component with this hash.
    pub(crate) fn new(engine: &Engine, wasm: &blake3::Hash) -> Self {
        let mut hasher = KeyHasher(blake3::Hasher::new());
        hasher.0.update(wasm.as_bytes());
        // This covers Wasmtime's version, the target, and every setting that affects code.
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Self(hasher.0.finalize().to_hex().to_string())
    }
}

/// Feeds values that implement only `Hash` into a hash that is the same in every process.
struct KeyHasher(blake3::Hasher);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let hash = self.0.finalize();
        hash.as_bytes().iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

/// Reads the file of a component.
pub(crate) fn read_component(entry: &str, path: &Path) -> Result<Vec<u8>, RuntimeError> {
    fs::read(path).map_err(|source| RuntimeError::ReadComponent { entry: entry.to_owned(), source })
}

fn read_record(path: &Path) -> Option<Record> {
    Record::parse(&fs::read_to_string(path).ok()?)
}

/// Loads code that this process has just compiled and could not store.
pub(crate) fn load_own(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    unchecked(engine, Native::Bytes(code))
}

fn deserialize(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    unchecked(engine, Native::File(path))
}

/// Native code from conjoin's own compiler: just compiled, or from a file that [`CodeCache::trust`] accepted.
#[derive(Clone, Copy)]
enum Native<'a> {
    Bytes(&'a [u8]),
    File(&'a Path),
}

/// The only unsafe code of conjoin.
#[expect(
    unsafe_code,
    reason = "native code is run as it is; it is our own compiler's, and a file of it has been checked by `CodeCache::trust`"
)]
fn unchecked(engine: &Engine, native: Native<'_>) -> wasmtime::Result<Component> {
    // SAFETY: both functions demand bytes that `Engine::precompile_component` made, unchanged. `Bytes` come from it
    // directly. A `File` lies in a folder that only this user can write, is this user's and not writable by others, and
    // has the size and hash recorded when its bytes came from `precompile_component`. Files are replaced by rename and
    // never written in place, so the mapping cannot change.
    unsafe {
        match native {
            Native::Bytes(code) => Component::deserialize(engine, code),
            Native::File(path) => Component::deserialize_file(engine, path),
        }
    }
}
