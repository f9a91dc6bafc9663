//! From a core module to a component that implements a world.
//!
//! Language runtimes import parts of WASI that no world names. So the world is completed with `wasi:cli/imports` where the module
//! asks for it; of that, the component imports what the module really uses, in the one version that conjoin ships. A module that
//! speaks WASI preview 1 needs an [`Adapter`] between.

use std::{collections::BTreeSet, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, list};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::Payload;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{
    CloneMaps, Function, LiftLowerAbi, ManglingAndAbi, Resolve, UnresolvedPackageGroup, WasmExport, WasmExportKind,
    WorldId, WorldItem, WorldKey,
};

use crate::{InspectError, ItemName, WASI_0_2, WitFile, bounds, guarded, parse, surface, wasi};

/// What stands between a module that speaks WASI preview 1 and WASI 0.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// For a module that exports the functions of its world.
    Reactor,
    /// For a program: the adapter exports `wasi:cli/run` for it.
    Command,
}

impl Adapter {
    /// Its name in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reactor => "reactor",
            Self::Command => "command",
        }
    }

    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Reactor => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            Self::Command => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        }
    }
}

/// Why a module could not become a component.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Something else than a module.
    #[error("what the compiler wrote is not a core WebAssembly module: {reason}; build it again")]
    NotAModule {
        /// What it is.
        reason: String,
    },
    /// A component that is none.
    #[error("what was made cannot be used: {reason}; {}", .reason.hint())]
    Unusable {
        /// What is wrong with it.
        reason: InspectError,
    },
    /// The WIT it is to be encoded with is wrong.
    #[error("the WIT of world `{world}` cannot be read: {}", .diagnostics.first().map_or("", |first| first.message.as_str()))]
    Wit {
        /// The world.
        world: String,
        /// All that is wrong.
        diagnostics: Vec<Diagnostic>,
    },
    /// There is no such world.
    #[error("the WIT has no world `{world}`; it has {}", list(.known))]
    UnknownWorld {
        /// The world.
        world: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// The guest lacks what it promised.
    #[error(
        "the guest does not export {}, which its world `{world}` demands; implement and export it, or remove it from the world",
        list(.exports)
    )]
    MissingExports {
        /// The world.
        world: String,
        /// What is missing, e.g. `shop:api/pricing@0.1.0#price`.
        exports: Vec<String>,
    },
    /// The guest wants more than its world allows.
    #[error(
        "the guest imports {}, which its world `{world}` does not; add `import {};` to the world, or build again with current \
         bindings",
        list(.imports),
        .imports.first().map_or("", String::as_str)
    )]
    UnknownImports {
        /// The world.
        world: String,
        /// The interfaces.
        imports: Vec<String>,
    },
    /// The module was built for the system interface before components.
    #[error(
        "the guest was built for WASI preview 1 (it imports `{import}`); build it for the target of its toolchain that uses WASI 0.2"
    )]
    Preview1 {
        /// The name of the core import.
        import: String,
    },
    /// The rest.
    #[error("the module does not fit its world `{world}`: {reason}")]
    Unfit {
        /// The world.
        world: String,
        /// What is wrong.
        reason: String,
    },
}

/// Makes a component of `module`, which implements `world` of the WIT folder `wit`, by way of `adapter` if it speaks WASI preview 1.
/// The result is validated.
///
/// # Errors
///
/// Why `module` is no module, why the WIT has no such world, or how the two do not fit.
pub fn encode(module: &[u8], wit: &[WitFile], world: &str, adapter: Option<Adapter>) -> Result<Vec<u8>, EncodeError> {
    let names = CoreNames::of(module)?;
    let work = || {
        let (resolve, id) = resolve(wit, world)?;
        encode_named(module, &names, resolve, id, adapter)
    };
    guarded(work).unwrap_or_else(|reason| Err(EncodeError::Unfit { world: world.to_owned(), reason }))
}

