//! WASI's own WIT, which conjoin ships, and which packages of it an app's WIT names without having them.
//!
//! Nothing is ever added silently: [`missing_wasi`] says what is missing, [`wasi_deps`] gives the files to be written into `wit/deps/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use conjoin_diagnostics::Source;
use wit_parser::UnresolvedPackageGroup;

use crate::{WitFile, folder::Folder};

/// The patch version of WASI 0.2 that conjoin ships and that users write.
pub const WASI_0_2: &str = "0.2.12";
/// The patch version of WASI 0.3 that conjoin ships and that users write.
pub const WASI_0_3: &str = "0.3.0";

macro_rules! shipped {
    ($($folder:literal / $name:literal),* $(,)?) => {
        &[$(($folder, $name, include_str!(concat!("../../../../wit/", $folder, "/", $name, ".wit")))),*]
    };
}

/// Folder, name and text.
const FILES: &[(&str, &str, &str)] = shipped![
    "wasi-0.2" / "cli",
    "wasi-0.2" / "clocks",
    "wasi-0.2" / "filesystem",
    "wasi-0.2" / "http",
    "wasi-0.2" / "io",
    "wasi-0.2" / "random",
    "wasi-0.2" / "sockets",
    "wasi-0.3" / "cli",
    "wasi-0.3" / "clocks",
    "wasi-0.3" / "filesystem",
    "wasi-0.3" / "http",
    "wasi-0.3" / "random",
    "wasi-0.3" / "sockets",
];

/// One package of WASI as conjoin ships it.
pub(crate) struct Shipped {
    pub(crate) file: WitFile,
    /// Full names of the packages that it refers to.
    needs: Vec<String>,
}

/// All packages that conjoin ships by their full names, e.g. `wasi:http@0.2.12`.
pub(crate) fn shipped() -> &'static BTreeMap<String, Shipped> {
    static SHIPPED: OnceLock<BTreeMap<String, Shipped>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let packages = FILES.iter().map(|(folder, name, text)| {
            let group = UnresolvedPackageGroup::parse(name, text).expect("a test parses every file that is shipped");
            let suffix = if *folder == "wasi-0.2" { "" } else { "-0.3" };
            let file =
                WitFile { path: PathBuf::from(format!("deps/wasi-{name}{suffix}.wit")), text: (*text).to_owned() };
            let needs = group.main.foreign_deps.keys().map(ToString::to_string).collect();
            (group.main.name.to_string(), Shipped { file, needs })
        });
        packages.collect()
    })
}

/// Full names, e.g. `wasi:http@0.2.12`, of the packages of WASI that the WIT in the folder `root` needs and does not hold, those
/// included that the missing ones need in turn; sorted. A name that [`wasi_deps`] does not know is of a version that conjoin
/// does not ship. Files that do not parse are passed over: [`crate::parse`] tells about them.
pub fn missing_wasi(files: &[Arc<Source>], root: &str) -> Vec<String> {
    let folder = Folder::new(files, root);
    let groups: Vec<UnresolvedPackageGroup> = folder.groups().filter_map(|group| group.parse().ok()).collect();
    let packages = || groups.iter().flat_map(|group| group.nested.iter().chain([&group.main]));
    let present: BTreeSet<String> = packages().map(|package| package.name.to_string()).collect();
    let named = packages().flat_map(|package| package.foreign_deps.keys());
    let named = named.filter(|name| name.namespace == "wasi").map(ToString::to_string);
    closure(named, &present).into_iter().collect()
}

/// The files to be written into the folder of the shared WIT for the packages `names`, with those that they need in turn.
pub fn wasi_deps(names: &[String]) -> Vec<WitFile> {
    let packages = closure(names.iter().cloned(), &BTreeSet::new());
    packages.iter().filter_map(|name| shipped().get(name)).map(|package| package.file.clone()).collect()
}

fn closure(names: impl Iterator<Item = String>, present: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = names.collect();
    while let Some(name) = open.pop() {
        if present.contains(&name) || found.contains(&name) {
            continue;
        }
        if let Some(package) = shipped().get(&name) {
            open.extend(package.needs.iter().cloned());
        }
        found.insert(name);
    }
    found
}

/// The versions in which conjoin ships the package of this name, e.g. `wasi:http`.
pub(crate) fn shipped_versions(package: &str) -> Vec<&'static str> {
    let names = shipped().keys().filter_map(|name| name.split_once('@'));
    names.filter(|(name, _)| *name == package).map(|(_, version)| version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[WitFile]) -> Vec<String> {
        files.iter().map(|file| file.path.display().to_string()).collect()
    }

    #[test]
    fn every_shipped_file_parses_and_needs_only_shipped_ones() {
        for (name, package) in shipped() {
            assert!(name.ends_with(WASI_0_2) || name.ends_with(WASI_0_3), "{name}");
            assert!(package.needs.iter().all(|need| shipped().contains_key(need)), "{name}: {:?}", package.needs);
        }
    }

    #[test]
    fn a_package_brings_those_that_it_needs() {
        assert_eq!(names(&wasi_deps(&["wasi:clocks@0.2.12".to_owned()])), ["deps/wasi-clocks.wit", "deps/wasi-io.wit"]);
        assert_eq!(names(&wasi_deps(&["wasi:http@0.2.8".to_owned()])), [""; 0]);
    }

    #[test]
    fn what_is_there_is_not_missing() {
        let world = "package a:b;\nworld w { import wasi:clocks/wall-clock@0.2.12; import wasi:random/random@0.3.0; }";
        let mut files = vec![Arc::new(Source::new("wit/a.wit", world))];
        assert_eq!(missing_wasi(&files, "wit"), ["wasi:clocks@0.2.12", "wasi:io@0.2.12", "wasi:random@0.3.0"]);
        for file in wasi_deps(&["wasi:io@0.2.12".to_owned()]) {
            files.push(Arc::new(Source::new(format!("wit/{}", file.path.display()), file.text)));
        }
        assert_eq!(missing_wasi(&files, "wit"), ["wasi:clocks@0.2.12", "wasi:random@0.3.0"]);
    }
}
