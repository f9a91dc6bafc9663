//! Writes files from memory to disk, all or none of them.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{FileSet, ScaffoldError};

/// What to do with files that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// Refuse a folder that is not empty.
    Never,
}

/// The folder and files that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub dir: PathBuf,
    /// The paths of the files below it, sorted.
    pub files: Vec<String>,
}

impl FileSet {
    /// Creates the folder `dir` with these files. `dir` may exist if it is empty.
    ///
    /// The files are first written into a folder beside it, which is then renamed. So a process that is killed leaves
    /// no half of an app.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::NotEmpty`] or [`ScaffoldError::NotAFolder`] if something is in the way,
    /// [`ScaffoldError::Write`] if the file system refuses.
    pub fn write_into(&self, dir: &Path, overwrite: Overwrite) -> Result<Written, ScaffoldError> {
        let Overwrite::Never = overwrite;
        let failed = |source| ScaffoldError::Write { dir: dir.to_owned(), source };
        refuse_occupied(dir)?;
        // A rename would replace a link instead of filling the folder that it points to.
        let target = if dir.exists() { fs_err::canonicalize(dir).map_err(failed)? } else { dir.to_owned() };
        let parent = parent_of(&target);
        fs_err::create_dir_all(parent).map_err(failed)?;
        let beside = tempfile::Builder::new().prefix(".conjoin-new-").tempdir_in(parent).map_err(failed)?;
        let whole = beside.path().join("app");
        self.write_files(&whole).map_err(failed)?;
        if let Err(error) = fs_err::rename(&whole, &target) {
            refuse_occupied(dir)?;
            return Err(failed(error));
        }
        Ok(Written { dir: dir.to_owned(), files: self.iter().map(|(path, _)| path.to_owned()).collect() })
    }

    fn write_files(&self, folder: &Path) -> io::Result<()> {
        fs_err::create_dir(folder)?;
        for (path, bytes) in self.iter() {
            let file = folder.join(path);
            fs_err::create_dir_all(parent_of(&file))?;
            fs_err::write(file, bytes)?;
        }
        Ok(())
    }
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Checks that an app can be created at `dir`: nothing exists there, or an empty folder.
///
/// # Errors
///
/// [`ScaffoldError::NotEmpty`], [`ScaffoldError::NotAFolder`], or [`ScaffoldError::Write`] if the folder cannot be
/// read.
pub fn refuse_occupied(dir: &Path) -> Result<(), ScaffoldError> {
    let failed = |source| ScaffoldError::Write { dir: dir.to_owned(), source };
    if fs_err::symlink_metadata(dir).is_err() {
        return Ok(());
    }
    if !dir.is_dir() {
        return Err(ScaffoldError::NotAFolder { path: dir.to_owned() });
    }
    let names =
        fs_err::read_dir(dir).map_err(failed)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut entries: Vec<String> = names.collect::<io::Result<_>>().map_err(failed)?;
    entries.sort();
    if entries.is_empty() { Ok(()) } else { Err(ScaffoldError::NotEmpty { dir: dir.to_owned(), entries }) }
}
