//! The files of a new app, in memory.

use std::collections::BTreeMap;

use crate::ScaffoldError;

/// Files by their path below the app's folder, which uses `/` and never leaves that folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<String, Vec<u8>>,
}

impl FileSet {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; refuses a path that leaves the folder or where a file or folder is already.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<(), ScaffoldError> {
        let path = path.into();
        if let Some(why) = self.refuse(&path) {
            return Err(ScaffoldError::BadPath { path, why });
        }
        self.files.insert(path, bytes.into());
        Ok(())
    }

    /// Adds all files of `other` below `folder`.
    pub fn add_below(&mut self, folder: &str, other: Self) -> Result<(), ScaffoldError> {
        other.files.into_iter().try_for_each(|(path, bytes)| self.add(format!("{folder}/{path}"), bytes))
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    fn refuse(&self, path: &str) -> Option<String> {
        if path.contains(['\\', ':']) || path.chars().any(char::is_control) {
            return Some("it contains `\\`, `:` or a control character".to_owned());
        }
        if path.split('/').any(|part| matches!(part, "" | "." | "..") || part.ends_with([' ', '.'])) {
            return Some("it leads out of the folder, or not every system can have it".to_owned());
        }
        if self.files.contains_key(path) {
            return Some("there is already such a file".to_owned());
        }
        let inside = |folder: &str, path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let other = self.files.keys().find(|other| inside(other, path) || inside(path, other));
        other.map(|other| format!("`{other}` would be in the same place"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_folder() {
        let mut files = FileSet::new();
        for path in ["a", "b/c", "b/.d", ".github/x", "b/größe 1"] {
            files.add(path, "").expect(path);
        }
        let outside = ["", "/a", "../a", "b/../../a", "./a", "b//e", "b/", "b\\e", "C:x", "e\n", "e\0", "e.", "e "];
        let taken = ["a", "a/b", "b", "b/c/d"];
        for path in outside.into_iter().chain(taken) {
            assert!(matches!(files.add(path, ""), Err(ScaffoldError::BadPath { .. })), "{path}");
        }
        assert_eq!(files.iter().count(), 5);
    }
}
