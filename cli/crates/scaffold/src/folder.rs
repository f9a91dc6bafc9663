//! Templates in a folder of the user. They are read with care, because they may come from anywhere.

use std::{
    fs::FileType,
    io,
    path::{Path, PathBuf},
};

use crate::{ScaffoldError, Template, template::ABOUT};

/// The largest file of a template, in bytes.
const LARGEST: u64 = 1 << 20;
/// The largest template, in bytes.
const LARGEST_ALL: u64 = 16 << 20;
/// The largest number of files in a template.
const MOST: usize = 1000;
/// Files and folders that are not part of the template.
const LEFT_OUT: [&str; 2] = [".git", ".DS_Store"];

impl Template {
    /// Reads the template in the folder `dir`. `name` is the folder as the user typed it. Nothing outside of the folder
    /// is read.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::NoTemplateFolder`] or [`ScaffoldError::NoTemplate`] if there is no template,
    /// [`ScaffoldError::BadTemplate`] if it contains a link, a file above 1 MiB, more than 1000 files, or more than 16
    /// MiB, [`ScaffoldError::Broken`] if it is invalid.
    pub fn read(dir: &Path, name: &str) -> Result<Self, ScaffoldError> {
        let refused = |path: &Path, why: &str| ScaffoldError::BadTemplate {
            name: name.to_owned(),
            path: path.display().to_string(),
            why: why.to_owned(),
        };
        if !dir.is_dir() {
            return Err(ScaffoldError::NoTemplateFolder { path: dir.to_owned() });
        }
        if fs_err::symlink_metadata(dir.join(ABOUT)).is_err() {
            return Err(ScaffoldError::NoTemplate { name: name.to_owned() });
        }
        let mut files = Vec::new();
        let mut total = 0;
        let mut open = vec![PathBuf::new()];
        while let Some(folder) = open.pop() {
            let unreadable = |error: io::Error| refused(&folder, &error.to_string());
            for entry in fs_err::read_dir(dir.join(&folder)).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let below = folder.join(entry.file_name());
                let (Some(path), kind) = (below.to_str(), entry.file_type().map_err(unreadable)?) else {
                    return Err(refused(&below, "its name is not UTF-8"));
                };
                if LEFT_OUT.iter().any(|left_out| entry.file_name() == *left_out) {
                    continue;
                }
                if kind.is_dir() {
                    open.push(below);
                    continue;
                }
                let size = entry.metadata().map_err(unreadable)?.len();
                total += size;
                if let Some(why) = refuse(kind, size, total, files.len()) {
                    return Err(refused(&below, why));
                }
                files.push((path.to_owned(), fs_err::read(dir.join(&below)).map_err(unreadable)?));
            }
        }
        Self::parse_own(name, files)
    }
}

fn refuse(kind: FileType, size: u64, total: u64, count: usize) -> Option<&'static str> {
    if kind.is_symlink() {
        Some("it is a link; a template holds only files and folders")
    } else if !kind.is_file() {
        Some("it is neither a file nor a folder")
    } else if size > LARGEST {
        Some("it is larger than 1 MiB")
    } else if total > LARGEST_ALL {
        Some("the template is larger than 16 MiB in all")
    } else if count >= MOST {
        Some("the template has more than 1000 files")
    } else {
        None
    }
}
