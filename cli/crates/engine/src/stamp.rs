//! Metadata that tells whether a file changed, without reading it.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _, time::Duration};

use serde::{Deserialize, Serialize};

/// Size, both time stamps, inode and device of a file. While they stay the same, so do the contents, except for a file
/// that changed within one tick of the file system's clock (see [`Stamp::is_older_than`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Stamp(u64, i64, i64, i64, i64, u64, u64);

/// A time of the file system's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileTime(i128);

/// Longer than a tick of any clock that file systems use for stamps, in nanoseconds.
const TICK: i128 = 100_000_000;

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(
            metadata.size(),
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.ctime(),
            metadata.ctime_nsec(),
            metadata.ino(),
            metadata.dev(),
        )
    }

    /// When contents, name or permissions last changed. No program can set this time.
    pub(crate) fn changed(&self) -> FileTime {
        FileTime(nanoseconds(self.3, self.4))
    }

    /// Whether the file was last touched clearly before `time`. Only then does a change after `time` change the stamp.
    pub(crate) fn is_older_than(&self, time: FileTime) -> bool {
        let latest = nanoseconds(self.1, self.2).max(nanoseconds(self.3, self.4));
        latest + TICK < time.0
    }
}

impl FileTime {
    /// When the file was last written.
    pub(crate) fn written(metadata: &Metadata) -> Self {
        Self(nanoseconds(metadata.mtime(), metadata.mtime_nsec()))
    }

    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0 + i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX / 2))
    }

    /// Whether it is between the two, or within one tick of them.
    pub(crate) fn is_about_within(self, from: Self, to: Self) -> bool {
        from.0 - TICK <= self.0 && self.0 <= to.0 + TICK
    }

    pub(crate) fn is_a_day_before(self, other: Self) -> bool {
        self.0 + 24 * 60 * 60 * 1_000_000_000 < other.0
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
}
