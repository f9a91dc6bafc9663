//! What the inputs of a step are at this moment: files by name and hash, and values.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::{AbsPath, Action, Input, Step, StepId};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::{
    DirEntry, WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::{
    digest::{Digest, Digests, Seen},
    names::Roots,
};

/// The folder of an app that is never an input.
pub(crate) const DOT_CONJOIN: &str = ".conjoin";

/// The inputs of a step as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    /// The files by name.
    pub(crate) files: BTreeMap<String, Seen>,
    /// The values by name.
    pub(crate) values: BTreeMap<String, String>,
}

/// Why inputs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A file that must be there is not.
    #[error("there is no `{0}`")]
    Missing(AbsPath),
    /// A folder stands where a file is needed.
    #[error("`{0}` is a folder, not a file")]
    Folder(AbsPath),
    /// A glob cannot be understood.
    #[error("`{glob}` is not a glob")]
    Glob {
        /// The glob.
        glob: String,
        /// The cause.
        #[source]
        source: globset::Error,
    },
    /// A glob that names inputs matches none.
    #[error("no file in `{folder}` matches `{glob}`, one of its `inputs`")]
    NoMatch {
        /// The glob.
        glob: String,
        /// Where files were looked for.
        folder: AbsPath,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}

/// Reads inputs.
pub(crate) struct Reader<'a> {
    pub(crate) roots: &'a Roots,
    pub(crate) app: &'a Path,
    pub(crate) digests: &'a Digests,
    /// What was seen the last time.
    pub(crate) remembered: Option<&'a BTreeMap<String, Seen>>,
    /// The key of a step that was carried out before.
    pub(crate) key_of: &'a dyn Fn(&StepId) -> Option<Digest>,
}

