//! What a file may cost that a stranger made: checked by one pass over it that allocates nothing to speak of, before anything decodes it.
//!
//! The libraries of wasm-tools reserve memory for what a section announces and walk nested types recursively. After this pass, every
//! section ends within the file, components and types are nested at most [`MAX_NESTING`] deep, and there are at most [`MAX_ITEMS`] of what
//! takes memory. How many types or instances one component may have is wasmparser's to say, which validates the file afterwards.

use std::ops::Range;

use wasmparser::{BinaryReader, BinaryReaderError, ComponentType, ComponentTypeDeclaration, Parser, Payload};

use crate::InspectError;

/// How deep components may lie in components, and types in types; wasmparser allows as much where a type refers to another one.
pub(crate) const MAX_NESTING: usize = 100;

/// How many types, declarations in types, imports, exports, aliases, instances, modules and components a file may hold in all.
pub(crate) const MAX_ITEMS: usize = 2_000_000;

/// Checks a module or a component.
///
/// # Errors
///
/// The first section that does not end or that cannot be read, or the bound that the file exceeds.
pub(crate) fn check(wasm: &[u8]) -> Result<(), InspectError> {
    for description in scan(wasm)?.into_iter().filter(|description| Parser::is_component(description)) {
        scan(description)?;
    }
    Ok(())
}

/// Checks one file; gives the sections in which a module says what component it is to become.
fn scan(wasm: &[u8]) -> Result<Vec<&[u8]>, InspectError> {
    let mut descriptions = Vec::new();
    let mut scan = Scan { wasm, items: 0 };
    let mut nesting = 0_usize;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| scan.invalid(&error))?;
        match &payload {
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                nesting += 1;
                scan.add(1)?;
                if nesting > MAX_NESTING {
                    let offset = usize::try_from(unchecked_range.start).unwrap_or(usize::MAX);
                    return Err(InspectError::TooDeep { what: "components", limit: MAX_NESTING, offset });
                }
            }
            Payload::End(_) => nesting = nesting.saturating_sub(1),
            Payload::TypeSection(section) => scan.add(section.count())?,
            Payload::ImportSection(section) => scan.add(section.count())?,
            Payload::ExportSection(section) => scan.add(section.count())?,
            Payload::InstanceSection(section) => scan.add(section.count())?,
            Payload::CoreTypeSection(section) => scan.add(section.count())?,
            Payload::ComponentInstanceSection(section) => scan.add(section.count())?,
            Payload::ComponentAliasSection(section) => scan.add(section.count())?,
            Payload::ComponentCanonicalSection(section) => scan.add(section.count())?,
            Payload::ComponentImportSection(section) => scan.add(section.count())?,
            Payload::ComponentExportSection(section) => scan.add(section.count())?,
            Payload::ComponentTypeSection(section) => scan.types(&section.range())?,
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                descriptions.push(section.data());
            }
            _ => {}
        }
    }
    Ok(descriptions)
}

struct Scan<'a> {
    wasm: &'a [u8],
    items: usize,
}

/// A list in a section of types of which some items were not read yet.
struct Open {
    left: u32,
    /// Whether its items are the declarations of a type of a component or an instance; they are types otherwise.
    holds_declarations: bool,
}

impl Scan<'_> {
    fn add(&mut self, count: u32) -> Result<(), InspectError> {
        self.items = self.items.saturating_add(count as usize);
        if self.items > MAX_ITEMS { Err(InspectError::TooMany { limit: MAX_ITEMS }) } else { Ok(()) }
    }

    /// Reads the section of types at `range`. Only types of components and instances hold others; they are followed here, and the rest
    /// is wasmparser's.
    fn types(&mut self, range: &Range<u64>) -> Result<(), InspectError> {
        let bytes = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = bytes.and_then(|(start, end)| self.wasm.get(start..end)).unwrap_or_default();
        let mut reader = BinaryReader::new(bytes, range.start);
        let count = reader.read_var_u32().map_err(|error| self.invalid(&error))?;
        self.add(count)?;
        let mut open = vec![Open { left: count, holds_declarations: false }];
        while let Some(list) = open.last_mut() {
            if list.left == 0 {
                open.pop();
                continue;
            }
            list.left -= 1;
            let opened = next_type(&mut reader, list.holds_declarations).map_err(|error| self.invalid(&error))?;
            if let Some(count) = opened {
                self.add(count)?;
                open.push(Open { left: count, holds_declarations: true });
                if open.len() - 1 > MAX_NESTING {
                    let offset = usize::try_from(reader.original_position()).unwrap_or(usize::MAX);
                    return Err(InspectError::TooDeep { what: "types", limit: MAX_NESTING, offset });
                }
            }
        }
        Ok(())
    }

    fn invalid(&self, error: &BinaryReaderError) -> InspectError {
        InspectError::of_reader(error, self.wasm.len())
    }
}

/// Reads a type, or a declaration; of a type that holds declarations only how many, which it gives.
fn next_type(reader: &mut BinaryReader<'_>, is_declaration: bool) -> wasmparser::Result<Option<u32>> {
    // The numbers are those of the binary format.
    const TYPE: u8 = 0x01;
    const OF_COMPONENT: u8 = 0x41;
    const OF_INSTANCE: u8 = 0x42;
    let mut ahead = reader.clone();
    if is_declaration {
        if ahead.read_u8()? != TYPE {
            return reader.read::<ComponentTypeDeclaration<'_>>().map(|_| None);
        }
        *reader = ahead.clone();
    }
    if !matches!(ahead.read_u8()?, OF_COMPONENT | OF_INSTANCE) {
        return reader.read::<ComponentType<'_>>().map(|_| None);
    }
    let count = ahead.read_var_u32()?;
    *reader = ahead;
    Ok(Some(count))
}