/// Makes a component of `module`, which has `names` and implements `id` of `resolve`.
fn encode_named(
    module: &[u8],
    names: &CoreNames,
    mut resolve: Resolve,
    id: WorldId,
    adapter: Option<Adapter>,
) -> Result<Vec<u8>, EncodeError> {
    let world = resolve.worlds[id].name.clone();
    if adapter == Some(Adapter::Command) {
        leave_run_to_adapter(&mut resolve, id);
    }
    let unfit = |reason: String| EncodeError::Unfit { world: world.clone(), reason };
    if names.imports.iter().any(|import| ItemName::new(import).is_wasi()) {
        add_wasi_of_runtimes(&mut resolve, id).map_err(unfit)?;
    }
    let mut described = module.to_vec();
    embed_component_metadata(&mut described, &resolve, id, StringEncoding::UTF8)
        .map_err(|error| unfit(format!("{error:#}")))?;
    let mut encoder = ComponentEncoder::default();
    let component = encoder
        .validate(true)
        .module(&described)
        .and_then(|encoder| match adapter {
            Some(adapter) => encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter.bytes()),
            None => Ok(encoder),
        })
        .and_then(ComponentEncoder::encode);
    component
        .map_err(|error| names.misfit(&resolve, id, adapter.is_some()).unwrap_or_else(|| unfit(format!("{error:#}"))))
}

/// Makes a component of `made`, which is one already or a core module whose needs are seen from what it imports and exports: a
/// module that speaks WASI preview 1 is a program if it exports `_start`.
///
/// # Errors
///
/// Those of [`encode`], and why `made` is no component that can be used if it is to be one.
pub fn encode_either(made: &[u8], wit: &[WitFile], world: &str) -> Result<Vec<u8>, EncodeError> {
    if wasmparser::Parser::is_component(made) {
        bounds::check(made).map_err(|reason| EncodeError::Unusable { reason })?;
        return Ok(made.to_vec());
    }
    let names = CoreNames::of(made)?;
    let adapter = if !names.imports.contains(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME) {
        None
    } else if names.exports.contains("_start") {
        Some(Adapter::Command)
    } else {
        Some(Adapter::Reactor)
    };
    encode(made, wit, world, adapter)
}

/// Takes `wasi:cli/run` out of the exports of a world: a program has only its `main`.
pub fn leave_run_to_adapter(resolve: &mut Resolve, world: WorldId) {
    let exports = std::mem::take(&mut resolve.worlds[world].exports);
    let others = exports
        .into_iter()
        .filter(|(key, _)| ItemName::new(&resolve.name_world_key(key)).without_version() != "wasi:cli/run");
    let others = others.collect();
    resolve.worlds[world].exports = others;
}

/// The world `world` of the WIT folder `wit`, for generators of bindings: the only door to the parser's own types.
///
/// # Errors
///
/// What is wrong in the WIT, or the worlds that it has if `world` is none of them.
pub fn resolve(wit: &[WitFile], world: &str) -> Result<(Resolve, WorldId), EncodeError> {
    let sources: Vec<_> =
        wit.iter().map(|file| Arc::new(Source::new(file.path.display().to_string(), file.text.as_str()))).collect();
    let wit = parse(&sources, "").map_err(|diagnostics| EncodeError::Wit { world: world.to_owned(), diagnostics })?;
    let id = wit.world(world).map(|world| world.id);
    match id {
        Some(id) => Ok((wit.resolve, id)),
        None => Err(EncodeError::UnknownWorld { world: world.to_owned(), known: wit.worlds() }),
    }
}

/// Adds the imports of `wasi:cli/imports` to the world.
fn add_wasi_of_runtimes(resolve: &mut Resolve, world: WorldId) -> Result<(), String> {
    let (wasi, imports) = runtime_imports();
    let span = wasi.worlds[imports].span;
    let remap = resolve.merge(wasi).map_err(|error| format!("{error:#}"))?;
    let imports = remap.map_world(imports, span).map_err(|error| error.to_string())?;
    resolve.merge_worlds(imports, world, &mut CloneMaps::default()).map_err(|error| format!("{error:#}"))
}

