//! What conjoin has installed into the cache folder, and its removal.

use std::{io, path::Path};

use conjoin_plan::{AbsPath, Layout, recipe_stem};

use crate::{
    CancelToken, CleanError, Scope,
    build_lock::BuildLock,
    folder::{DOOMED, prepare},
};

/// The folder of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub recipe: String,
    /// Where it is.
    pub path: AbsPath,
    /// How much it takes.
    pub bytes: u64,
}

/// The installations, complete or not, whose recipes have one of these stems; sorted.
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

/// Removes the folder of `recipe` once no other conjoin installs anything; that folder and nothing else.
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
    // First out of the way in one go, so that a removal that is interrupted leaves nothing half there.
    let doomed = layout.toolchain(&format!("{DOOMED}{}-{recipe}", std::process::id()));
    fs_err::rename(&folder, &doomed).map_err(failed)?;
    drop(lock);
    for entry in fs_err::read_dir(folder.parent().as_path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(DOOMED) {
            fs_err::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// What the files below `folder` take; links are not followed, and what cannot be read does not count.
fn size_of(folder: &Path) -> u64 {
    let size = |entry: io::Result<fs_err::DirEntry>| {
        let metadata = entry.ok().and_then(|entry| Some((entry.path(), entry.metadata().ok()?)));
        metadata.map_or(0, |(path, metadata)| if metadata.is_dir() { size_of(&path) } else { metadata.len() })
    };
    fs_err::read_dir(folder).map_or(0, |entries| entries.map(size).sum())
}
