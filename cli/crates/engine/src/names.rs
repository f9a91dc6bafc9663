//! Names of files that stay the same when the app's folder or the cache folder moves.
//!
//! A file of the app is `{app}/...`, a file of the cache folder `{cache}/...`. A file elsewhere in the app's repository
//! or in a folder beside the app's is `{app}/../...`, because these move together. Any other file has its absolute
//! path.
//!
//! A world is in a folder that is named by its digest. Its files are `{STEP}/...` after the step that writes them, so
//! their names do not change with the world.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Component, Path, PathBuf},
};

use conjoin_plan::{AbsPath, Action, Layout, Plan, Subject, WrittenFile};
use walkdir::WalkDir;

use crate::walk::DOT_CONJOIN;

/// The folders that names are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    app: PathBuf,
    cache: PathBuf,
    repository: Option<PathBuf>,
    worlds: Vec<WorldFolder>,
    /// The places in `worlds` by folder.
    by_folder: HashMap<PathBuf, usize>,
    /// The places in `worlds` by name.
    by_name: HashMap<String, usize>,
}

/// A world that a step of the plan writes.
#[derive(Clone, Debug)]
pub(crate) struct WorldFolder {
    /// The name of its folder, e.g. `{pricing/wit}`.
    pub(crate) name: String,
    /// The component whose world it is.
    pub(crate) component: String,
    folder: AbsPath,
    files: Vec<WrittenFile>,
}

impl WorldFolder {
    /// The name of its folder on disk, which is its digest.
    pub(crate) fn digest(&self) -> String {
        self.folder.file_name()
    }

    /// Its lines without comments.
    pub(crate) fn text(&self) -> String {
        let mut files: Vec<&WrittenFile> = self.files.iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files.iter().map(|file| without_comments(&file.contents)).collect()
    }

    /// The lines of the world that had this digest, if they are still on disk.
    pub(crate) fn text_before(&self, digest: &str) -> String {
        let folder = self.folder.parent().join(digest);
        let files = WalkDir::new(folder.as_path()).sort_by_file_name().into_iter().flatten();
        let files = files.filter(|entry| entry.file_type().is_file());
        files.map(|entry| without_comments(&fs_err::read(entry.path()).unwrap_or_default())).collect()
    }
}

fn without_comments(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

impl Roots {
    /// The folders of `layout`, and those of the worlds that steps of `plan` write.
    pub(crate) fn new(layout: &Layout, plan: &Plan) -> Self {
        let app = layout.app.as_path();
        let repository = app.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        let worlds = plan.steps().iter().filter_map(|step| {
            let Action::WriteWorld(world) = &step.action else { return None };
            let component = match &step.subject {
                Subject::Component(name) | Subject::Bindings(name) => name.to_string(),
                _ => step.id.to_string(),
            };
            let (folder, files) = (world.folder.clone(), world.files.clone());
            Some(WorldFolder { name: format!("{{{}}}", step.id), component, folder, files })
        });
        Self::with(app.to_owned(), layout.cache.as_path().to_owned(), repository, worlds.collect())
    }

    fn with(app: PathBuf, cache: PathBuf, repository: Option<PathBuf>, worlds: Vec<WorldFolder>) -> Self {
        let places = || worlds.iter().enumerate();
        let by_folder = places().map(|(place, world)| (world.folder.as_path().to_owned(), place)).collect();
        let by_name = places().map(|(place, world)| (world.name.clone(), place)).collect();
        Self { app, cache, repository, worlds, by_folder, by_name }
    }

    /// The world that the file with this name belongs to.
    pub(crate) fn world(&self, name: &str) -> Option<&WorldFolder> {
        self.by_name.get(world_name(name)?).map(|place| &self.worlds[*place])
    }

    /// The name of `path`.
    pub(crate) fn name(&self, path: &Path) -> String {
        if let Some(name) = self.in_world(path) {
            return name;
        }
        let below = |root: &Path, name: &str| path.strip_prefix(root).ok().map(|rest| joined(name, rest));
        let (app, cache) = (below(&self.app, "{app}"), below(&self.cache, "{cache}"));
        match (app, cache) {
            (Some(app), Some(cache)) => {
                if self.app.starts_with(&self.cache) {
                    app
                } else {
                    cache
                }
            }
            (Some(name), None) | (None, Some(name)) => name,
            (None, None) => self.around_app(path).unwrap_or_else(|| escape(path.as_os_str())),
        }
    }

    fn in_world(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.app).ok().filter(|below| below.starts_with(DOT_CONJOIN))?;
        let folder =
            path.ancestors().take_while(|folder| *folder != self.app).find(|it| self.by_folder.contains_key(*it))?;
        Some(joined(&self.worlds[self.by_folder[folder]].name, path.strip_prefix(folder).ok()?))
    }

    fn around_app(&self, path: &Path) -> Option<String> {
        let repository = self.repository.as_deref().filter(|folder| path.starts_with(folder));
        let around = repository.or_else(|| self.neighbourhood(path))?;
        let rest = path.strip_prefix(around).ok()?;
        let depth = self.app.strip_prefix(around).ok()?.components().count();
        Some(joined(&format!("{{app}}{}", "/..".repeat(depth)), rest))
    }

    /// The folder above the app's, if `path` is in it. Hidden files there are caches of tools, and files in the root
    /// belong to the system, so neither counts.
    fn neighbourhood(&self, path: &Path) -> Option<&Path> {
        let folder = self.app.parent().filter(|folder| folder.parent().is_some())?;
        let rest = path.strip_prefix(folder).ok()?;
        (!rest.as_os_str().as_bytes().starts_with(b".")).then_some(folder)
    }

    /// The path that has this name here.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let (root, rest) = if let Some(rest) = name.strip_prefix("{app}") {
            (self.app.as_path(), rest)
        } else if let Some(rest) = name.strip_prefix("{cache}") {
            (self.cache.as_path(), rest)
        } else if let Some(world) = self.world(name) {
            (world.folder.as_path(), &name[world.name.len()..])
        } else {
            // This includes names in a world that no longer exists, which no file has.
            (Path::new("/"), name)
        };
        let mut path = root.to_owned();
        for part in Path::new(&unescape(rest)).components() {
            match part {
                Component::ParentDir => drop(path.pop()),
                Component::Normal(part) => path.push(part),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        path
    }

    /// The name to show to users: relative to the app's folder, unless the file shares only the root with it.
    pub(crate) fn shown(&self, name: &str) -> String {
        if let Some(below) = name.strip_prefix("{app}/") {
            return below.to_owned();
        }
        if self.world(name).is_some() {
            let path = self.path(name);
            return path.strip_prefix(&self.app).unwrap_or(&path).display().to_string();
        }
        let path = Path::new(name);
        let common = self.app.ancestors().position(|folder| folder.parent().is_some() && path.starts_with(folder));
        match common.and_then(|up| Some((up, path.strip_prefix(self.app.ancestors().nth(up)?).ok()?))) {
            Some((up, rest)) => format!("{}{}", "../".repeat(up), rest.display()),
            None => name.to_owned(),
        }
    }
}

