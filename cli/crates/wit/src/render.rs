//! The WIT of one world, in the words that a toolchain understands.
//!
//! What is printed can be read by parsers of WIT some years old: one file for each package, no nested packages, no gates that name a
//! version later than the package's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    path::PathBuf,
};

use semver::Version;
use wit_component::WitPrinter;
use wit_parser::{
    Interface, InterfaceId, Package, PackageId, PackageName, Resolve, Stability, World, WorldId, WorldItem,
};

use crate::{Dialect, WitFile};

/// Prints worlds of one WIT, one after the other.
///
/// What a world does not reach is taken out for as long as it is printed, and put back: a copy of all for each world would make the
/// work grow with the square of their number.
#[derive(Debug)]
pub struct Renderer {
    resolve: Resolve,
}

impl Renderer {
    pub(crate) fn new(resolve: Resolve) -> Self {
        Self { resolve }
    }

    /// The WIT of this world alone, of the [`crate::Wit`] that this is for: a folder with its package, of which only what it reaches
    /// is there, and `deps/` with one file for each other package. Comments stay.
    pub fn render(&mut self, world: crate::World<'_>, dialect: &Dialect) -> Vec<WitFile> {
        self.files(world.id, dialect)
    }

    /// The files of the world's package and of those that it reaches.
    pub(crate) fn files(&mut self, world: WorldId, dialect: &Dialect) -> Vec<WitFile> {
        let reached = reached(&self.resolve, world);
        let main = self.resolve.worlds[world].package.expect("every world is of a package");
        let packages = reached.iter().filter_map(|id| self.resolve.interfaces[*id].package).chain([main]).collect();
        let whole = Whole::take(&mut self.resolve, world, &reached, &packages);
        if let Some(version) = dialect.wasi_0_2.and_then(|version| Version::parse(version).ok()) {
            for id in &packages {
                speak(&mut self.resolve, world, *id, &version);
            }
        }
        let files = print_all(&self.resolve, main, &packages);
        whole.put_back(&mut self.resolve);
        files
    }
}

/// What is changed while a world is printed, as it was.
struct Whole {
    packages: Vec<(PackageId, Package)>,
    interfaces: Vec<(InterfaceId, Interface)>,
    world: (WorldId, World),
}

impl Whole {
    /// Leaves of `packages` only what is `reached`, and the world.
    fn take(
        resolve: &mut Resolve,
        world: WorldId,
        reached: &BTreeSet<InterfaceId>,
        packages: &BTreeSet<PackageId>,
    ) -> Self {
        let mut parts: BTreeMap<PackageId, Vec<(usize, InterfaceId)>> = BTreeMap::new();
        for id in reached {
            let Interface { name: Some(name), package: Some(package), .. } = &resolve.interfaces[*id] else { continue };
            let place = resolve.packages[*package].interfaces.get_index_of(name);
            parts.entry(*package).or_default().extend(place.map(|place| (place, *id)));
        }
        let take = |id: &PackageId| {
            let mut part = parts.remove(id).unwrap_or_default();
            part.sort_unstable_by_key(|(place, _)| *place);
            let named = |(_, id): (usize, InterfaceId)| Some((resolve.interfaces[id].name.clone()?, id));
            let interfaces = part.into_iter().filter_map(named).collect();
            let home = resolve.worlds[world].package == Some(*id);
            let worlds = home.then(|| (resolve.worlds[world].name.clone(), world)).into_iter().collect();
            let Package { name, docs, .. } = &resolve.packages[*id];
            let part = Package { name: name.clone(), docs: docs.clone(), interfaces, worlds };
            (*id, mem::replace(&mut resolve.packages[*id], part))
        };
        let packages = packages.iter().map(take).collect();
        let interfaces = reached.iter().map(|id| (*id, resolve.interfaces[*id].clone())).collect();
        Self { packages, interfaces, world: (world, resolve.worlds[world].clone()) }
    }

    fn put_back(self, resolve: &mut Resolve) {
        for (id, package) in self.packages {
            resolve.packages[id] = package;
        }
        for (id, interface) in self.interfaces {
            resolve.interfaces[id] = interface;
        }
        let (id, world) = self.world;
        resolve.worlds[id] = world;
    }
}

fn print_all(resolve: &Resolve, main: PackageId, packages: &BTreeSet<PackageId>) -> Vec<WitFile> {
    let names = file_names(packages.iter().filter(|id| **id != main).map(|id| &resolve.packages[*id].name));
    let mut files = vec![WitFile { path: PathBuf::from("world.wit"), text: print(resolve, main) }];
    for id in packages.iter().filter(|id| **id != main) {
        let path = PathBuf::from(format!("deps/{}.wit", names[&resolve.packages[*id].name.to_string()]));
        files.push(WitFile { path, text: print(resolve, *id) });
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

/// Lets a package of WASI 0.2 that `world` reaches appear as that of another patch version: renamed, and without what came later.
fn speak(resolve: &mut Resolve, world: WorldId, package: PackageId, version: &Version) {
    let name = &mut resolve.packages[package].name;
    let is_wasi_0_2 = |found: &Version| found.major == 0 && found.minor == 2;
    if name.namespace != "wasi" || !name.version.as_ref().is_some_and(is_wasi_0_2) {
        return;
    }
    name.version = Some(version.clone());
    let later = |stability: &Stability| matches!(stability, Stability::Stable { since, .. } if since > version);
    let Resolve { packages, interfaces, types, worlds, .. } = resolve;
    let mut gone = BTreeSet::new();
    packages[package].interfaces.retain(|_, id| {
        let kept = !later(&interfaces[*id].stability);
        if !kept {
            gone.insert(*id);
        }
        kept
    });
    for id in packages[package].interfaces.values() {
        let interface = &mut interfaces[*id];
        interface.functions.retain(|_, function| !later(&function.stability));
        interface.types.retain(|_, id| !later(&types[*id].stability));
    }
    let kept = |item: &WorldItem| !matches!(item, WorldItem::Interface { id, .. } if gone.contains(id));
    let world = &mut worlds[world];
    world.imports.retain(|_, item| kept(item));
    world.exports.retain(|_, item| kept(item));
}
