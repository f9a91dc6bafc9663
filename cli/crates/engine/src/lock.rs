//! Letting processes work at one thing alone, or several together where that does no harm.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::MetadataExt as _,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use conjoin_plan::AbsPath;

use crate::{CancelToken, stamp::FileTime};

/// How long a lock is waited for in silence.
const SILENCE: Duration = Duration::from_secs(1);

/// How often a waiting process looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// Who may have a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Nobody else.
    Alone,
    /// All who do not want it alone.
    Shared,
}

/// A lock on a file, until it is dropped or the process ends, however that happens.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why there is no lock.
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
    /// The user asked for the end while another process had it.
    #[error("cancelled")]
    Cancelled,
}

/// Takes the lock on the file at `path`, which is made if need be, alone; after a second of waiting, `waiting` is told the number of
/// the process that has it, if known.
pub fn lock(path: &AbsPath, cancel: &CancelToken, waiting: &mut dyn FnMut(Option<u32>)) -> Result<Lock, LockError> {
    lock_as(Sharing::Alone, path, cancel, waiting)
}

/// As [`lock`], alone or together with others.
pub(crate) fn lock_as(
    sharing: Sharing,
    path: &AbsPath,
    cancel: &CancelToken,
    waiting: &mut dyn FnMut(Option<u32>),
) -> Result<Lock, LockError> {
    let unusable = |source| LockError::Unusable { path: path.clone(), source };
    loop {
        let file = open(path).map_err(unusable)?;
        let mut file = match sharing.try_lock(&file) {
            Ok(()) => file,
            Err(TryLockError::WouldBlock) => wait(sharing, file, cancel, waiting, &unusable)?,
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        };
        // Whoever had it may have removed it: then the file that is locked is not the one that others will lock.
        if is_at(&file, path) {
            write_holder(&mut file).map_err(unusable)?;
            return Ok(Lock { file });
        }
    }
}

impl Sharing {
    fn try_lock(self, file: &File) -> Result<(), TryLockError> {
        match self {
            Self::Alone => file.try_lock(),
            Self::Shared => file.try_lock_shared(),
        }
    }

    fn lock(self, file: &File) -> io::Result<()> {
        match self {
            Self::Alone => file.lock(),
            Self::Shared => file.lock_shared(),
        }
    }
}

impl Lock {
    /// The file, whose copies hold the lock as well.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// When the lock was taken, by the file system's clock.
    pub(crate) fn taken(&self) -> io::Result<FileTime> {
        Ok(FileTime::written(&self.file.metadata()?))
    }
}

/// Takes the lock only if no one has it.
pub(crate) fn try_lock(path: &AbsPath) -> io::Result<Option<Lock>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(is_at(&file, path).then_some(Lock { file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(path: &AbsPath) -> io::Result<File> {
    fs_err::create_dir_all(path.parent())?;
    let file = fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path.as_path())?;
    Ok(file.into_parts().0)
}

/// Waits in another thread, which is left behind when the wait is cancelled.
fn wait(
    sharing: Sharing,
    file: File,
    cancel: &CancelToken,
    waiting: &mut dyn FnMut(Option<u32>),
    unusable: &dyn Fn(io::Error) -> LockError,
) -> Result<File, LockError> {
    let mut other = file.try_clone().map_err(unusable)?;
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new().name("conjoin-lock".to_owned());
    let started = thread.spawn(move || {
        let outcome = sharing.lock(&file).map(|()| file);
        drop(sender.send(outcome));
    });
    drop(started.map_err(unusable)?);
    let mut speak_at = Some(Instant::now() + SILENCE);
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(outcome) => return outcome.map_err(unusable),
            Err(RecvTimeoutError::Disconnected) => return Err(unusable(io::Error::other("the waiting thread ended"))),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Err(LockError::Cancelled),
            Err(RecvTimeoutError::Timeout) => {
                if speak_at.is_some_and(|time| Instant::now() >= time) {
                    waiting(holder(&mut other));
                    speak_at = None;
                }
            }
        }
    }
}

fn is_at(file: &File, path: &AbsPath) -> bool {
    let (Ok(here), Ok(there)) = (file.metadata(), fs_err::metadata(path)) else { return false };
    (here.ino(), here.dev()) == (there.ino(), there.dev())
}

fn write_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
