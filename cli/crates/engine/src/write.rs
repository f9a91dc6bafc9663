//! Writing files so that they are whole or not there.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use conjoin_plan::AbsPath;

/// What temporary files are called at first; a hidden name, so that no input includes one that a crash left behind.
pub(crate) const TEMPORARY: &str = ".conjoin-tmp-";

/// Writes `contents` to a temporary file beside `path` and renames it; makes the folder if need be.
///
/// There is no `fsync`: after the loss of power the file may be empty, which its reader notices by the hash that it expects.
pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = temporary_beside(path, 0o666)?;
    file.write_all(contents).map_err(|error| naming(path, &error))?;
    file.persist(path).map(drop).map_err(|error| naming(path, &error.error))
}

/// Copies a file to a temporary one beside `to` and renames it; makes the folder if need be. Who looks sees the whole copy or
/// what was there before.
pub fn copy_whole(from: &AbsPath, to: &AbsPath) -> io::Result<()> {
    let to = to.as_path();
    let mut from = fs_err::File::open(from.as_path())?.into_parts().0;
    let mut file = temporary_beside(to, 0o666)?;
    io::copy(&mut from, file.as_file_mut()).map_err(|error| naming(to, &error))?;
    file.persist(to).map(drop).map_err(|error| naming(to, &error.error))
}

/// A temporary file in the folder of `path`, made with `mode` less the process's mask; it goes away if it is not persisted.
pub(crate) fn temporary_beside(path: &Path, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(path);
    fs_err::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).permissions(Permissions::from_mode(mode)).tempfile_in(folder)
}

/// The error with the path that it is about.
pub(crate) fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("failed to write `{}`: {error}", path.display()))
}
