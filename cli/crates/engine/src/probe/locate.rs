//! Where a tool may be.
//!
//! In order: the program that its variable names, which is taken as it is; the programs on `PATH`, of which the first
//! in the window wins; what conjoin installed into the cache folder. Nothing that could not be used is taken over
//! something that can.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use conjoin_plan::{AbsPath, FoundIn, FoundTool, Locate, Probe, ProbedTool, Tool, Version, recipe_beside};

use super::{ProbeContext, ask::Asker, identity};

/// The search for tools.
pub(super) struct Search<'a> {
    pub(super) context: &'a ProbeContext<'a>,
    pub(super) asker: Asker<'a>,
}

/// What is already known of other tools.
type Known = BTreeMap<Tool, ProbedTool>;

impl Search<'_> {
    /// Looks everywhere for the tool.
    pub(super) fn find(&self, spec: Tool, known: &Known) -> ProbedTool {
        if let Some(value) = self.context.environment.get(spec.variable) {
            return self.named_by_variable(spec, Path::new(value), known);
        }
        let mut best = ProbedTool::Missing;
        for (path, found_in) in self.candidates(spec, known) {
            let fact = self.judge(spec, &path, found_in, known);
            match (&fact, &best) {
                (ProbedTool::Found(_), _) => return fact,
                (ProbedTool::OutsideWindow(_) | ProbedTool::Broken { .. }, ProbedTool::Missing) => best = fact,
                _ => {}
            }
        }
        best
    }

    /// The program of this name; its contents stand for its version.
    pub(super) fn program(&self, name: &str) -> Option<FoundTool> {
        let path = if name.starts_with('/') {
            AbsPath::new(name).filter(|path| is_program(path.as_path()))
        } else {
            first_program(&self.context.environment.path_folders(), name)
        }?;
        let says = format!("{} {}", path.file_name(), self.asker.contents(&path)?);
        Some(FoundTool { path, version: (0, 0, 0), says, found_in: FoundIn::Path })
    }

    /// What the tool says of its version in `place`, if something there makes it another one than in the app's folder.
    pub(super) fn says_in(&self, specs: &[Tool], tool: Tool, place: &AbsPath, known: &Known) -> Option<String> {
        let Probe::Run { args, after } = specs.iter().find(|spec| **spec == tool)?.probe else { return None };
        let ProbedTool::Found(found) = known.get(tool)? else { return None };
        if !identity::is_chosen_below(&found.path, place, &self.context.layout.app) {
            return None;
        }
        let asker = Asker { place, ..self.asker };
        asker.version(tool, &found.path, args, after).ok().map(|(_, says)| says)
    }

    fn named_by_variable(&self, spec: Tool, value: &Path, known: &Known) -> ProbedTool {
        let path = self.context.layout.app.join(value);
        let complaint = match value {
            value if !value.is_absolute() => "the variable must hold an absolute path",
            value if !value.exists() => "there is no such file",
            _ => return self.judge(spec, &path, FoundIn::Variable, known),
        };
        let command = format!("{}={}", spec.variable, value.display());
        ProbedTool::Broken { path, command, output: complaint.to_owned() }
    }

    /// Everything that could be the tool, the preferred one first.
    fn candidates(&self, spec: Tool, known: &Known) -> Vec<(AbsPath, FoundIn)> {
        match spec.locate {
            Locate::Path { names, cached } => {
                let folders = self.context.environment.path_folders();
                let on_path =
                    names.iter().filter_map(|name| first_program(&folders, name)).map(|path| (path, FoundIn::Path));
                let cached =
                    cached.and_then(|(recipe, file)| self.installed(recipe, file)).map(|path| (path, FoundIn::Cache));
                on_path.chain(cached).collect()
            }
            Locate::Cache { recipe, file } => {
                self.installed(recipe, file).map(|path| (path, FoundIn::Cache)).into_iter().collect()
            }
            Locate::Named => Vec::new(),
            Locate::FolderOf { tool, args, file_starts_with, cached } => {
                let Some(ProbedTool::Found(asked)) = known.get(tool) else { return Vec::new() };
                let answer = self.asker.ask(tool, &asked.path, args).ok();
                let folder = answer.as_deref().map(str::trim).and_then(AbsPath::new);
                let folder = folder.filter(|folder| holds_file(folder, file_starts_with));
                let cached = cached
                    .and_then(|(beginning, below)| self.installed(&recipe_beside(beginning, asked), below))
                    .map(|folder| (folder, FoundIn::Cache));
                folder.map(|folder| (folder, asked.found_in)).into_iter().chain(cached).collect()
            }
        }
    }

    /// The file of a recipe, if the recipe was carried out to its end.
    fn installed(&self, recipe: &str, file: &str) -> Option<AbsPath> {
        let folder = self.context.layout.toolchain(recipe);
        let path = folder.join(file);
        (folder.join("complete").as_path().is_file() && path.as_path().exists()).then_some(path)
    }

    /// What the thing at `path` is worth.
    fn judge(&self, spec: Tool, path: &AbsPath, found_in: FoundIn, known: &Known) -> ProbedTool {
        let (version, says) = match self.version(spec, path, known) {
            Ok(answer) => answer,
            Err(broken) => return broken,
        };
        let tool = FoundTool { path: self.itself(spec, path), version, says, found_in };
        if spec.window.contains(version) { ProbedTool::Found(tool) } else { ProbedTool::OutsideWindow(tool) }
    }

    /// The program that really runs when the one at `path` is started.
    fn itself(&self, spec: Tool, path: &AbsPath) -> AbsPath {
        let Probe::Interpreter { itself, .. } = spec.probe else { return path.clone() };
        let answer = self.asker.ask(spec, path, itself).ok();
        let program = answer.and_then(|answer| AbsPath::new(answer.trim()));
        program.filter(|program| is_program(program.as_path())).unwrap_or_else(|| path.clone())
    }

    fn version(&self, spec: Tool, path: &AbsPath, known: &Known) -> Result<(Version, String), ProbedTool> {
        match spec.probe {
            Probe::Run { args, after } | Probe::Interpreter { args, after, .. } => {
                self.asker.version(spec, path, args, after)
            }
            Probe::Fixed(version) => {
                let (first, second, third) = version;
                Ok((version, format!("{} {first}.{second}.{third}", spec.name)))
            }
            Probe::SameAs(tool) => match known.get(tool) {
                Some(ProbedTool::Found(other) | ProbedTool::OutsideWindow(other)) => {
                    Ok((other.version, other.says.clone()))
                }
                Some(ProbedTool::Missing | ProbedTool::Broken { .. }) | None => Err(ProbedTool::Missing),
            },
            Probe::None => Ok(((0, 0, 0), String::new())),
        }
    }
}

/// The first program of this name in these folders.
fn first_program(folders: &[PathBuf], name: &str) -> Option<AbsPath> {
    let folders = std::env::join_paths(folders).ok()?;
    which::which_in_global(name, Some(folders)).ok()?.find_map(AbsPath::new)
}

/// Whether the absolute path is that of a file that this user may execute.
fn is_program(path: &Path) -> bool {
    which::which_in_global(path, None::<&Path>).is_ok_and(|mut found| found.next().is_some())
}

fn holds_file(folder: &AbsPath, beginning: &str) -> bool {
    let Ok(entries) = fs_err::read_dir(folder.as_path()) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
}
