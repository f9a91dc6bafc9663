//! How much room there is on a disk and in memory.

use std::io;

use conjoin_plan::AbsPath;

/// The bytes that may still be written to the disk of `folder`, which must be there.
pub fn free_disk(folder: &AbsPath) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder.as_path())?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The bytes of memory that programs can still get, where the system says so.
pub fn free_memory() -> Option<u64> {
    let text = fs_err::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