impl Reader<'_> {
    /// All inputs of `step`, those that its action implies included.
    pub(crate) fn read(&self, step: &Step) -> Result<Inputs, InputError> {
        let mut inputs = Inputs::default();
        for input in &step.inputs {
            self.add(input, &mut inputs)?;
        }
        for input in implied(&step.action) {
            self.add(&input, &mut inputs)?;
        }
        Ok(inputs)
    }

    fn add(&self, input: &Input, inputs: &mut Inputs) -> Result<(), InputError> {
        match input {
            Input::File(path) => self.file(path, inputs),
            Input::OptionalFile(path) if path.as_path().exists() => self.file(path, inputs),
            Input::OptionalFile(_) => Ok(()),
            Input::Tree { dir, except } => {
                let ignored = self.ignored_above(dir.as_path());
                self.walk(dir, &visible_files(dir, except), inputs, &|path| !is_ignored(&ignored, path))
            }
            Input::Globs { dir, globs, except, must_match } => {
                let set = glob_set(globs)?;
                let matched = RefCell::new(BTreeSet::new());
                let counts = |path: &Path| {
                    let found = path.strip_prefix(dir).map(|path| set.matches(path)).unwrap_or_default();
                    let counts = !found.is_empty() && !except.iter().any(|except| except.as_path() == path);
                    if counts {
                        matched.borrow_mut().extend(found);
                    }
                    counts
                };
                self.walk(dir, &all_files(dir, &[]), inputs, &counts)?;
                let matched = matched.into_inner();
                match (0..globs.len()).find(|glob| *must_match && !matched.contains(glob)) {
                    Some(glob) => Err(InputError::NoMatch { glob: globs[glob].clone(), folder: dir.clone() }),
                    None => Ok(()),
                }
            }
            Input::Value { name, value } => {
                inputs.values.insert(name.clone(), value.clone());
                Ok(())
            }
            Input::Step(id) => {
                let key = (self.key_of)(id).map(|key| key.to_string()).unwrap_or_default();
                inputs.values.insert(format!("step {id}"), key);
                Ok(())
            }
        }
    }

    fn file(&self, path: &AbsPath, inputs: &mut Inputs) -> Result<(), InputError> {
        let name = self.roots.name(path.as_path());
        if inputs.files.contains_key(&name) {
            return Ok(());
        }
        match fs_err::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Err(InputError::Folder(path.clone())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(InputError::Missing(path.clone())),
            Err(error) => return Err(error.into()),
        }
        self.hash(path.as_path(), name, inputs)
    }

    fn hash(&self, path: &Path, name: String, inputs: &mut Inputs) -> Result<(), InputError> {
        let remembered = self.remembered.and_then(|remembered| remembered.get(&name));
        let seen = self.digests.file(path, remembered)?;
        inputs.files.insert(name, seen);
        Ok(())
    }

    /// Adds the files below `dir` that `walk` comes across and `counts` accepts.
    fn walk(
        &self,
        dir: &AbsPath,
        walk: &WalkBuilder,
        inputs: &mut Inputs,
        counts: &dyn Fn(&Path) -> bool,
    ) -> Result<(), InputError> {
        if !dir.as_path().is_dir() {
            return Err(InputError::Missing(dir.clone()));
        }
        for entry in walk.build() {
            // Links in a circle and links that lead nowhere are no files.
            let Ok(entry) = entry else { continue };
            let path = entry.path();
            if entry.file_type().is_some_and(|kind| kind.is_file()) && counts(path) {
                match self.hash(path, self.roots.name(path), inputs) {
                    // An editor's temporary file was there a moment ago.
                    Err(InputError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }

    /// What the `.gitignore` files of the app say that lie above `dir`; the walk itself reads those below.
    fn ignored_above(&self, dir: &Path) -> Vec<Gitignore> {
        if !dir.starts_with(self.app) || dir.starts_with(self.app.join(DOT_CONJOIN)) {
            return Vec::new();
        }
        let above = dir.ancestors().skip(1).take_while(|folder| folder.starts_with(self.app));
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

/// A walk over everything below `dir` but conjoin's and git's folders and those called `except`.
///
/// Only what lies in the app decides: what a machine's or a parent's configuration ignores is different elsewhere.
fn all_files(dir: &AbsPath, except: &'static [&'static str]) -> WalkBuilder {
    let mut walk = WalkBuilder::new(dir.as_path());
    walk.standard_filters(false).follow_links(true).filter_entry(move |entry| !is_excepted(entry, except));
    walk
}

/// The same, less what is hidden or ignored by version control.
fn visible_files(dir: &AbsPath, except: &'static [&'static str]) -> WalkBuilder {
    let mut walk = all_files(dir, except);
    walk.hidden(true).git_ignore(true).require_git(false);
    walk
}

fn is_ignored(ignored: &[Gitignore], path: &Path) -> bool {
    let nearest =
        ignored.iter().map(|ignored| ignored.matched_path_or_any_parents(path, false)).find(|found| !found.is_none());
    nearest.is_some_and(|found| found.is_ignore())
}

fn is_excepted(entry: &DirEntry, except: &[&str]) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let name = entry.file_name();
    entry.depth() > 0
        && is_folder
        && (name == DOT_CONJOIN || name == ".git" || except.iter().any(|except| name == *except))
}

fn glob_set(globs: &[String]) -> Result<GlobSet, InputError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let wrong = |source| InputError::Glob { glob: glob.clone(), source };
        set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(wrong)?);
    }
    set.build().map_err(|source| InputError::Glob { glob: globs.join(", "), source })
}

/// What an action reads by its nature.
fn implied(action: &Action) -> Vec<Input> {
    match action {
        Action::Run(_) | Action::Write(_) => Vec::new(),
        Action::Copy(copy) => vec![Input::File(copy.from.clone())],
        Action::Generate(generate) => vec![Input::Tree { dir: generate.wit.clone(), except: &[] }],
        Action::Encode(encode) => {
            vec![Input::File(encode.module.clone()), Input::Tree { dir: encode.wit.clone(), except: &[] }]
        }
        Action::Compose(compose) => compose.components.values().cloned().map(Input::File).collect(),
        Action::Prove(prove) => vec![Input::File(prove.component.clone())],
        Action::Precompile(precompile) => vec![Input::File(precompile.component.clone())],
    }
}
