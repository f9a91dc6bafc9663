//! The folders in which the engine keeps its files, and their removal.

use std::{fs::FileType, io};

use conjoin_plan::{AbsPath, Layout};

use crate::{
    CancelToken, LockError,
    build_lock::BuildLock,
    write::{TEMPORARY, write_whole},
};

/// The file that marks a folder as a cache of conjoin, for conjoin itself and for backup programs.
const TAG: &str = "CACHEDIR.TAG";

/// The content of that file: the first line is the standard signature, the second names the owner.
const TAG_TEXT: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Made by conjoin; `conjoin clean` removes this folder.\n";

/// The prefix of a folder's name while it is being removed.
pub(crate) const REMOVED_PREFIX: &str = ".conjoin-removed-";

/// What a plan is executed for, which decides where its state is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Building the app. State is in its `.conjoin`.
    App,
    /// Installing tools for all apps. State is in the cache folder.
    Cache,
}

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// conjoin did not create the folder.
    #[error("`{0}` was not made by conjoin, so it is not removed")]
    NotOurs(AbsPath),
    /// The folder cannot be removed.
    #[error("cannot remove `{folder}`")]
    Folder {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The folder is in use.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// The result of cleaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleaned {
    /// The folder was removed.
    Removed,
    /// There was no folder.
    Nothing,
}

impl Scope {
    /// The folder for locks and records.
    pub(crate) fn folder(self, layout: &Layout) -> AbsPath {
        match self {
            Self::App => layout.dot_conjoin(),
            Self::Cache => layout.cache.join("install"),
        }
    }

    /// The folder for records.
    pub(crate) fn state(self, layout: &Layout) -> AbsPath {
        match self {
            Self::App => self.folder(layout).join("state").join(layout.profile.as_str()),
            Self::Cache => self.folder(layout).join("state"),
        }
    }
}

/// Creates the folder `.conjoin` of an app or the folder of installations, and marks it so that git and backup programs
/// ignore it.
pub(crate) fn prepare(folder: &AbsPath) -> io::Result<()> {
    if folder.join(TAG).as_path().exists() {
        return Ok(());
    }
    fs_err::create_dir_all(folder)?;
    write_whole(folder.join(".gitignore").as_path(), b"*\n")?;
    write_whole(folder.join(TAG).as_path(), TAG_TEXT.as_bytes())
}

/// Removes partially written files of killed processes. The caller has the build lock. Files that cannot be removed do
/// no harm.
pub(crate) fn sweep(scope: Scope, layout: &Layout) {
    let of_profile = |name: &str| layout.dot_conjoin().join(name).join(layout.profile.as_str());
    for folder in [scope.folder(layout), scope.state(layout), of_profile("artifacts"), of_profile("build")] {
        for entry in fs_err::read_dir(folder.as_path()).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
                drop(fs_err::remove_file(entry.path()));
            }
        }
    }
}

/// Writes a file called `name` with these contents into the app's `.conjoin`, unless it has them already.
///
/// # Errors
///
/// The file or the folder cannot be written.
pub fn keep_file(layout: &Layout, name: &str, contents: &[u8]) -> io::Result<()> {
    let folder = layout.dot_conjoin();
    let path = folder.join(name);
    if fs_err::read(&path).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    prepare(&folder)?;
    write_whole(path.as_path(), contents)
}

/// Removes the app's `.conjoin` and nothing else, after waiting for other conjoin processes that use it.
///
/// # Errors
///
/// [`CleanError`] if conjoin did not create the folder, if it cannot be removed, or if the user cancelled while it was
/// in use.
pub fn clean(
    layout: &Layout,
    cancel: &CancelToken,
    waiting: &mut dyn FnMut(Option<u32>),
) -> Result<Cleaned, CleanError> {
    let folder = layout.dot_conjoin();
    let failed = |source| CleanError::Folder { folder: folder.clone(), source };
    let kind = match fs_err::symlink_metadata(&folder) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Cleaned::Nothing),
        Err(error) => return Err(failed(error)),
    };
    if !is_ours(&folder, kind) {
        return Err(CleanError::NotOurs(folder));
    }
    let lock = BuildLock::take(&folder, cancel, waiting)?;
    // It is renamed first, so that an interrupted removal leaves no partial folder.
    let doomed = layout.app.join(format!("{REMOVED_PREFIX}{}", std::process::id()));
    fs_err::rename(&folder, &doomed).map_err(failed)?;
    drop(lock);
    for entry in fs_err::read_dir(layout.app.as_path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(REMOVED_PREFIX) {
            fs_err::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(Cleaned::Removed)
}

fn is_ours(folder: &AbsPath, kind: FileType) -> bool {
    let tag = folder.join(TAG);
    kind.is_dir() && fs_err::read_to_string(&tag).is_ok_and(|text| text.contains("Made by conjoin"))
}
