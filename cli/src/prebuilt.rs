//! What the components that somebody else built import and export: each file is inspected once, and what it says is remembered by its
//! contents in `.conjoin/surfaces.json`, so that a command reads no file that stays as it is.

use std::{collections::BTreeMap, io};

use conjoin_engine::ContentMemory;
use conjoin_manifest::{Manifest, Origin};
use conjoin_plan::{AbsPath, Layout, UnusableSource};
use conjoin_wit::Surface;

/// By the path of the file: what it imports and exports, or why it cannot be used.
pub(crate) type Surfaces = BTreeMap<AbsPath, Result<Surface, UnusableSource>>;

const UNREAD: &str =
    "build it or copy it there, or name another file; the path is relative to the folder of conjoin.toml";

/// The version of conjoin is part of what is remembered, because another one may understand a component in another way.
const MADE_BY: &str = concat!("conjoin ", env!("CARGO_PKG_VERSION"));

/// The paths of the files that the manifest of the app in `dir` names as `source`.
pub(crate) fn paths<'a>(dir: &'a AbsPath, manifest: &'a Manifest) -> impl Iterator<Item = AbsPath> + 'a {
    manifest.components.values().filter_map(|component| match &component.origin {
        Origin::Source(path) => Some(dir.join(path.value.as_path())),
        Origin::Built(_) | Origin::Custom(_) => None,
    })
}

/// What the files that `manifest` names as `source` import and export; it is remembered for the next command.
pub(crate) fn surfaces(layout: &Layout, manifest: &Manifest) -> Surfaces {
    if paths(&layout.app, manifest).next().is_none() {
        return Surfaces::new();
    }
    let mut memory = memory(layout);
    memory.begin();
    let surfaces = inspected(&mut memory, layout, manifest);
    // What cannot be remembered is read again by the next command.
    drop(memory.keep());
    surfaces
}

/// What the files that `manifest` names as `source` import and export, for a command that writes at its end or not at all: nothing is
/// remembered.
pub(crate) fn surfaces_of_draft(layout: &Layout, manifest: &Manifest) -> Surfaces {
    inspected(&mut memory(layout), layout, manifest)
}

fn memory(layout: &Layout) -> ContentMemory<Surface> {
    ContentMemory::open(layout, "surfaces.json", MADE_BY)
}

fn inspected(memory: &mut ContentMemory<Surface>, layout: &Layout, manifest: &Manifest) -> Surfaces {
    let surfaces = paths(&layout.app, manifest).map(|path| {
        let surface = memory.get(&path, inspect).unwrap_or_else(|error| Err(unread(&error)));
        (path, surface)
    });
    surfaces.collect()
}

/// What the component `bytes` imports and exports.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Surface, UnusableSource> {
    conjoin_wit::inspect(bytes)
        .map_err(|error| UnusableSource { why: error.to_string(), hint: error.hint().to_owned() })
}

/// Why a file that was not found cannot be used.
pub(crate) fn missing(why: &str) -> UnusableSource {
    UnusableSource { why: why.to_owned(), hint: UNREAD.to_owned() }
}

