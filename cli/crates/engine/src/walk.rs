//! Which files below a folder can be inputs at all.
//!
//! Only what lies in the app decides: what a machine's or a parent's configuration ignores is different elsewhere.

use std::path::{Path, PathBuf};

use ignore::{
    DirEntry, WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};

/// The folder of an app that is never an input.
pub(crate) const DOT_CONJOIN: &str = ".conjoin";

/// Folders that are never inputs: conjoin's, and what version control and editors keep.
const NEVER: [&str; 4] = [DOT_CONJOIN, ".git", ".idea", ".vscode"];

/// A folder that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folder<'a>(pub(crate) &'a Path);

impl Folder<'_> {
    /// All files below, but editors' and what is called as one of `except`.
    pub(crate) fn files(self, except: &'static [&'static str]) -> Vec<PathBuf> {
        found(&self.walk(except))
    }

    /// The same, less what is hidden or ignored by version control, as far as the folder and the app in `app` say so.
    pub(crate) fn tree(self, app: &Path, except: &'static [&'static str]) -> Vec<PathBuf> {
        let mut walk = self.walk(except);
        walk.hidden(true).git_ignore(true).require_git(false);
        let ignored = self.ignored_above(app);
        let mut files = found(&walk);
        files.retain(|path| !is_ignored(&ignored, path));
        files
    }

    fn walk(self, except: &'static [&'static str]) -> WalkBuilder {
        let mut walk = WalkBuilder::new(self.0);
        walk.standard_filters(false).follow_links(true).filter_entry(move |entry| counts(entry, except));
        walk
    }

    /// What the `.gitignore` files of the app say that lie above; the walk itself reads those below.
    fn ignored_above(self, app: &Path) -> Vec<Gitignore> {
        if !self.0.starts_with(app) || self.0.starts_with(app.join(DOT_CONJOIN)) {
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

fn found(walk: &WalkBuilder) -> Vec<PathBuf> {
    // Links in a circle and links that lead nowhere are no files.
    let entries = walk.build().flatten();
    entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())).map(DirEntry::into_path).collect()
}

fn is_ignored(ignored: &[Gitignore], path: &Path) -> bool {
    let nearest =
        ignored.iter().map(|ignored| ignored.matched_path_or_any_parents(path, false)).find(|found| !found.is_none());
    nearest.is_some_and(|found| found.is_ignore())
}

fn counts(entry: &DirEntry, except: &[&str]) -> bool {
    let name = entry.file_name();
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let never =
        if is_folder { NEVER.iter().any(|never| name == *never) } else { is_of_an_editor(&name.to_string_lossy()) };
    entry.depth() == 0 || !(never || except.iter().any(|except| name == *except))
}

/// Copies, locks and unsaved changes of Vim, Emacs and their like.
fn is_of_an_editor(name: &str) -> bool {
    let of_vim = [".swp", ".swo", ".swx"].iter().any(|end| name.starts_with('.') && name.ends_with(end));
    of_vim || name.ends_with('~') || name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'))
}
