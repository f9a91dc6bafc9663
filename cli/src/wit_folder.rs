//! The files of WIT in a folder.

use std::{
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::AbsPath;

/// Lists the WIT files in `folder` and the folders below it, sorted, by paths relative to `folder`. A missing folder
/// has none.
///
/// # Errors
///
/// A folder cannot be listed.
pub(crate) fn wit_files(folder: &AbsPath) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if folder.as_path().is_dir() {
        collect(folder, Path::new(""), &mut files)?;
    }
    files.sort();
    Ok(files)
}

/// Adds the files in the folder `below` of `root`.
fn collect(root: &AbsPath, below: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs_err::read_dir(root.as_path().join(below))? {
        let path = below.join(entry?.file_name());
        if root.as_path().join(&path).is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "wit") {
            files.push(path);
        }
    }
    Ok(())
}
