//! A component that provides interfaces of types.
//!
//! An interface with nothing but types has no code, and so no component of an app exports it. But components import it, and a
//! composition that left it open would ask the host for it, and for the interfaces that its types come from. So a component without
//! code is made that exports it.

use wasm_encoder::RawSection;
use wasmparser::Payload;
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata};
use wit_parser::{Docs, IndexMap, Resolve, Span, Stability, World, WorldId, WorldItem, WorldKey};

use crate::{InspectError, ItemName, inspect::on_decoded, model};

/// What provides the interfaces of types that a component imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypesProvider {
    /// A component without code.
    pub component: Vec<u8>,
    /// The names of the interfaces that its types come from, which it imports.
    pub imports: Vec<ItemName>,
    /// The names of the interfaces that it exports, as the component names them that it is made for.
    pub exports: Vec<ItemName>,
}

/// What provides the interfaces of types that `component` imports, those of WASI left out; `None` if there are none.
///
/// # Errors
///
/// Why the file is no component that can be used.
pub fn types_provider(component: &[u8]) -> Result<Option<TypesProvider>, InspectError> {
    on_decoded(component, |decoded| match decoded {
        DecodedWasm::Component(resolve, world) => provider(resolve, world),
        DecodedWasm::WitPackage(..) => Ok(None),
    })
}

/// What provides the interfaces of types that `world` imports.
fn provider(mut resolve: Resolve, world: WorldId) -> Result<Option<TypesProvider>, InspectError> {
    let wanted = interfaces_of_types(&resolve, world);
    if wanted.is_empty() {
        return Ok(None);
    }
    let exports = wanted.keys().map(|key| ItemName::new(&resolve.name_world_key(key))).collect();
    let world = add_world(&mut resolve, world, wanted);
    resolve.exportize(world, None, None).map_err(|error| unsupported(&error))?;
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| unsupported(&error))?;
    let mut encoder = ComponentEncoder::default();
    let component = encoder
        .validate(true)
        .module(&module)
        .and_then(ComponentEncoder::encode)
        .map_err(|error| unsupported(&error))?;
    let component = without_code(&component);
    let imports = match wit_component::decode(&component).map_err(|error| unsupported(&error))? {
        DecodedWasm::Component(resolve, world) => {
            resolve.worlds[world].imports.keys().map(|key| ItemName::new(&resolve.name_world_key(key))).collect()
        }
        DecodedWasm::WitPackage(..) => Vec::new(),
    };
    Ok(Some(TypesProvider { component, imports, exports }))
}

/// The component without the empty core module that it was encoded from, which nothing refers to: an instance of it would cost time in
/// every request.
fn without_code(component: &[u8]) -> Vec<u8> {
    let mut result = wasm_encoder::Component::new();
    let mut depth = 0_usize;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        let Ok(payload) = payload else { return component.to_vec() };
        let is_outermost = depth == 0;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_code =
            matches!(payload, Payload::ModuleSection { .. } | Payload::InstanceSection(_) | Payload::CustomSection(_));
        let Some((id, range)) = payload.as_section() else { continue };
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else { continue };
        if is_outermost && !is_code {
            result.section(&RawSection { id, data: &component[start..end] });
        }
    }
    result.finish()
}

fn unsupported(error: &impl std::fmt::Display) -> InspectError {
    InspectError::Unsupported { reason: format!("{error:#}") }
}

/// The imports that hold nothing but types.
fn interfaces_of_types(resolve: &Resolve, world: WorldId) -> IndexMap<WorldKey, WorldItem> {
    let interfaces = model::of_world(resolve, world);
    let is_of_types = |key: &WorldKey, item: &WorldItem| {
        let name = resolve.name_world_key(key);
        matches!((key, item), (WorldKey::Interface(_), WorldItem::Interface { .. }))
            && !ItemName::new(&name).is_wasi()
            && interfaces.get(&name).is_some_and(|interface| !interface.has_substance())
    };
    let imports = resolve.worlds[world].imports.iter().filter(|(key, item)| is_of_types(key, item));
    imports.map(|(key, item)| (key.clone(), item.clone())).collect()
}

/// Adds a world with these imports beside `sibling`.
fn add_world(resolve: &mut Resolve, sibling: WorldId, imports: IndexMap<WorldKey, WorldItem>) -> WorldId {
    let name = format!("types-of-{}", resolve.worlds[sibling].name);
    let package = resolve.worlds[sibling].package;
    let world = resolve.worlds.alloc(World {
        name: name.clone(),
        imports,
        exports: IndexMap::default(),
        package,
        docs: Docs::default(),
        stability: Stability::Unknown,
        includes: Vec::new(),
        span: Span::default(),
    });
    if let Some(package) = package {
        resolve.packages[package].worlds.insert(name, world);
    }
    world
}
