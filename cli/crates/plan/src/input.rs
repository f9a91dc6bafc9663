//! What steps read: what they declare, and what their tools report.

use crate::{AbsPath, Invocation, StepId};

/// An input of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file that must exist.
    File(AbsPath),
    /// A file that counts if it exists.
    OptionalFile(AbsPath),
    /// All files below a folder, except those that version control ignores, hidden ones, and those with one of these
    /// names.
    Tree {
        /// The folder.
        dir: AbsPath,
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
    },
    /// The names of files below a folder, not their contents. The tool reports which files it read, but an added or
    /// removed file can change which files it would read.
    Names {
        /// The folder.
        dir: AbsPath,
        /// Globs for the files, relative to the folder.
        globs: &'static [&'static str],
        /// Names of folders and files, at any depth, that do not count.
        except: &'static [&'static str],
        /// Whether files count that are hidden or that version control ignores.
        unseen: HiddenFiles,
    },
    /// Files with these names in a folder and in all folders above it, where they exist.
    Above {
        /// The folder.
        dir: AbsPath,
        /// The names; they may lead into folders.
        names: &'static [&'static str],
    },
    /// Files below a folder that match globs.
    Globs {
        /// The folder.
        dir: AbsPath,
        /// The globs, relative to the folder.
        globs: Vec<String>,
        /// Files and folders that match but do not count.
        except: Vec<AbsPath>,
        /// Names of folders and files, at any depth, that do not count either.
        without: &'static [&'static str],
        /// Whether a glob without a match is an error, because a user wrote it.
        must_match: bool,
    },
    /// A value, e.g. the digest of a world.
    Value {
        /// What it is, e.g. `world gateway`.
        name: String,
        /// The value.
        value: String,
    },
    /// A step that must succeed first, although no file depends on it.
    Step(StepId),
}

/// How files count that are hidden or that version control ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenFiles {
    /// They count like others.
    Count,
    /// They do not count.
    Skip,
}

/// How a tool reports the files that it read, and which of them count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The list.
    pub list: ReadList,
    /// Folders whose files do not count, because something else in the key covers them.
    pub except: Vec<AbsPath>,
    /// Which other files count in packages outside of the tool's working folder.
    pub packages: Option<Packages>,
}

/// A list of files that a tool has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadList {
    /// A file in Makefile format, as rustc writes it. A folder in it means everything below it. A file in it that does
    /// not exist counts as absent.
    DepInfo(AbsPath),
    /// The output of this command after the step, in the format of `go list -deps -json`.
    GoList(Box<Invocation>),
}

/// How to find the folder of a package from a file in it. Everything below that folder counts, although the tool does
/// not list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packages {
    /// The extension of the files that identify packages.
    pub source: &'static str,
    /// The file that marks the root of a package. Such files in folders above count as well.
    pub manifest: &'static str,
    /// Names of folders and files in a package, at any depth, that do not count.
    pub except: &'static [&'static str],
}

impl Input {
    /// A value that is part of the key.
    pub fn value(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Value { name: name.into(), value: value.into() }
    }
}
