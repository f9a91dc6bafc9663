//! The folders in which the engine keeps what it makes, and their removal.

use std::{fs::FileType, io};

use conjoin_plan::{AbsPath, Layout};

use crate::{
    CancelToken, LockError,
    build_lock::BuildLock,
    write::{TEMPORARY, write_whole},
};

/// The file that tells conjoin, and backup programs, whose folder it is and that it can be thrown away.
const TAG: &str = "CACHEDIR.TAG";

/// The first line is what makes it a tag; the second says whose it is.
const TAG_TEXT: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Made by conjoin; `conjoin clean` removes this folder.\n";

/// What the folder is called while it is being removed.
pub(crate) const DOOMED: &str = ".conjoin-removed-";

/// For what a plan is carried out, and so where it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To build the app: in its `.conjoin`.
    App,
    /// To install tools for all apps: in the cache folder.
    Cache,
}

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// The folder is not one that conjoin made.
    #[error("`{0}` was not made by conjoin, so it is not removed")]
    NotOurs(AbsPath),
    /// It cannot be removed.
    #[error("cannot remove `{folder}`")]
    Folder {
        /// The folder.
        folder: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It is in use.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// What cleaning came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleaned {
    /// The folder is gone.
    Removed,
    /// There was none.
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

/// Makes the folder `.conjoin` of an app, or that of the installations, which git and backup programs leave alone.
pub(crate) fn prepare(folder: &AbsPath) -> io::Result<()> {
    if folder.join(TAG).as_path().exists() {
        return Ok(());
    }
    fs_err::create_dir_all(folder)?;
    write_whole(folder.join(".gitignore").as_path(), b"*\n")?;
    write_whole(folder.join(TAG).as_path(), TAG_TEXT.as_bytes())
}

/// Removes what killed processes left half written where conjoin writes. The caller has the build lock. What cannot be removed does no
/// harm.
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

/// Keeps a file called `name` in the app's `.conjoin`, with these contents; written only if it differs.
pub fn keep_file(layout: &Layout, name: &str, contents: &[u8]) -> io::Result<()> {
    let folder = layout.dot_conjoin();
    let path = folder.join(name);
    if fs_err::read(&path).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    prepare(&folder)?;
    write_whole(path.as_path(), contents)
}

/// Removes the app's `.conjoin`, once no other conjoin works in it: that folder and nothing else, and only if conjoin made it.
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
    // First out of the way in one go, so that a removal that is interrupted leaves nothing half there.
    let doomed = layout.app.join(format!("{DOOMED}{}", std::process::id()));
    fs_err::rename(&folder, &doomed).map_err(failed)?;
    drop(lock);
    for entry in fs_err::read_dir(layout.app.as_path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(DOOMED) {
            fs_err::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(Cleaned::Removed)
}

fn is_ours(folder: &AbsPath, kind: FileType) -> bool {
    let tag = folder.join(TAG);
    kind.is_dir() && fs_err::read_to_string(&tag).is_ok_and(|text| text.contains("Made by conjoin"))
}
