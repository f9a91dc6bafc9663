//! A module or component without what only people and debuggers read.

use wasm_encoder::Encode as _;
use wasmparser::{BinaryReader, BinaryReaderError};

use crate::{InspectError, bounds};

/// The magic number and the version.
const HEADER: usize = 8;
/// The version and layer of components.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

/// `wasm`, a module or component, without the names of its functions and items and without debug information, also those of the
/// modules and components in it. Who made it stays.
///
/// # Errors
///
/// Where it is no WebAssembly, or why it is not read (see [`crate::inspect`]).
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, InspectError> {
    if wasm.is_empty() {
        return Err(InspectError::Empty);
    }
    bounds::check(wasm)?;
    without_names(wasm).map_err(|error| InspectError::of_reader(&error, wasm.len()))
}

/// It recurses as deep as components lie in components, which is bounded.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(wasm, 0);
    let header = reader.read_bytes(HEADER)?;
    let is_component = header.ends_with(&COMPONENT);
    let mut stripped = header.to_vec();
    while !reader.eof() {
        let section = Section::of(reader.read_u8()?, is_component);
        let length = reader.read_var_u32()? as usize;
        let start = reader.original_position();
        let body = reader.read_bytes(length)?;
        match section {
            Section::Custom if is_for_people(BinaryReader::new(body, start).read_string()?) => {}
            Section::Nested(id) => push(&mut stripped, id, &without_names(body)?),
            Section::Custom => push(&mut stripped, 0, body),
            Section::Other(id) => push(&mut stripped, id, body),
        }
    }
    Ok(stripped)
}

/// What a section is, as far as it matters here; the numbers are those of the binary format.
enum Section {
    Custom,
    /// A core module or a component within a component.
    Nested(u8),
    Other(u8),
}

impl Section {
    fn of(id: u8, in_component: bool) -> Self {
        match id {
            0 => Self::Custom,
            1 | 4 if in_component => Self::Nested(id),
            _ => Self::Other(id),
        }
    }
}

/// Whether a custom section of this name holds names or debug information.
fn is_for_people(name: &str) -> bool {
    matches!(name, "name" | "component-name") || name.starts_with(".debug_")
}

fn push(wasm: &mut Vec<u8>, id: u8, body: &[u8]) {
    wasm.push(id);
    body.encode(wasm);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &str = r#"(component $outer
      (core module $inner
        (func $adds (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
        (@custom ".debug_info" "where it stands")
        (@custom "producers" "\00"))
      (core instance $made (instantiate $inner))
      (component $within (core module $deep (func $secret))))"#;

    /// The names of all custom sections.
    fn custom(wasm: &[u8]) -> Vec<String> {
        let payloads = wasmparser::Parser::new(0).parse_all(wasm).map(|payload| payload.expect("it is right"));
        let names = payloads.filter_map(|payload| match payload {
            wasmparser::Payload::CustomSection(section) => Some(section.name().to_owned()),
            _ => None,
        });
        names.collect()
    }

    #[test]
    fn names_and_debug_information_are_gone_at_every_depth_and_the_rest_is_there() {
        let whole = wat::parse_str(NESTED).expect("the text is right");
        let stripped = strip(&whole).expect("it is right");
        assert_eq!(custom(&stripped), ["producers"]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(text(&whole).contains("secret") && !text(&stripped).contains("secret"));
        wasmparser::Validator::new().validate_all(&stripped).expect("it is right still");
        let (mut left, mut sections) = (custom(&whole).len(), 0);
        for payload in wasmparser::Parser::new(0).parse_all(&whole) {
            sections += usize::from(payload.expect("it is right").as_section().is_some());
        }
        for payload in wasmparser::Parser::new(0).parse_all(&stripped) {
            sections -= usize::from(payload.expect("it is right").as_section().is_some());
        }
        left -= custom(&stripped).len();
        assert_eq!(sections, left, "only custom sections are gone");
        assert_eq!(strip(&stripped).expect("it is right"), stripped);
    }

    #[test]
    fn what_is_cut_off_is_an_error_with_its_place() {
        let whole = wat::parse_str(NESTED).expect("the text is right");
        assert_eq!(strip(&[]), Err(InspectError::Empty));
        let errors = (1..whole.len()).filter_map(|end| Some((end, strip(&whole[..end]).err()?)));
        let truncated = errors.filter(|(end, error)| *error == InspectError::Truncated { length: *end });
        assert!(truncated.count() > 100);
    }
}
