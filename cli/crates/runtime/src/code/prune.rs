//! Limits the size of the folder of native code: an edited component leaves its former code behind.
//!
//! The least recently used code is removed first. Failures are not reported: the next run tries again.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use fs_err as fs;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};

/// The largest size of all native code together, in bytes.
const LIMIT: u64 = 4 * 1024 * 1024 * 1024;

/// Marks code as used now, by the modification time of its record.
pub(super) fn note_use(record: &Path) {
    let now = || Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now(), last_modification: now() };
    // If this fails, the code is only pruned earlier.
    let _ = utimensat(CWD, record, &times, AtFlags::SYMLINK_NOFOLLOW);
}

/// Removes the least recently used code until the rest is small enough, but never `kept`.
pub(super) fn prune(folder: &Path, kept: &Path) {
    prune_to(LIMIT, folder, kept);
}

fn prune_to(limit: u64, folder: &Path, kept: &Path) {
    let Ok(files) = fs::read_dir(folder) else { return };
    let mut codes: Vec<(SystemTime, u64, PathBuf)> = files
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cwasm") && path != kept)
        .filter_map(|path| {
            let size = fs::symlink_metadata(&path).ok()?.len();
            let used = fs::symlink_metadata(path.with_extension("record")).and_then(|record| record.modified());
            Some((used.unwrap_or(SystemTime::UNIX_EPOCH), size, path))
        })
        .collect();
    codes.sort_unstable();
    let kept = fs::symlink_metadata(kept).map_or(0, |metadata| metadata.len());
    let mut total: u64 = kept + codes.iter().map(|(_, size, _)| size).sum::<u64>();
    for (_, size, path) in codes {
        if total <= limit {
            return;
        }
        drop(fs::remove_file(path.with_extension("record")));
        if fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_was_not_used_for_the_longest_time_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["old", "used", "new"] {
            fs::write(path(&format!("{name}.cwasm")), [0; 100]).unwrap();
            let record = std::fs::OpenOptions::new().create(true).append(true).open(path(&format!("{name}.record")));
            record.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        fs::write(path("abandoned.cwasm"), [0; 100]).unwrap();
        note_use(&path("used.record"));
        prune_to(250, folder.path(), &path("new.cwasm"));
        let mut left: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        left.sort_unstable();
        assert_eq!(left, ["new.cwasm", "new.record", "used.cwasm", "used.record"]);
    }
}
