//! The files of a new app, in memory.

use std::collections::BTreeMap;

use crate::{ScaffoldError, name::is_device};

/// Files by path. Paths are relative to the app's folder, use `/`, and never leave that folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<String, Vec<u8>>,
}

impl FileSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::BadPath`] if the path leaves the folder, is already taken, or cannot be used on some system.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<(), ScaffoldError> {
        let path = path.into();
        if let Some(why) = self.refuse(&path) {
            return Err(ScaffoldError::BadPath { path, why });
        }
        self.files.insert(path, bytes.into());
        Ok(())
    }

    /// Adds all files of `other` below `folder`.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::BadPath`], as for [`FileSet::add`].
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
        if let Some(why) = path.split('/').find_map(refuse_name) {
            return Some(why.to_owned());
        }
        if self.files.contains_key(path) {
            return Some("the file exists already".to_owned());
        }
        let inside = |folder: &str, path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let lower = path.to_lowercase();
        let other =
            self.files.keys().find(|other| inside(other, path) || inside(path, other) || other.to_lowercase() == lower);
        other.map(|other| format!("`{other}` would be in the same place, on some systems at least"))
    }
}

/// Why a file or folder cannot have this name, if so. Letters of all scripts are allowed. Names that some system cannot
/// store, invisible characters, and folders that other programs act on without asking are not.
fn refuse_name(name: &str) -> Option<&'static str> {
    let invisible = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let lower = name.to_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    if matches!(name, "" | "." | "..") || name.ends_with([' ', '.']) {
        Some("it leads out of the folder, or some systems cannot store it")
    } else if name.contains(['\\', ':', '<', '>', '"', '|', '?', '*']) || name.chars().any(invisible) {
        Some("it contains an invisible character, or one that some systems forbid in names")
    } else if is_device(stem) {
        Some("Windows has a device of this name")
    } else if [".git", ".conjoin"].contains(&lower.as_str()) {
        Some("it belongs to git or conjoin, not to a template")
    } else {
        None
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
        let unseen = [
            "e\u{202e}x",
            "\u{feff}e",
            "e?",
            "e*",
            "com1",
            "x/NUL.txt",
            ".git/config",
            "x/.Conjoin/y",
            "B/größe 1",
            "A",
        ];
        let outside = ["", "/a", "../a", "b/../../a", "./a", "b//e", "b/", "b\\e", "C:x", "e\n", "e\0", "e.", "e "];
        let taken = ["a", "a/b", "b", "b/c/d"];
        for path in outside.into_iter().chain(taken).chain(unseen) {
            assert!(matches!(files.add(path, ""), Err(ScaffoldError::BadPath { .. })), "{path}");
        }
        assert_eq!(files.iter().count(), 5);
    }
}