fn unread(error: &io::Error) -> UnusableSource {
    match error.kind() {
        io::ErrorKind::NotFound => missing("there is no such file"),
        _ => missing(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use conjoin_diagnostics::Source;
    use conjoin_plan::Profile;

    use super::*;

    /// A component without anything, and with a custom section.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
    const OTHER: &[u8] = b"\0asm\x0d\0\x01\0\0\x02\x01x";

    struct App {
        folder: tempfile::TempDir,
        layout: Layout,
        manifest: Manifest,
    }

    impl App {
        fn new(component: &[u8]) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs_err::write(folder.path().join("a.wasm"), component).expect("a file");
            let text = "conjoin = 1\napp.name = \"a\"\n[component.a]\nsource = \"a.wasm\"\n";
            let source = Arc::new(Source::new("conjoin.toml", text));
            let manifest =
                conjoin_manifest::parse(&source, &conjoin_toolchains::all().languages()).expect("a manifest");
            let app = AbsPath::new(folder.path()).expect("an absolute path");
            let layout = Layout { cache: app.join("cache"), app, profile: Profile::Dev };
            Self { folder, layout, manifest }
        }

        fn inspect(&self) -> Result<Surface, String> {
            let mut surfaces = surfaces(&self.layout, &self.manifest);
            assert_eq!(surfaces.len(), 1);
            surfaces.pop_first().expect("one").1.map_err(|unusable| unusable.why)
        }

        fn record(&self) -> String {
            fs_err::read_to_string(self.folder.path().join(".conjoin/surfaces.json")).unwrap_or_default()
        }

        fn keep(&self, record: &str) {
            fs_err::write(self.folder.path().join(".conjoin/surfaces.json"), record).expect("a record");
        }

        /// Inspects until the file is older than the clock's tick, so that it need not be read any more.
        fn remembered(&self) -> String {
            loop {
                assert_eq!(self.inspect(), Ok(Surface::default()));
                let record = self.record();
                if record.contains("\"stamp\"") {
                    return record;
                }
            }
        }
    }

    fn digest(bytes: &[u8]) -> String {
        blake3::hash(bytes).to_string()
    }

    #[test]
    fn a_file_that_stays_as_it_is_is_not_read_again() {
        let app = App::new(EMPTY);
        let record = app.remembered();
        assert!(record.contains(&digest(EMPTY)), "{record}");
        // Reading the file would put the right hash into the record again.
        let marked = record.replace(&digest(EMPTY), &digest(OTHER));
        app.keep(&marked);
        assert_eq!(app.inspect(), Ok(Surface::default()));
        assert_eq!(app.record(), marked);
    }

    #[test]
    fn changed_contents_are_noticed() {
        let app = App::new(EMPTY);
        app.remembered();
        fs_err::write(app.folder.path().join("a.wasm"), OTHER).expect("a file");
        assert_eq!(app.inspect(), Ok(Surface::default()));
        assert!(app.record().contains(&digest(OTHER)) && !app.record().contains(&digest(EMPTY)), "{}", app.record());
        fs_err::write(app.folder.path().join("a.wasm"), "").expect("a file");
        assert_eq!(app.inspect(), Err("the file is empty".to_owned()));
        fs_err::remove_file(app.folder.path().join("a.wasm")).expect("a file");
        assert_eq!(app.inspect(), Err("there is no such file".to_owned()));
        assert!(!app.record().contains("a.wasm"), "{}", app.record());
    }

    #[test]
    fn a_record_that_is_damaged_or_of_another_version_is_none() {
        let app = App::new(EMPTY);
        let record = app.remembered();
        let marked = record.replace(&digest(EMPTY), &digest(OTHER));
        for wrong in [&marked[..marked.len() / 2], "", "null", &marked.replace(MADE_BY, "conjoin 0.0.0-before")] {
            app.keep(wrong);
            assert_eq!(app.inspect(), Ok(Surface::default()), "{wrong}");
            assert_eq!(app.remembered(), record, "{wrong}");
        }
    }

    #[test]
    fn what_is_remembered_is_what_was_inspected() {
        let text = "package a:b@0.1.0;
interface types { resource r; record point { x: u32, y: f64 } }
interface all {
  use types.{r, point};
  enum colour { red }
  flags mode { fast }
  variant shape { none, dots(list<point>), pair(tuple<string, char>) }
  f: func(a: borrow<r>, b: option<shape>, c: result<_, colour>, d: list<u8, 4>) -> result<own<r>>;
  g: async func(a: stream<u8>, b: future<mode>) -> map<string, bool>;
}
world w { import types; import all; import plain: func(a: s64); export all; }";
        let wit = conjoin_wit::parse(&[Arc::new(Source::new("wit/a.wit", text))], "wit").expect("WIT");
        let surface = wit.world("w").expect("the world").surface();
        assert_eq!((surface.imports.len(), surface.exports.len()), (3, 1));
        let text = serde_json::to_string(&surface).expect("JSON");
        let read: Surface = serde_json::from_str(&text).expect("a surface");
        assert_eq!(read, surface);
    }

    #[test]
    fn where_nothing_can_be_written_files_are_read() {
        let app = App::new(EMPTY);
        fs_err::write(app.folder.path().join(".conjoin"), "in the way").expect("a file");
        assert_eq!(app.inspect(), Ok(Surface::default()));
    }
}
