//! Paths as a manifest writes them.

use std::{
    fmt,
    path::{Component as Part, Path, PathBuf},
};

/// A path of the manifest: relative to the app's folder and not leaving it, or absolute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppPath(PathBuf);

impl AppPath {
    /// The path without `.` and inner `..`; `None` if it leaves the app's folder.
    pub fn parse(text: &str) -> Option<Self> {
        let mut clean = PathBuf::new();
        for part in Path::new(text).components() {
            match part {
                Part::CurDir => {}
                Part::ParentDir => {
                    if !clean.pop() {
                        return None;
                    }
                }
                Part::Prefix(_) | Part::RootDir | Part::Normal(_) => clean.push(part),
            }
        }
        Some(Self(clean))
    }

    /// The path, to be joined to the app's folder.
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for AppPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(formatter)
    }
}