/// The world `wasi:cli/imports`.
fn runtime_imports() -> (Resolve, WorldId) {
    let name = format!("wasi:cli@{WASI_0_2}");
    let groups = wasi::wasi_deps(std::slice::from_ref(&name)).into_iter().map(|file| {
        UnresolvedPackageGroup::parse(&file.path, &file.text).expect("a test parses every file that is shipped")
    });
    let (main, others): (Vec<_>, Vec<_>) = groups.partition(|group| group.main.name.to_string() == name);
    let main = main.into_iter().next().expect("conjoin ships the package");
    let mut wasi = Resolve::new();
    let main = wasi.push_groups(main, others).expect("a test resolves what is shipped");
    let imports = wasi.packages[main].worlds["imports"];
    (wasi, imports)
}

/// The names that a module imports from and exports.
struct CoreNames {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
}

impl CoreNames {
    fn of(module: &[u8]) -> Result<Self, EncodeError> {
        let wrong = |reason: String| EncodeError::NotAModule { reason };
        if module.is_empty() {
            return Err(wrong("the file is empty".to_owned()));
        }
        if !wasmparser::Parser::is_core_wasm(module) {
            let what = if wasmparser::Parser::is_component(module) {
                "it is a component already"
            } else {
                "it begins with other bytes"
            };
            return Err(wrong(what.to_owned()));
        }
        bounds::check(module).map_err(|error| wrong(error.to_string()))?;
        let mut names = Self { imports: BTreeSet::new(), exports: BTreeSet::new() };
        for payload in wasmparser::Parser::new(0).parse_all(module) {
            names.add(payload).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(names)
    }

    fn add(&mut self, payload: wasmparser::Result<Payload<'_>>) -> wasmparser::Result<()> {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.imports.insert(import?.module.to_owned());
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.exports.insert(export?.name.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Why the module does not fit the world, if it is one of the usual reasons.
    fn misfit(&self, resolve: &Resolve, world: WorldId, adapted: bool) -> Option<EncodeError> {
        let name = resolve.worlds[world].name.clone();
        let preview1 = self.imports.iter().find(|import| import.starts_with("wasi_snapshot_preview1"));
        if let Some(import) = preview1.filter(|_| !adapted) {
            return Some(EncodeError::Preview1 { import: import.clone() });
        }
        let exports = self.missing_exports(resolve, world);
        if !exports.is_empty() {
            return Some(EncodeError::MissingExports { world: name, exports });
        }
        let known: Vec<ItemName> =
            resolve.worlds[world].imports.keys().map(|key| ItemName::new(&resolve.name_world_key(key))).collect();
        let is_unknown = |import: &&String| {
            let import = ItemName::new(import);
            import.interface().is_some() && !known.iter().any(|known| known.fits(&import))
        };
        let imports: Vec<String> = self.imports.iter().filter(is_unknown).cloned().collect();
        (!imports.is_empty()).then_some(EncodeError::UnknownImports { world: name, imports })
    }

    fn missing_exports(&self, resolve: &Resolve, world: WorldId) -> Vec<String> {
        let mut missing = Vec::new();
        for (key, item) in &resolve.worlds[world].exports {
            match item {
                WorldItem::Interface { id, .. } => {
                    let interface = resolve.name_world_key(key);
                    let functions = resolve.interfaces[*id].functions.values();
                    let absent = functions.filter(|function| !self.has(resolve, Some(key), function));
                    missing.extend(
                        absent.map(|function| format!("{interface}#{}", surface::function_name(&function.name))),
                    );
                }
                WorldItem::Function(function) if !self.has(resolve, None, function) => {
                    missing.push(function.name.clone());
                }
                WorldItem::Function(_) | WorldItem::Type { .. } => {}
            }
        }
        missing
    }

    /// Whether the module exports the function under any of the names that the component model has for it.
    fn has(&self, resolve: &Resolve, interface: Option<&WorldKey>, func: &Function) -> bool {
        const MANGLINGS: [ManglingAndAbi; 4] = [
            ManglingAndAbi::Standard32,
            ManglingAndAbi::Legacy(LiftLowerAbi::Sync),
            ManglingAndAbi::Legacy(LiftLowerAbi::AsyncCallback),
            ManglingAndAbi::Legacy(LiftLowerAbi::AsyncStackful),
        ];
        MANGLINGS.into_iter().any(|mangling| {
            let export = WasmExport::Func { interface, func, kind: WasmExportKind::Normal };
            self.exports.contains(&resolve.wasm_export_name(mangling, export))
        })
    }
}
