//! Changes several files of an existing app, all or none of them.
//!
//! All files are written into `.conjoin/change/` first, then a journal that lists where each one goes. From then on the
//! change counts as made. The files are renamed into place, and the journal is removed. A process that is killed before
//! the journal is complete leaves the old app. If it is killed later, [`Change::finish`] completes the change.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{FileSet, ScaffoldError};

/// The folder in which changes are prepared, below the app.
const STAGE: &str = ".conjoin/change";
const JOURNAL: &str = "journal.json";

/// A change to an app: files to add and files to replace.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The names of the components that it adds, for messages.
    pub names: Vec<String>,
    /// The files to add, which must not exist yet.
    pub new: FileSet,
    /// The files to replace, by path: their content before and after.
    pub replaced: BTreeMap<String, (Vec<u8>, Vec<u8>)>,
}

/// A completed change that an earlier process had begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedChange {
    /// The names of the components that it added.
    pub names: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Journal {
    names: Vec<String>,
    moves: Vec<Move>,
}

/// One file of the stage and the path that it moves to.
#[derive(Serialize, Deserialize)]
struct Move {
    from: String,
    to: String,
    /// The file in the stage with the content before the change; `None` for a new file.
    before: Option<String>,
}

impl Change {
    /// Makes the change in the folder `app`: all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::Occupied`] if a new file exists, [`ScaffoldError::Outside`] if a path leads out of the app
    /// through a link, [`ScaffoldError::Change`] if the file system refuses.
    pub fn apply(&self, app: &Path) -> Result<(), ScaffoldError> {
        let stage = app.join(STAGE);
        for (path, _) in self.new.iter() {
            let place = app.join(path);
            if fs_err::symlink_metadata(&place).is_ok() {
                return Err(ScaffoldError::Occupied { path: path.to_owned() });
            }
            check_inside(app, path)?;
        }
        self.replaced.keys().try_for_each(|path| check_inside(app, path))?;
        let prepared = self.prepare(&stage);
        let journal = prepared.map_err(|source| {
            drop(fs_err::remove_dir_all(&stage));
            ScaffoldError::Change { path: STAGE.to_owned(), source }
        })?;
        carry_out(app, &stage, &journal)
    }

    /// Whether an earlier process was interrupted in the middle of a change of `app`.
    pub fn is_pending(app: &Path) -> bool {
        app.join(STAGE).join(JOURNAL).is_file()
    }

    /// Completes the change that an earlier process began in `app`. Gives `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::Interrupted`] if one of the files was edited since, [`ScaffoldError::BadPath`] or
    /// [`ScaffoldError::Outside`] if the journal names a path that no change may write, [`ScaffoldError::Change`] if
    /// the file system refuses.
    pub fn finish(app: &Path) -> Result<Option<CompletedChange>, ScaffoldError> {
        let stage = app.join(STAGE);
        let Ok(text) = fs_err::read_to_string(stage.join(JOURNAL)) else { return Ok(None) };
        let unusable = |error: serde_json::Error| ScaffoldError::Change {
            path: format!("{STAGE}/{JOURNAL}"),
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        };
        let journal: Journal = serde_json::from_str(&text).map_err(unusable)?;
        // The journal may have come with the folder, so its paths follow the rules for a change of this process.
        let mut paths = FileSet::new();
        for step in &journal.moves {
            paths.add(step.to.clone(), "")?;
            check_inside(app, &step.to)?;
            for name in step.before.iter().chain([&step.from]) {
                if name.contains(['/', '\\']) || name.starts_with('.') {
                    return Err(ScaffoldError::BadPath {
                        path: name.clone(),
                        why: "it is not a file of the change".into(),
                    });
                }
            }
        }
        refuse_edited(app, &stage, &journal)?;
        carry_out(app, &stage, &journal)?;
        Ok(Some(CompletedChange { names: journal.names }))
    }

    /// Writes all files and the journal into the stage. When this returns, the change counts as made.
    fn prepare(&self, stage: &Path) -> io::Result<Journal> {
        if stage.exists() {
            fs_err::remove_dir_all(stage)?;
        }
        fs_err::create_dir_all(stage)?;
        let mut moves = Vec::new();
        let mut write = |to: &str, bytes: &[u8], before: Option<&[u8]>| -> io::Result<()> {
            let from = moves.len().to_string();
            fs_err::write(stage.join(&from), bytes)?;
            let name = before.map(|_| format!("{from}-before"));
            if let (Some(name), Some(before)) = (&name, before) {
                fs_err::write(stage.join(name), before)?;
            }
            moves.push(Move { from, to: to.to_owned(), before: name });
            Ok(())
        };
        for (path, bytes) in self.new.iter() {
            write(path, bytes, None)?;
        }
        for (path, (before, after)) in &self.replaced {
            write(path, after, Some(before))?;
        }
        let journal = Journal { names: self.names.clone(), moves };
        let text = serde_json::to_vec_pretty(&journal).map_err(io::Error::other)?;
        fs_err::write(stage.join("journal.new"), text)?;
        fs_err::rename(stage.join("journal.new"), stage.join(JOURNAL))?;
        Ok(journal)
    }
}

/// Moves the files into place. Those that an earlier process moved are no longer in the stage.
fn carry_out(app: &Path, stage: &Path, journal: &Journal) -> Result<(), ScaffoldError> {
    for step in &journal.moves {
        let (from, to) = (stage.join(&step.from), app.join(&step.to));
        if from.exists() {
            move_file(&from, &to).map_err(|source| ScaffoldError::Change { path: step.to.clone(), source })?;
        }
    }
    let removed = fs_err::remove_file(stage.join(JOURNAL)).and_then(|()| fs_err::remove_dir_all(stage));
    removed.map_err(|source| ScaffoldError::Change { path: STAGE.to_owned(), source })
}

fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs_err::create_dir_all(folder)?;
    }
    match fs_err::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = to.with_extension("conjoin-new");
            fs_err::copy(from, &beside)?;
            fs_err::rename(&beside, to)?;
            fs_err::remove_file(from)
        }
        done => done,
    }
}

/// Refuses to complete a change if one of its files was edited after the process was killed.
fn refuse_edited(app: &Path, stage: &Path, journal: &Journal) -> Result<(), ScaffoldError> {
    for step in &journal.moves {
        let staged = stage.join(&step.from);
        if !staged.exists() {
            continue;
        }
        let now = fs_err::read(app.join(&step.to)).ok();
        let before = step.before.as_ref().and_then(|name| fs_err::read(stage.join(name)).ok());
        if now != before {
            let moved =
                journal.moves.iter().filter(|other| other.before.is_none() && !stage.join(&other.from).exists());
            let added = moved.map(|other| other.to.clone()).collect();
            let removed = fs_err::remove_dir_all(stage);
            removed.map_err(|source| ScaffoldError::Change { path: STAGE.to_owned(), source })?;
            return Err(ScaffoldError::Interrupted { path: step.to.clone(), added });
        }
    }
    Ok(())
}

/// Refuses a path whose nearest existing folder is outside of the app because of a link.
fn check_inside(app: &Path, path: &str) -> Result<(), ScaffoldError> {
    let failed = |source| ScaffoldError::Change { path: path.to_owned(), source };
    let app = fs_err::canonicalize(app).map_err(failed)?;
    let mut folder: PathBuf = app.join(path);
    loop {
        folder.pop();
        if fs_err::symlink_metadata(&folder).is_ok() {
            let real = fs_err::canonicalize(&folder).map_err(failed)?;
            return if real.starts_with(&app) { Ok(()) } else { Err(ScaffoldError::Outside { path: path.to_owned() }) };
        }
    }
}
