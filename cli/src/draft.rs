//! An app in memory before it is written, for `conjoin new` and `conjoin add`.
//!
//! Everything is parsed and wired before a file is touched, so neither command leaves a broken app behind.

use std::{collections::BTreeMap, sync::Arc};

use conjoin_diagnostics::Source;
use conjoin_manifest::Manifest;
use conjoin_plan::{AbsPath, AppWiring, Layout, Profile, wire};
use conjoin_scaffold::{Change, FileSet, ScaffoldError};
use conjoin_wit::{Wit, WitFile};

use crate::{
    app::{App, load_manifest, load_wit_sources},
    cache_root::CacheRoot,
    choices::scaffold_error,
    exit::CommandError,
    prebuilt::{self, Surfaces},
    settings::Machine,
};

/// An existing app and the changes to it.
pub(crate) struct Draft<'a> {
    machine: &'a Machine,
    /// Its folder.
    pub(crate) dir: AbsPath,
    /// Its current manifest.
    pub(crate) manifest: Manifest,
    /// Its current shared WIT.
    pub(crate) wit: Wit,
    /// Whether its wiring had no errors before.
    was_whole: bool,
    manifest_before: String,
    manifest_now: String,
    /// The files of the shared WIT: their old text, if they existed, and their new text.
    sources: Vec<(Option<Arc<Source>>, Arc<Source>)>,
    new: FileSet,
    /// What the components to write import and export.
    components: Surfaces,
}

impl<'a> Draft<'a> {
    /// Reads the app in `dir`, without changes.
    pub(crate) fn open(machine: &'a Machine, dir: AbsPath) -> Result<Self, CommandError> {
        let here = &machine.process;
        let manifest = load_manifest(here, &dir)?;
        let text = manifest.source.text.clone();
        let folder = dir.join(manifest.app.wit.as_path());
        let mut sources: Vec<_> =
            load_wit_sources(here, &folder)?.into_iter().map(|source| (Some(Arc::clone(&source)), source)).collect();
        let mut new = FileSet::new();
        if sources.is_empty() {
            // The app has no WIT yet.
            let path = format!("{}/{}.wit", manifest.app.wit, manifest.app.name.value);
            let begin = format!("package {}:api;\n", conjoin_scaffold::wit_name(&manifest.app.name.value));
            sources.push((None, Arc::new(Source::new(here.shown(&dir.join(&path)), begin.clone()))));
            new.add(path, begin).map_err(|error| scaffold_error(&error))?;
        }
        let now: Vec<Arc<Source>> = sources.iter().map(|(_, now)| Arc::clone(now)).collect();
        let wit = conjoin_wit::parse(&now, &here.shown(&folder)).map_err(CommandError::project)?;
        let was_whole =
            wire(&manifest, &wit, &dir, &prebuilt::surfaces_of_draft(&layout(machine, &dir), &manifest)).is_ok();
        Ok(Self {
            machine,
            dir,
            manifest,
            wit,
            was_whole,
            manifest_before: text.clone(),
            manifest_now: text,
            sources,
            new,
            components: Surfaces::new(),
        })
    }

    /// Adds tables to the manifest.
    pub(crate) fn add_to_manifest(&mut self, tables: &str) -> Result<(), String> {
        self.manifest_now = conjoin_manifest::insert(&self.manifest_now, tables)?;
        Ok(())
    }

    /// Adds a file.
    pub(crate) fn add_file(&mut self, path: String, bytes: Vec<u8>) -> Result<(), CommandError> {
        self.refuse_existing(&path)?;
        self.new.add(path, bytes).map_err(|error| scaffold_error(&error))
    }

    /// Adds a built component.
    pub(crate) fn add_component(&mut self, path: String, bytes: Vec<u8>) -> Result<(), CommandError> {
        self.components.insert(self.dir.join(&path), prebuilt::inspect(&bytes));
        self.add_file(path, bytes)
    }

    /// Adds a WIT file. Its path is relative to the folder of the shared WIT.
    pub(crate) fn add_wit(&mut self, file: &WitFile) -> Result<(), CommandError> {
        let path = format!("{}/{}", self.manifest.app.wit, file.path.display());
        let name = self.machine.process.shown(&self.dir.join(&path));
        self.sources.push((None, Arc::new(Source::new(name, file.text.clone()))));
        self.add_file(path, file.text.clone().into_bytes())
    }

    /// Makes `world` import the interface `import` of the app's own package.
    pub(crate) fn import(&mut self, world: &str, import: &str) -> Result<(), CommandError> {
        let wit = self.parse_wit()?;
        let Some((source, text)) = wit.with_imports(world, &[import]) else { return Ok(()) };
        for (_, now) in &mut self.sources {
            if now.name == source.name {
                *now = Arc::new(Source::new(source.name.clone(), text.clone()));
            }
        }
        Ok(())
    }

    /// Parses the changed shared WIT.
    pub(crate) fn parse_wit(&self) -> Result<Wit, CommandError> {
        let sources = self.wit_sources();
        conjoin_wit::parse(&sources, &self.wit_root()).map_err(CommandError::project)
    }

    /// The changed files of the shared WIT.
    pub(crate) fn wit_sources(&self) -> Vec<Arc<Source>> {
        self.sources.iter().map(|(_, now)| Arc::clone(now)).collect()
    }

