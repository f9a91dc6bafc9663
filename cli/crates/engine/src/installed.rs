//! Installations in the cache folder, and their removal.

use std::{io, path::Path};

use conjoin_plan::{AbsPath, Layout, recipe_stem};

use crate::{
    CancelToken, CleanError, Scope,
    build_lock::BuildLock,
    folder::{REMOVED_PREFIX, prepare},
};

/// The installation of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The name of its folder.
    pub recipe: String,
    /// Its folder.
    pub path: AbsPath,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Lists the installations, complete or not, whose recipes have one of these stems, sorted.
pub fn installed(layout: &Layout, stems: &[String]) -> Vec<Installed> {
    let Ok(entries) = fs_err::read_dir(layout.cache.join("toolchains").as_path()) else { return Vec::new() };
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut found: Vec<Installed> = names
        .filter(|name| stems.iter().any(|stem| recipe_stem(name) == stem))
        .map(|recipe| {
            let path = layout.toolchain(&recipe);
            Installed { bytes: size_of(path.as_path()), recipe, path }
        })
        .collect();
    found.sort_by(|one, other| one.recipe.cmp(&other.recipe));
    found
}

/// Removes the folder of `recipe` and nothing else, after waiting for other conjoin processes that install.
///
/// # Errors
///
/// [`CleanError`] if the folder cannot be removed, or if the user cancelled while another process was installing.
pub fn remove_installed(
    layout: &Layout,
    recipe: &str,
    cancel: &CancelToken,
    waiting: &mut dyn FnMut(Option<u32>),
) -> Result<(), CleanError> {
    let folder = layout.toolchain(recipe);
    let failed = |source| CleanError::Folder { folder: folder.clone(), source };
    let scope = Scope::Cache.folder(layout);
    prepare(&scope).map_err(failed)?;
    let lock = BuildLock::take(&scope, cancel, waiting)?;
    // It is renamed first, so that an interrupted removal leaves no partial folder.
    let doomed = layout.toolchain(&format!("{REMOVED_PREFIX}{}-{recipe}", std::process::id()));
    fs_err::rename(&folder, &doomed).map_err(failed)?;
    drop(lock);
    for entry in fs_err::read_dir(folder.parent().as_path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(REMOVED_PREFIX) {
            fs_err::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// The size of all files below `folder`, in bytes. Links are not followed, and unreadable files do not count.
fn size_of(folder: &Path) -> u64 {
    let size = |entry: io::Result<fs_err::DirEntry>| {
        let metadata = entry.ok().and_then(|entry| Some((entry.path(), entry.metadata().ok()?)));
        metadata.map_or(0, |(path, metadata)| if metadata.is_dir() { size_of(&path) } else { metadata.len() })
    };
    fs_err::read_dir(folder).map_or(0, |entries| entries.map(size).sum())
}
