//! Reads the current inputs of a step: files by name and hash, and values.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    io,
    path::{Path, PathBuf},
};

use conjoin_plan::{AbsPath, Action, HiddenFiles, Input, Step, StepId};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{
    digest::{Digest, Digests, FileRecord},
    names::Roots,
    stamp::FileTime,
    walk::Folder,
};

/// The current inputs of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    /// The files by name.
    pub(crate) files: BTreeMap<String, FileRecord>,
    /// The names of files of which only the existence counts.
    pub(crate) names: BTreeSet<String>,
    /// The values by name.
    pub(crate) values: BTreeMap<String, String>,
    /// The keys of the steps that it depends on.
    pub(crate) steps: BTreeMap<String, Option<Digest>>,
    /// The files that were touched after [`Reader::since`].
    pub(crate) touched: Vec<String>,
}

/// Why inputs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A required file does not exist.
    #[error("there is no `{0}`")]
    Missing(AbsPath),
    /// A folder is where a file is needed.
    #[error("`{0}` is a folder, not a file")]
    Folder(AbsPath),
    /// A pipe, a socket or a device is where a file is needed.
    #[error("`{0}` is a pipe, a socket or a device, not a file")]
    Special(AbsPath),
    /// A glob is invalid.
    #[error("`{glob}` is not a glob")]
    Glob {
        /// The glob.
        glob: String,
        /// The cause.
        #[source]
        source: globset::Error,
    },
    /// A glob for inputs matches no file.
    #[error("no file in `{folder}` matches `{glob}`, one of its `inputs`")]
    NoMatch {
        /// The glob.
        glob: String,
        /// The folder that was searched.
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
    /// Gives the earlier record of a file.
    pub(crate) remembered: &'a dyn Fn(&str) -> Option<FileRecord>,
    /// Files touched after this time are collected.
    pub(crate) since: Option<FileTime>,
    /// Gives the key of an earlier step.
    pub(crate) key_of: &'a dyn Fn(&StepId) -> Option<Digest>,
}

impl Reader<'_> {
    /// Reads all inputs of `step`, including those that its action implies.
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
            Input::File(path) => match fs_err::metadata(path) {
                Ok(metadata) => self.file(path, &metadata, inputs),
                Err(error) => Err(unreadable(path, error)),
            },
            Input::OptionalFile(path) => match fs_err::metadata(path).map(|it| self.file(path, &it, inputs)) {
                Ok(Err(InputError::Missing(_))) | Err(_) => Ok(()),
                Ok(other) => other,
            },
            Input::Tree { dir, except } => {
                let files = existing(dir)?.tree(self.app, except)?;
                files.iter().try_for_each(|path| self.read_if_present(path, inputs))
            }
            Input::Names { dir, globs, except, unseen } => {
                let set = glob_set(globs)?;
                let files = match unseen {
                    HiddenFiles::Skip => existing(dir)?.tree(self.app, except)?,
                    HiddenFiles::Count => existing(dir)?.files(except)?,
                };
                let counts = |path: &PathBuf| path.strip_prefix(dir).is_ok_and(|below| set.is_match(below));
                inputs.names.extend(files.iter().filter(|path| counts(path)).map(|path| self.roots.name(path)));
                Ok(())
            }
            Input::Above { dir, names } => {
                let folders = dir.as_path().ancestors();
                let paths = folders.flat_map(|folder| names.iter().map(|name| folder.join(name)));
                paths.filter_map(AbsPath::new).try_for_each(|path| match fs_err::metadata(&path) {
                    Ok(metadata) if metadata.is_file() => self.file(&path, &metadata, inputs),
                    _ => Ok(()),
                })
            }
            Input::Globs { dir, globs, except, without, must_match } => {
                let set = glob_set(globs)?;
                let mut matched = BTreeSet::new();
                for path in existing(dir)?.files(without)? {
                    let found = path.strip_prefix(dir).map(|path| set.matches(path)).unwrap_or_default();
                    if !found.is_empty() && !except.iter().any(|except| path.starts_with(except)) {
                        matched.extend(found);
                        self.read_if_present(&path, inputs)?;
                    }
                }
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
                inputs.steps.insert(id.to_string(), (self.key_of)(id));
                Ok(())
            }
        }
    }

    fn file(&self, path: &AbsPath, metadata: &Metadata, inputs: &mut Inputs) -> Result<(), InputError> {
        if metadata.is_dir() {
            return Err(InputError::Folder(path.clone()));
        }
        // Opening a pipe would wait for a writer.
        if !metadata.is_file() {
            return Err(InputError::Special(path.clone()));
        }
        self.hash(path.as_path(), metadata, inputs).map_err(|error| unreadable(path, error))
    }

    fn hash(&self, path: &Path, metadata: &Metadata, inputs: &mut Inputs) -> io::Result<()> {
        let name = self.roots.name(path);
        if inputs.files.contains_key(&name) {
            return Ok(());
        }
        let (seen, touched) = self.digests.file(path, metadata, (self.remembered)(&name))?;
        if self.since.is_some_and(|since| touched > since) {
            inputs.touched.push(name.clone());
        }
        inputs.files.insert(name, seen);
        Ok(())
    }

    /// Reads a file that was just listed, unless it is gone by now, e.g. an editor's temporary file.
    fn read_if_present(&self, path: &Path, inputs: &mut Inputs) -> Result<(), InputError> {
        match fs_err::metadata(path).and_then(|metadata| self.hash(path, &metadata, inputs)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn unreadable(path: &AbsPath, error: io::Error) -> InputError {
    if error.kind() == io::ErrorKind::NotFound { InputError::Missing(path.clone()) } else { error.into() }
}

/// The folder, which must exist.
fn existing(dir: &AbsPath) -> Result<Folder<'_>, InputError> {
    if dir.as_path().is_dir() { Ok(Folder(dir.as_path())) } else { Err(InputError::Missing(dir.clone())) }
}

fn glob_set(globs: &[impl AsRef<str>]) -> Result<GlobSet, InputError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.as_ref();
        let wrong = |source| InputError::Glob { glob: glob.to_owned(), source };
        set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(wrong)?);
    }
    set.build().map_err(|source| {
        let globs: Vec<&str> = globs.iter().map(AsRef::as_ref).collect();
        InputError::Glob { glob: globs.join(", "), source }
    })
}

/// The inputs that an action implies.
fn implied(action: &Action) -> Vec<Input> {
    match action {
        Action::Run(_) | Action::Write(_) | Action::WriteWorld(_) => Vec::new(),
        Action::Copy(copy) | Action::Strip(copy) => vec![Input::File(copy.from.clone())],
        Action::Generate(generate) => vec![Input::Tree { dir: generate.wit.clone(), except: &[] }],
        Action::Encode(encode) => {
            vec![Input::File(encode.module.clone()), Input::Tree { dir: encode.wit.clone(), except: &[] }]
        }
        Action::Compose(compose) => compose.components.values().cloned().map(Input::File).collect(),
        Action::Prove(prove) => vec![Input::File(prove.component.clone())],
        Action::Precompile(precompile) => vec![Input::File(precompile.component.clone())],
    }
}
