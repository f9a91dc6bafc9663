//! Which files below a folder can be inputs at all.
//!
//! Only what lies in the app decides: what a machine's or a parent's configuration ignores is different elsewhere.

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

/// Folders that are never inputs: conjoin's, and what version control and editors keep.
const NEVER: [&str; 4] = [DOT_CONJOIN, ".git", ".idea", ".vscode"];

/// A folder that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folder<'a>(pub(crate) &'a Path);

impl Folder<'_> {
    /// All files below, but editors' and what is called as one of `except`.
    pub(crate) fn files(self, except: &'static [&'static str]) -> io::Result<Vec<PathBuf>> {
        let walk = WalkDir::new(self.0).follow_links(true).into_iter();
        let entries = walk.filter_entry(|entry| counts(entry.depth(), entry.file_name(), entry.file_type(), except));
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

    /// The same, less what is hidden or ignored by version control, as far as the folder and the app in `app` say so.
    pub(crate) fn tree(self, app: &Path, except: &'static [&'static str]) -> io::Result<Vec<PathBuf>> {
        if self.0.starts_with(app.join(DOT_CONJOIN)) {
            // Version control has no say there, and to ask it takes longer than the rest.
            let mut files = self.files(except)?;
            files.retain(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
            return Ok(files);
        }
        let mut walk = WalkBuilder::new(self.0);
        walk.standard_filters(false).hidden(true).git_ignore(true).require_git(false).follow_links(true);
        walk.filter_entry(move |entry| {
            entry.file_type().is_none_or(|kind| counts(entry.depth(), entry.file_name(), kind, except))
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

    /// What the `.gitignore` files of the app say that lie above; the walk itself reads those below.
    fn ignored_above(self, app: &Path) -> Vec<Gitignore> {
        if !self.0.starts_with(app) {
            return Vec::new();
        }
        let above = self.0.ancestors().skip(1).take_while(|folder| folder.starts_with(app));
        let files = above.map(|folder| (folder, folder.join(".gitignore"))).filter(|(_, file)| file.is_file());
        let parse = |(folder, file): (&Path, PathBuf)| {
            let mut builder = GitignoreBuilder::new(folder);
            // A line that is no pattern ignores nothing, as in git.
            drop(builder.add(file));
            builder.build().ok()
        };
        files.filter_map(parse).collect()
    }
}

/// Links in a circle and links that lead nowhere are no files; what may not be read could be one.
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

/// Whether what is called `name`, so many folders below the first one, counts.
fn counts(depth: usize, name: &OsStr, kind: FileType, except: &[&str]) -> bool {
    let is_folder = kind.is_dir();
    let never =
        if is_folder { NEVER.iter().any(|never| name == *never) } else { is_of_an_editor(&name.to_string_lossy()) };
    depth == 0 || !(never || except.iter().any(|except| name == *except))
}

/// Copies, locks and unsaved changes of Vim, Emacs and their like.
fn is_of_an_editor(name: &str) -> bool {
    let of_vim = [".swp", ".swo", ".swx"].iter().any(|end| name.starts_with('.') && name.ends_with(end));
    let of_emacs = name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'));
    of_vim || (name.len() > 1 && (of_emacs || name.ends_with('~')))
}