    /// The folder of the shared WIT, as it appears in the names of its files.
    pub(crate) fn wit_root(&self) -> String {
        self.machine.process.shown(&self.dir.join(self.manifest.app.wit.as_path()))
    }

    /// Adds missing WASI packages. Checks and gives the changed app.
    pub(crate) fn complete(&mut self) -> Result<App, CommandError> {
        let missing = conjoin_wit::missing_wasi(&self.wit_sources(), &self.wit_root());
        for file in conjoin_wit::wasi_deps(&missing) {
            self.add_wit(&file)?;
        }
        let name = self.machine.process.shown(&self.dir.join("conjoin.toml"));
        let source = Arc::new(Source::new(name, self.manifest_now.clone()));
        let manifest =
            conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages()).map_err(CommandError::project)?;
        let wit = self.parse_wit()?;
        let layout = layout(self.machine, &self.dir);
        let mut components = prebuilt::surfaces_of_draft(&layout, &manifest);
        components.extend(self.components.clone());
        let wiring = match wire(&manifest, &wit, &self.dir, &components) {
            Ok(wiring) => wiring,
            Err(diagnostics) if self.was_whole => return Err(CommandError::project(diagnostics)),
            // Its wiring had errors before, too. The next build reports them.
            Err(_) => AppWiring::default(),
        };
        Ok(App { manifest, wit, wiring, layout })
    }

    /// Writes all changes or none. `names` are the names of the change for messages. Gives the number of new files.
    pub(crate) fn write(self, names: Vec<String>) -> Result<usize, CommandError> {
        let mut replaced = BTreeMap::new();
        if self.manifest_now != self.manifest_before {
            let both = (self.manifest_before.into_bytes(), self.manifest_now.into_bytes());
            replaced.insert("conjoin.toml".to_owned(), both);
        }
        for (before, now) in self.sources {
            let Some(before) = before else { continue };
            if before.text != now.text {
                let path = self.machine.process.absolute(std::path::Path::new(&now.name));
                let below = path.as_path().strip_prefix(self.dir.as_path()).unwrap_or(path.as_path());
                let both = (before.text.clone().into_bytes(), now.text.clone().into_bytes());
                replaced.insert(below.display().to_string(), both);
            }
        }
        let count = self.new.iter().count();
        let change = Change { names, new: self.new, replaced };
        change.apply(self.dir.as_path()).map_err(|error| scaffold_error(&error))?;
        Ok(count)
    }

    fn refuse_existing(&self, path: &str) -> Result<(), CommandError> {
        if fs_err::symlink_metadata(self.dir.join(path)).is_ok() {
            return Err(scaffold_error(&ScaffoldError::Occupied { path: path.to_owned() }));
        }
        Ok(())
    }
}

/// Checks and gives the app that `files` would form in the folder `dir`.
pub(crate) fn check_files(machine: &Machine, dir: &AbsPath, files: &FileSet) -> Result<App, CommandError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let manifest = files.get("conjoin.toml").map(text).unwrap_or_default();
    let manifest = conjoin_manifest::parse(
        &Arc::new(Source::new("conjoin.toml", manifest)),
        &conjoin_toolchains::all().languages(),
    );
    let manifest = manifest.map_err(CommandError::project)?;
    let root = manifest.app.wit.to_string();
    let sources: Vec<Arc<Source>> = files
        .iter()
        .filter(|(path, _)| path.starts_with(&format!("{root}/")) && is_wit(path))
        .map(|(path, bytes)| Arc::new(Source::new(path, text(bytes))))
        .collect();
    let wit = conjoin_wit::parse(&sources, &root).map_err(CommandError::project)?;
    let components = prebuilt::paths(dir, &manifest).map(|path| {
        let below = path.as_path().strip_prefix(dir.as_path()).unwrap_or(path.as_path()).display().to_string();
        let missing = || Err(prebuilt::missing("the template has no such file"));
        (path, files.get(&below).map_or_else(missing, prebuilt::inspect))
    });
    let wiring = wire(&manifest, &wit, dir, &components.collect()).map_err(CommandError::project)?;
    let layout = layout(machine, dir);
    Ok(App { manifest, wit, wiring, layout })
}

/// The layout of an app that may need no tool, and so no cache folder. `install::offer` refuses an unusable cache
/// folder later.
fn layout(machine: &Machine, dir: &AbsPath) -> Layout {
    CacheRoot::open_if_usable(&machine.process).0.layout(dir.clone(), Profile::Dev)
}

/// Adds the WASI packages that the app's WIT names.
pub(crate) fn add_wasi(files: &mut FileSet) -> Result<(), ScaffoldError> {
    let sources: Vec<Arc<Source>> = files
        .iter()
        .filter(|(path, _)| path.starts_with("wit/") && is_wit(path))
        .map(|(path, bytes)| Arc::new(Source::new(path, String::from_utf8_lossy(bytes))))
        .collect();
    for file in conjoin_wit::wasi_deps(&conjoin_wit::missing_wasi(&sources, "wit")) {
        files.add(format!("wit/{}", file.path.display()), file.text)?;
    }
    Ok(())
}

fn is_wit(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|end| end == "wit")
}
