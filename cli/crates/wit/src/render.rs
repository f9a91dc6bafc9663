//! The WIT of one world, in the words that a toolchain understands.
//!
//! What is printed can be read by parsers of WIT some years old: one file for each package, no nested packages, no gates that name a
//! version later than the package's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use semver::Version;
use wit_component::WitPrinter;
use wit_parser::{InterfaceId, PackageId, PackageName, Resolve, Stability, WorldId, WorldItem};

use crate::{Dialect, WitFile};

/// The files of the world's package and of those that it reaches.
pub(crate) fn render(resolve: &Resolve, world: WorldId, dialect: &Dialect) -> Vec<WitFile> {
    let mut resolve = resolve.clone();
    let reached = reached(&resolve, world);
    let main = resolve.worlds[world].package.expect("every world is of a package");
    let mut packages: BTreeSet<PackageId> = reached.iter().filter_map(|id| resolve.interfaces[*id].package).collect();
    packages.insert(main);
    for id in &packages {
        let package = &mut resolve.packages[*id];
        package.interfaces.retain(|_, interface| reached.contains(interface));
        package.worlds.retain(|_, found| *found == world);
    }
    if let Some(version) = dialect.wasi_0_2.and_then(|version| Version::parse(version).ok()) {
        for id in &packages {
            speak(&mut resolve, *id, &version);
        }
    }
    let names = file_names(packages.iter().filter(|id| **id != main).map(|id| &resolve.packages[*id].name));
    let mut files = vec![WitFile { path: PathBuf::from("world.wit"), text: print(&resolve, main) }];
    for id in packages.iter().filter(|id| **id != main) {
        let path = PathBuf::from(format!("deps/{}.wit", names[&resolve.packages[*id].name.to_string()]));
        files.push(WitFile { path, text: print(&resolve, *id) });
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn print(resolve: &Resolve, package: PackageId) -> String {
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &[]).expect("what was parsed from text can be printed as text");
    printer.output.to_string()
}

/// The interfaces that the world names, and all that these take types from.
fn reached(resolve: &Resolve, world: WorldId) -> BTreeSet<InterfaceId> {
    let world = &resolve.worlds[world];
    let mut open = Vec::new();
    for item in world.imports.values().chain(world.exports.values()) {
        match item {
            WorldItem::Interface { id, .. } => open.push(*id),
            WorldItem::Type { id, .. } => open.extend(resolve.type_interface_dep(*id)),
            WorldItem::Function(_) => {}
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(resolve.interface_direct_deps(id));
        }
    }
    reached
}

/// A file name for each package: with its version only where two versions of it are there.
fn file_names<'a>(packages: impl Iterator<Item = &'a PackageName>) -> BTreeMap<String, String> {
    let packages: Vec<&PackageName> = packages.collect();
    let mut names = BTreeMap::new();
    for package in &packages {
        let same = packages.iter().filter(|other| other.namespace == package.namespace && other.name == package.name);
        let mut name = format!("{}-{}", package.namespace, package.name);
        if let (true, Some(version)) = (same.count() > 1, &package.version) {
            name = format!("{name}-{version}");
        }
        names.insert(package.to_string(), name);
    }
    names
}

/// Lets a package of WASI 0.2 appear as that of another patch version: renamed, and without what came later.
fn speak(resolve: &mut Resolve, package: PackageId, version: &Version) {
    let name = &mut resolve.packages[package].name;
    let is_wasi_0_2 = |found: &Version| found.major == 0 && found.minor == 2;
    if name.namespace != "wasi" || !name.version.as_ref().is_some_and(is_wasi_0_2) {
        return;
    }
    name.version = Some(version.clone());
    let later = |stability: &Stability| matches!(stability, Stability::Stable { since, .. } if since > version);
    let Resolve { packages, interfaces, types, worlds, .. } = resolve;
    packages[package].interfaces.retain(|_, id| !later(&interfaces[*id].stability));
    for id in packages[package].interfaces.values() {
        let interface = &mut interfaces[*id];
        interface.functions.retain(|_, function| !later(&function.stability));
        interface.types.retain(|_, id| !later(&types[*id].stability));
    }
    let gone: BTreeSet<InterfaceId> = interfaces
        .iter()
        .filter(|(_, interface)| interface.package == Some(package) && later(&interface.stability))
        .map(|(id, _)| id)
        .collect();
    let kept = |item: &WorldItem| !matches!(item, WorldItem::Interface { id, .. } if gone.contains(id));
    for (_, world) in worlds.iter_mut() {
        world.imports.retain(|_, item| kept(item));
        world.exports.retain(|_, item| kept(item));
    }
}
