//! Which file of a WIT folder belongs to which package: the files directly in it are the main package, each file and each folder
//! in `deps/` is one of the packages that it names.

use std::{collections::BTreeMap, sync::Arc};

use conjoin_diagnostics::Source;
use wit_parser::{ParseError, SourceMap, UnresolvedPackageGroup};

/// The files of one package.
pub(crate) struct Group {
    pub(crate) files: Vec<Arc<Source>>,
}

/// A WIT folder.
pub(crate) struct Folder {
    pub(crate) main: Group,
    pub(crate) deps: Vec<Group>,
    /// Files where no package can be.
    pub(crate) undeclared: Vec<Arc<Source>>,
}

impl Folder {
    /// Sorts `files`, whose names begin with `root`.
    pub(crate) fn new(files: &[Arc<Source>], root: &str) -> Self {
        let mut main = Vec::new();
        let mut deps: BTreeMap<String, Vec<Arc<Source>>> = BTreeMap::new();
        let mut undeclared = Vec::new();
        for file in files {
            let path = file.name.replace('\\', "/");
            let path = path.strip_prefix(root.trim_end_matches('/')).unwrap_or(&path);
            let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            match parts.as_slice() {
                [_] => main.push(Arc::clone(file)),
                ["deps", name] | ["deps", name, _] => {
                    deps.entry((*name).to_owned()).or_default().push(Arc::clone(file));
                }
                // A dependency may carry its own dependencies; WIT reads only those of the app.
                ["deps", ..] => {}
                _ => undeclared.push(Arc::clone(file)),
            }
        }
        Self {
            main: Group { files: main },
            deps: deps.into_values().map(|files| Group { files }).collect(),
            undeclared,
        }
    }

    /// All packages, the main one last.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.deps.iter().chain([&self.main])
    }
}

impl Group {
    /// Parses its files as one package.
    pub(crate) fn parse(&self) -> Result<UnresolvedPackageGroup, (SourceMap, ParseError)> {
        let mut map = SourceMap::new();
        for file in &self.files {
            map.push_str(&file.name, file.text.as_str());
        }
        map.parse()
    }
}
