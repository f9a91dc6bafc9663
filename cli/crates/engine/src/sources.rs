//! A copy of an app as a fresh clone would have it.

use std::{io, path::Path};

use conjoin_plan::AbsPath;
use ignore::WalkBuilder;

use crate::walk::DOT_CONJOIN;

/// Copies what version control would keep of the folder `from` to `to`, which must not be in it: everything but conjoin's and git's
/// folders and what `.gitignore` files name. Links stay links.
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
