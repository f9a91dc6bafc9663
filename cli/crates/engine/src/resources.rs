//! Free space on disk and in memory.

use std::{
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::AbsPath;

/// The free space on the disk of `folder`, in bytes.
///
/// # Errors
///
/// The folder does not exist or its file system cannot be queried.
pub fn free_disk(folder: &AbsPath) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder.as_path())?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The memory that programs can still use, in bytes: that of the machine, or less if a control group (version 2) of
/// this process, e.g. a container, has a limit. `None` if the system does not say.
pub fn free_memory() -> Option<u64> {
    let text = fs_err::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let machine = line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)?;
    let groups = fs_err::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    Some(free_in_groups(Path::new("/sys/fs/cgroup"), group).map_or(machine, |group| group.min(machine)))
}

/// The memory that is left in the tightest group from `group` up to the root, in bytes. Caches count as free.
fn free_in_groups(root: &Path, group: &str) -> Option<u64> {
    let number = |path: PathBuf| fs_err::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = root.join(group);
    let groups = group.ancestors().take_while(|folder| folder.starts_with(root));
    let free = groups.filter_map(|folder| {
        let limit = number(folder.join("memory.max"))?;
        let statistics = fs_err::read_to_string(folder.join("memory.stat")).unwrap_or_default();
        let caches = statistics.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse().ok());
        let taken = number(folder.join("memory.current"))?.saturating_sub(caches.unwrap_or(0));
        Some(limit.saturating_sub(taken))
    });
    free.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_group_counts() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        assert_eq!(free_in_groups(root.path(), "a/b"), None);
        write("a/b/memory.max", "max\n");
        write("a/b/memory.current", "500\n");
        assert_eq!(free_in_groups(root.path(), "a/b"), None);
        write("a/memory.max", "1000\n");
        write("a/memory.current", "900\n");
        write("a/memory.stat", "anon 200\ninactive_file 600\n");
        write("memory.max", "5000\n");
        write("memory.current", "100\n");
        assert_eq!(free_in_groups(root.path(), "a/b"), Some(700));
    }
}
