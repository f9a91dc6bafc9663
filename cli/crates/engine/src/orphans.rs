//! Ending programs that a killed conjoin left behind, before they write into what this one makes.
//!
//! Every program that a step starts has a file of that step as its stdin, and so holds the lock that conjoin has on it. Whoever holds
//! that lock while no conjoin carries out the step is an orphan. Only processes whose stdin is that very file are ended.

use std::{fs::Metadata, io, os::unix::fs::MetadataExt as _};

use conjoin_plan::AbsPath;
use rustix::process::{Pid, Signal, getpgid, getpgrp, kill_process, kill_process_group};

use crate::{
    CancelToken,
    lock::{Lock, LockError, lock, try_lock},
};

/// Takes the lock that programs inherit, ending those that have it from an earlier run. The caller has the step's lock.
pub(crate) fn adopt(
    path: &AbsPath,
    cancel: &CancelToken,
    waiting: &mut dyn FnMut(Option<u32>),
) -> Result<Lock, LockError> {
    let unusable = |source| LockError::Unusable { path: path.clone(), source };
    let free = try_lock(path).map_err(unusable)?;
    let lock = free.map_or_else(
        || {
            end_holders(path);
            lock(path, cancel, waiting)
        },
        Ok,
    )?;
    // A program that reads it must find nothing.
    lock.file().set_len(0).map_err(unusable)?;
    Ok(lock)
}

/// Where there is no `/proc`, the orphans are waited for instead.
fn end_holders(path: &AbsPath) {
    let Ok(file) = fs_err::metadata(path) else { return };
    for entry in fs_err::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid
            && fs_err::metadata(entry.path().join("fd/0")).is_ok_and(|stdin| is_same(&stdin, &file))
        {
            let _already_gone = end(pid);
        }
    }
}

fn end(pid: Pid) -> io::Result<()> {
    match getpgid(Some(pid)) {
        Ok(group) if group != getpgrp() => kill_process_group(group, Signal::KILL)?,
        _ => kill_process(pid, Signal::KILL)?,
    }
    Ok(())
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.ino(), one.dev()) == (other.ino(), other.dev())
}
