//! Absolute paths, so that plans do not depend on the current folder.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

/// An absolute path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsPath(PathBuf);

impl AbsPath {
    /// Wraps the path; `None` if it is not absolute.
    pub fn new(path: impl Into<PathBuf>) -> Option<Self> {
        let path = path.into();
        path.is_absolute().then_some(Self(path))
    }

    /// Appends `path` to this folder. An absolute `path` is given as it is.
    #[must_use]
    pub fn join(&self, path: impl AsRef<Path>) -> Self {
        Self(self.0.join(path))
    }

    /// The folder that contains it; the root gives itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.parent().unwrap_or(&self.0).to_owned())
    }

    /// The path with `.` and `..` resolved lexically: links are not followed.
    #[must_use]
    pub fn normal(&self) -> Self {
        let mut parts = PathBuf::new();
        for part in self.0.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()),
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => parts.push(part),
            }
        }
        Self(parts)
    }

    /// The last part of the path; empty for the root.
    pub fn file_name(&self) -> String {
        self.0.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The path as a type of the standard library.
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for AbsPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(formatter)
    }
}
