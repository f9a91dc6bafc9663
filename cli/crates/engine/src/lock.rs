//! A lock on a file. It is released when the process that holds it ends, however that happens.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::MetadataExt as _,
    time::Duration,
};

use conjoin_plan::AbsPath;

use crate::{CancelToken, stamp::FileTime};

/// How often a waiting process tries again.
const RETRY: Duration = Duration::from_millis(50);

/// A lock on a file, until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why the lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file cannot be written or locked.
    #[error("cannot lock `{path}`")]
    Unusable {
        /// The file.
        path: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The user cancelled while another process had the lock.
    #[error("cancelled")]
    Cancelled,
}

/// Locks the file at `path`, creating it if it is missing, and writes the id of this process into it.
///
/// If another process has the lock, this waits for it and calls `waiting` once, with the id of that process if it is
/// known.
///
/// # Errors
///
/// [`LockError::Unusable`] if the file cannot be created, locked or written, [`LockError::Cancelled`] if `cancel` was
/// set while waiting.
pub fn lock(path: &AbsPath, cancel: &CancelToken, waiting: &mut dyn FnMut(Option<u32>)) -> Result<Lock, LockError> {
    let unusable = |source| LockError::Unusable { path: path.clone(), source };
    let mut reported = false;
    loop {
        if let Some(mut lock) = try_lock(path).map_err(unusable)? {
            lock.write_holder().map_err(unusable)?;
            return Ok(lock);
        }
        if !reported {
            reported = true;
            waiting(holder(path));
        }
        if cancel.wait(RETRY).map_err(unusable)? {
            return Err(LockError::Cancelled);
        }
    }
}

/// Takes the lock if no process has it.
pub(crate) fn try_lock(path: &AbsPath) -> io::Result<Option<Lock>> {
    loop {
        fs_err::create_dir_all(path.parent())?;
        let file =
            fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path.as_path())?;
        let file = file.into_parts().0;
        match file.try_lock() {
            // The previous holder may have removed the file. Then others would lock a new one.
            Ok(()) if is_at(&file, path) => return Ok(Some(Lock { file })),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

impl Lock {
    /// The file. Processes that inherit it hold the lock as well.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// When the lock was taken, by the file system's clock.
    pub(crate) fn taken_at(&self) -> io::Result<FileTime> {
        Ok(FileTime::written(&self.file.metadata()?))
    }

    fn write_holder(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "{}", std::process::id())
    }
}

impl Drop for Lock {
    /// Releases the lock, even if another process has inherited the file.
    fn drop(&mut self) {
        // If this fails, closing the file releases the lock, unless the file was inherited.
        let _released_by_closing = self.file.unlock();
    }
}

fn is_at(file: &File, path: &AbsPath) -> bool {
    let (Ok(here), Ok(there)) = (file.metadata(), fs_err::metadata(path)) else { return false };
    (here.ino(), here.dev()) == (there.ino(), there.dev())
}

fn holder(path: &AbsPath) -> Option<u32> {
    let mut text = String::new();
    fs_err::File::open(path.as_path()).ok()?.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