/// The name of the world that the file with this name belongs to, if any.
pub(crate) fn world_name(name: &str) -> Option<&str> {
    let end = name.strip_prefix('{')?.find('}')? + 2;
    Some(&name[..end]).filter(|root| !["{app}", "{cache}"].contains(root))
}

fn joined(root: &str, rest: &Path) -> String {
    if rest.as_os_str().is_empty() { root.to_owned() } else { format!("{root}/{}", escape(rest.as_os_str())) }
}

/// Gives `text` as UTF-8, with other bytes written as `%` and two digits.
fn escape(text: &OsStr) -> String {
    if let Some(text) = text.to_str() {
        return text.replace('%', "%25");
    }
    let mut escaped = String::new();
    for chunk in text.as_bytes().utf8_chunks() {
        escaped.push_str(&chunk.valid().replace('%', "%25"));
        escaped.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02x}")));
    }
    escaped
}

fn unescape(text: &str) -> OsString {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(digits.unwrap_or(b'%'));
        rest = after.get(2..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_path() {
        let world = WorldFolder {
            name: "{a/wit}".to_owned(),
            component: "a".to_owned(),
            folder: AbsPath::new("/home/u/work/apps/shop/.conjoin/work/dev/a/wit/d1").unwrap(),
            files: Vec::new(),
        };
        let roots = Roots::with(
            PathBuf::from("/home/u/work/apps/shop"),
            PathBuf::from("/home/u/.cache/conjoin"),
            Some(PathBuf::from("/home/u/work")),
            vec![world],
        );
        let odd = OsString::from_vec(b"/home/u/work/apps/shop/a%b\xff.rs".to_vec());
        for (path, name) in [
            (Path::new("/home/u/work/apps/shop/src/lib.rs"), "{app}/src/lib.rs"),
            (Path::new("/home/u/work/apps/shop"), "{app}"),
            (Path::new("/home/u/.cache/conjoin/toolchains/x"), "{cache}/toolchains/x"),
            (Path::new("/home/u/work/libs/common.rs"), "{app}/../../libs/common.rs"),
            (Path::new("/home/u/work/apps/shop2/x"), "{app}/../../apps/shop2/x"),
            (Path::new("/usr/include/stdio.h"), "/usr/include/stdio.h"),
            (Path::new(&odd), "{app}/a%25b%ff.rs"),
            (Path::new("/home/u/work/apps/shop/.conjoin/work/dev/a/wit/d1/deps/b.wit"), "{a/wit}/deps/b.wit"),
            (Path::new("/home/u/work/apps/shop/.conjoin/work/dev/a/wit/d2"), "{app}/.conjoin/work/dev/a/wit/d2"),
        ] {
            assert_eq!(roots.name(path), name);
            assert_eq!(roots.path(name), path);
        }
        let roots = Roots { repository: Some(roots.app.clone()), ..roots };
        for (path, name) in [
            ("/home/u/work/apps/lib/x.rs", "{app}/../lib/x.rs"),
            ("/home/u/work/apps/.cargo/x.rs", "/home/u/work/apps/.cargo/x.rs"),
            ("/home/u/work/x.rs", "/home/u/work/x.rs"),
        ] {
            assert_eq!(roots.name(Path::new(path)), name);
            assert_eq!(roots.path(name), Path::new(path));
        }
        let roots = Roots { app: PathBuf::from("/shop"), ..roots };
        assert_eq!(roots.name(Path::new("/usr/include/stdio.h")), "/usr/include/stdio.h");
        let roots = Roots { app: PathBuf::from("/home/u/work/apps/shop"), ..roots };
        for (name, shown) in [
            ("{app}/src/lib.rs", "src/lib.rs"),
            ("{a/wit}/world.wit", ".conjoin/work/dev/a/wit/d1/world.wit"),
            ("{app}/../../libs/common.rs", "../../libs/common.rs"),
            ("/home/u/elsewhere/x.rs", "../../../elsewhere/x.rs"),
            ("{cache}/toolchains/x", "{cache}/toolchains/x"),
            ("/usr/include/stdio.h", "/usr/include/stdio.h"),
        ] {
            assert_eq!(roots.shown(name), shown);
        }
    }
}
