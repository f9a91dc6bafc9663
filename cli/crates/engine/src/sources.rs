//! Copies an app as a fresh clone would have it.

use std::{io, path::Path};

use conjoin_plan::AbsPath;
use ignore::WalkBuilder;

use crate::walk::DOT_CONJOIN;

/// Copies the files of the folder `from` that version control would keep to `to`, which must not be in it: everything
/// except the folders of conjoin and git and files that `.gitignore` names. Links stay links.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn copy_sources(from: &AbsPath, to: &Path) -> io::Result<()> {
    let mut walk = WalkBuilder::new(from.as_path());
    walk.standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(|entry| entry.depth() == 0 || (entry.file_name() != DOT_CONJOIN && entry.file_name() != ".git"));
    for entry in walk.build() {
        let entry = entry.map_err(io::Error::other)?;
        let Ok(below) = entry.path().strip_prefix(from.as_path()) else { continue };
        let copy = to.join(below);
        match entry.file_type() {
            Some(kind) if kind.is_dir() => fs_err::create_dir_all(&copy)?,
            Some(kind) if kind.is_symlink() => fs_err::os::unix::fs::symlink(fs_err::read_link(entry.path())?, &copy)?,
            Some(_) | None => drop(fs_err::copy(entry.path(), &copy)?),
        }
    }
    Ok(())
}
