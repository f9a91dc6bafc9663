//! Finds the files below a folder that can be inputs.
//!
//! Only files of the app decide that. Ignore rules of the machine or of folders above the app would differ elsewhere.

use std::{
    ffi::OsStr,
    fs::FileType,
    io,
    path::{Path, PathBuf},
};

use ignore::{
    WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};
use walkdir::WalkDir;

/// The folder of an app that is never an input.
pub(crate) const DOT_CONJOIN: &str = ".conjoin";

/// Folders that are never inputs: those of conjoin, version control and editors.
const NEVER: [&str; 4] = [DOT_CONJOIN, ".git", ".idea", ".vscode"];

/// An existing folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folder<'a>(pub(crate) &'a Path);

impl Folder<'_> {
    /// All files below it, except those of editors and those with a name in `except`.
    pub(crate) fn files(self, except: &'static [&'static str]) -> io::Result<Vec<PathBuf>> {
        let walk = WalkDir::new(self.0).follow_links(true).into_iter();
        let entries =
            walk.filter_entry(|entry| can_be_input(entry.depth(), entry.file_name(), entry.file_type(), except));
        let mut files = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => passable(error.io_error(), &error)?,
            }
        }
        Ok(files)
    }

    /// All files below it, except those of editors, those with a name in `except`, hidden files, and files that
    /// `.gitignore` files of the folder or of the app in `app` name.
    pub(crate) fn tree(self, app: &Path, except: &'static [&'static str]) -> io::Result<Vec<PathBuf>> {
        if self.0.starts_with(app.join(DOT_CONJOIN)) {
            // Version control does not apply there, and evaluating its rules takes longer than the rest.
            let mut files = self.files(except)?;
            files.retain(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
            return Ok(files);
        }
        let mut walk = WalkBuilder::new(self.0);
        walk.standard_filters(false).hidden(true).git_ignore(true).require_git(false).follow_links(true);
        walk.filter_entry(move |entry| {
            entry.file_type().is_none_or(|kind| can_be_input(entry.depth(), entry.file_name(), kind, except))
        });
        let ignored = self.ignored_above(app);
        let mut files = Vec::new();
        for entry in walk.build() {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    files.extend(Some(entry.into_path()).filter(|path| is_file && !is_ignored(&ignored, path)));
                }
                Err(error) => passable(error.io_error(), &error)?,
            }
        }
        Ok(files)
    }

    /// The rules of the app's `.gitignore` files above this folder. The walk itself reads those below.
    fn ignored_above(self, app: &Path) -> Vec<Gitignore> {
        if !self.0.starts_with(app) {
            return Vec::new();
        }
        let above = self.0.ancestors().skip(1).take_while(|folder| folder.starts_with(app));
        let files = above.map(|folder| (folder, folder.join(".gitignore"))).filter(|(_, file)| file.is_file());
        let parse = |(folder, file): (&Path, PathBuf)| {
            let mut builder = GitignoreBuilder::new(folder);
            // An invalid pattern ignores nothing, as in git.
            drop(builder.add(file));
            builder.build().ok()
        };
        files.filter_map(parse).collect()
    }
}

/// Skips circular and dangling links, which are not files. Gives other errors, because the entry could be a file.
fn passable(cause: Option<&io::Error>, error: &dyn std::error::Error) -> io::Result<()> {
    match cause.map(io::Error::kind) {
        Some(kind @ io::ErrorKind::PermissionDenied) => Err(io::Error::new(kind, error.to_string())),
        _ => Ok(()),
    }
}

fn is_ignored(ignored: &[Gitignore], path: &Path) -> bool {
    let nearest =
        ignored.iter().map(|ignored| ignored.matched_path_or_any_parents(path, false)).find(|found| !found.is_none());
    nearest.is_some_and(|found| found.is_ignore())
}

/// Whether the entry called `name`, `depth` folders below the first one, can be an input.
fn can_be_input(depth: usize, name: &OsStr, kind: FileType, except: &[&str]) -> bool {
    let is_folder = kind.is_dir();
    let never =
        if is_folder { NEVER.iter().any(|never| name == *never) } else { is_of_an_editor(&name.to_string_lossy()) };
    depth == 0 || !(never || except.iter().any(|except| name == *except))
}

/// Whether it is a backup, a lock or an unsaved change of an editor such as Vim or Emacs.
fn is_of_an_editor(name: &str) -> bool {
    let of_vim = [".swp", ".swo", ".swx"].iter().any(|end| name.starts_with('.') && name.ends_with(end));
    let of_emacs = name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'));
    of_vim || (name.len() > 1 && (of_emacs || name.ends_with('~')))
}
