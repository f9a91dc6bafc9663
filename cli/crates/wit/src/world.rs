//! The parsed shared WIT and its worlds.

use std::{fmt::Write as _, ops::Range, sync::Arc};

use conjoin_diagnostics::Source;
use wit_parser::{PackageId, Resolve, WorldId, WorldItem};

use crate::{
    Dialect, ItemName, Renderer, Surface, WitFile, canonical, model, parse,
    places::{self, Direction},
    surface,
};

/// The shared WIT of an app.
#[derive(Clone, Debug)]
pub struct Wit {
    pub(crate) resolve: Resolve,
    pub(crate) main: PackageId,
    pub(crate) sources: Vec<Arc<Source>>,
}

/// One world of a [`Wit`].
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    pub(crate) wit: &'a Wit,
    pub(crate) id: WorldId,
}

impl Wit {
    /// The name of the app's own package, with its version, e.g. `shop:api@0.1.0`.
    pub fn package(&self) -> String {
        self.resolve.packages[self.main].name.to_string()
    }

    /// The names of the worlds of the app's own package, as they stand in its files.
    pub fn worlds(&self) -> Vec<String> {
        self.resolve.packages[self.main].worlds.keys().cloned().collect()
    }

    /// The world of this name.
    pub fn world(&self, name: &str) -> Option<World<'_>> {
        let id = *self.resolve.packages[self.main].worlds.get(name)?;
        Some(World { wit: self, id })
    }

    /// What prints its worlds, one after the other.
    pub fn renderer(&self) -> Renderer {
        Renderer::new(self.resolve.clone())
    }

    /// Where the world is defined.
    pub fn place_of_world(&self, world: &str) -> Option<(Arc<Source>, Range<usize>)> {
        let world = self.world(world)?;
        parse::place(&self.resolve.source_map, &self.sources, self.resolve.worlds[world.id].span)
    }

    /// Where the world imports `import`, an [`crate::Item::name`] of any version that fits; the world itself where it does so only
    /// through others.
    pub fn place_of_import(&self, world: &str, import: &ItemName) -> Option<(Arc<Source>, Range<usize>)> {
        self.place_of_item(world, Direction::Import, import)
    }

    /// Where the world exports `export`, an [`crate::Item::name`] of any version that fits; the world itself where it does so only
    /// through others.
    pub fn place_of_export(&self, world: &str, export: &ItemName) -> Option<(Arc<Source>, Range<usize>)> {
        self.place_of_item(world, Direction::Export, export)
    }

    fn place_of_item(&self, world: &str, direction: Direction, name: &ItemName) -> Option<(Arc<Source>, Range<usize>)> {
        let package = &self.resolve.packages[self.main].name;
        let is_wanted =
            |word: &str| [word, &package.interface_id(word)].into_iter().any(|word| ItemName::new(word).fits(name));
        places::item_of_world(&self.sources, world, direction, &is_wanted).or_else(|| self.place_of_world(world))
    }
}

impl World<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.wit.resolve.worlds[self.id].name
    }

    /// What it imports and exports.
    pub fn surface(&self) -> Surface {
        surface::of_world(&self.wit.resolve, self.id)
    }

    /// Whether any function that the world imports or exports is async, itself or in an interface.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// let text = "package a:b;\n/// There is no async func in it.\nworld w { export run: func(); }";
    /// let source = Arc::new(conjoin_diagnostics::Source::new("wit/a.wit", text));
    /// let wit = conjoin_wit::parse(&[source], "wit").expect("it is right");
    /// assert!(!wit.world("w").expect("it is defined").has_async_functions());
    /// ```
    pub fn has_async_functions(&self) -> bool {
        let resolve = &self.wit.resolve;
        let world = &resolve.worlds[self.id];
        world.imports.values().chain(world.exports.values()).any(|item| match item {
            WorldItem::Interface { id, .. } => {
                resolve.interfaces[*id].functions.values().any(|function| function.kind.is_async())
            }
            WorldItem::Function(function) => function.kind.is_async(),
            WorldItem::Type { .. } => false,
        })
    }

    /// A hash of the world and of everything that it reaches. Comments, the order of items, and whatever else the shared WIT
    /// holds make no difference.
    pub fn digest(&self) -> String {
        blake3::hash(self.text().as_bytes()).to_hex().to_string()
    }

    /// The WIT of this world alone, as a folder: its package with only what it reaches, and `deps/` with one file for each other
    /// package. Comments stay. For many worlds there is [`Wit::renderer`].
    pub fn render(&self, dialect: &Dialect) -> Vec<WitFile> {
        self.wit.renderer().render(*self, dialect)
    }

    /// The world and everything that it reaches in canonical form: one line for each item, without comments, sorted.
    pub fn text(&self) -> String {
        let resolve = &self.wit.resolve;
        let world = &resolve.worlds[self.id];
        let mut text = format!("world {} of {}\n", world.name, self.wit.package());
        for (keyword, items) in [("import", &world.imports), ("export", &world.exports)] {
            let mut names: Vec<String> = items.keys().map(|key| resolve.name_world_key(key)).collect();
            names.sort();
            for name in names {
                let _ = writeln!(text, "{keyword} {name}");
            }
        }
        text.push_str(&canonical::interfaces_text(&model::of_world(resolve, self.id), model::WORLD));
        text
    }
}
