//! Writes files atomically.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use conjoin_plan::AbsPath;

/// The prefix of temporary files. It is hidden, so that inputs never include one that a crash left behind.
pub(crate) const TEMPORARY: &str = ".conjoin-tmp-";

/// Writes `contents` to a temporary file beside `path` and renames it. Creates the folder if needed.
///
/// There is no `fsync`: after a power loss the file may be empty. Its reader notices that by the expected hash.
pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = temporary_beside(path, 0o666)?;
    file.write_all(contents).map_err(|error| naming(path, &error))?;
    file.persist(path).map(drop).map_err(|error| naming(path, &error.error))
}

/// Copies a file to a temporary file beside `to` and renames it. Creates the folder if needed. Other processes see the
/// complete copy or the previous file.
///
/// # Errors
///
/// A file cannot be read or written. The error names its path.
pub fn copy_whole(from: &AbsPath, to: &AbsPath) -> io::Result<()> {
    let to = to.as_path();
    let mut from = fs_err::File::open(from.as_path())?.into_parts().0;
    let mut file = temporary_beside(to, 0o666)?;
    io::copy(&mut from, file.as_file_mut()).map_err(|error| naming(to, &error))?;
    file.persist(to).map(drop).map_err(|error| naming(to, &error.error))
}

/// Creates a temporary file in the folder of `path` with `mode`, less the process's umask. It is removed unless it is
/// persisted.
pub(crate) fn temporary_beside(path: &Path, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(path);
    fs_err::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).permissions(Permissions::from_mode(mode)).tempfile_in(folder)
}

/// The error with the path added to its message.
pub(crate) fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("failed to write `{}`: {error}", path.display()))
}
