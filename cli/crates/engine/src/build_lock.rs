//! Ensures that only one build of an app runs at a time, even after a build was killed.
//!
//! `lock` belongs to the process that builds, and is released when it ends. `programs` is an empty file that every
//! program of the build has as stdin. It stays locked while the build or, after a `kill -9`, one of its programs lives.
//! So if a build gets the first lock but not the second, programs of a killed build are still running. It ends them
//! before they can write into its outputs. A build that ends by itself removes `programs`, so processes that its
//! programs left running on purpose are not ended.

use std::{
    fs::{File, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    time::Duration,
};

use conjoin_plan::AbsPath;
use rustix::process::{Pid, Signal, getpgid, getpgrp, kill_process, kill_process_group};

use crate::{
    CancelToken, LockError,
    lock::{Lock, lock, try_lock},
    stamp::FileTime,
};

/// How often to check whether the programs of a killed build have ended.
const RETRY: Duration = Duration::from_millis(10);

/// The right to build, until it is dropped.
#[derive(Debug)]
pub(crate) struct BuildLock {
    path: AbsPath,
    // Fields are dropped in this order: no other build may start before `programs` is released.
    programs: Lock,
    lock: Lock,
}

impl BuildLock {
    /// Waits until no other process builds in `folder`, and ends programs that a killed build left running. Calls
    /// `waiting` once if it has to wait.
    pub(crate) fn take(
        folder: &AbsPath,
        cancel: &CancelToken,
        waiting: &mut dyn FnMut(Option<u32>),
    ) -> Result<Self, LockError> {
        let lock = lock(&folder.join("lock"), cancel, waiting)?;
        let path = folder.join("programs");
        let unusable = |source| LockError::Unusable { path: path.clone(), source };
        let free = loop {
            if let Some(free) = try_lock(&path).map_err(unusable)? {
                break free;
            }
            // Without `/proc` this only waits for their end.
            end_programs(&path);
            if cancel.wait(RETRY).map_err(unusable)? {
                return Err(LockError::Cancelled);
            }
        };
        Ok(Self { path, programs: free, lock })
    }

    /// The file that programs get as stdin.
    pub(crate) fn stdin(&self) -> &File {
        self.programs.file()
    }

    /// When the lock was taken, by the file system's clock.
    pub(crate) fn taken_at(&self) -> io::Result<FileTime> {
        self.lock.taken_at()
    }
}

impl Drop for BuildLock {
    fn drop(&mut self) {
        // If this fails, the next build locks the same file.
        drop(fs_err::remove_file(&self.path));
    }
}

/// Kills the process groups of all processes whose stdin is the file at `path`.
fn end_programs(path: &AbsPath) {
    let Ok(file) = fs_err::metadata(path) else { return };
    for entry in fs_err::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid
            && fs_err::metadata(entry.path().join("fd/0")).is_ok_and(|stdin| is_same(&stdin, &file))
        {
            let _already_gone = match getpgid(Some(pid)) {
                Ok(group) if group != getpgrp() => kill_process_group(group, Signal::KILL),
                _ => kill_process(pid, Signal::KILL),
            };
        }
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.ino(), one.dev()) == (other.ino(), other.dev())
}
