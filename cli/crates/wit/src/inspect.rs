//! What a built component imports and exports.

use wit_component::DecodedWasm;

use crate::{Surface, surface};

/// Why a file is not a component that can be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Something else.
    #[error("it is not WebAssembly: it begins with {begin}, and a component begins with `\\0asm`")]
    NotWebAssembly {
        /// The first bytes, as text where they are.
        begin: String,
    },
    /// A module, which lacks the types of a component.
    #[error("it is a core WebAssembly module, not a component")]
    CoreModule,
    /// A package of WIT, which has the form of a component and holds no code.
    #[error("it is a WIT package in binary form, which holds no code")]
    WitPackage,
    /// The file ends too early.
    #[error("it is cut off after {length} bytes")]
    Truncated {
        /// How long it is.
        length: usize,
    },
    /// The contents are wrong.
    #[error("it is not a valid component: {reason} (at byte {offset})")]
    Invalid {
        /// What is wrong.
        reason: String,
        /// Where.
        offset: usize,
    },
    /// The contents are right, but say something that WIT cannot.
    #[error("its imports and exports cannot be described in WIT: {reason}")]
    Unsupported {
        /// What is wrong.
        reason: String,
    },
}

impl InspectError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::Truncated { .. } => "build it again, or copy it again",
            Self::NotWebAssembly { .. } => "name the built `.wasm` file",
            Self::CoreModule => {
                "build it for a target that makes components, e.g. Rust's `wasm32-wasip2`; `cargo install wasm-tools` gets the tool \
                 that turns a module which knows its WIT into one: `wasm-tools component new MODULE -o COMPONENT`"
            }
            Self::WitPackage => "name the component that implements it",
            Self::Invalid { .. } => "build it again with current tools",
            Self::Unsupported { .. } => "build it again from a world whose imports and exports WIT can name",
        }
    }
}

/// What `component` imports and exports. The whole file is validated.
pub fn inspect(component: &[u8]) -> Result<Surface, InspectError> {
    match decode(component)? {
        DecodedWasm::Component(resolve, world) => Ok(surface::of_world(&resolve, world)),
        DecodedWasm::WitPackage(..) => Err(InspectError::WitPackage),
    }
}

/// What the file describes. The whole file is validated.
pub(crate) fn decode(component: &[u8]) -> Result<DecodedWasm, InspectError> {
    check_header(component)?;
    wit_component::decode(component).map_err(|error| {
        let invalid = error.chain().find_map(|cause| cause.downcast_ref::<wasmparser::BinaryReaderError>());
        match invalid {
            Some(invalid) if is_end(invalid, component.len()) => InspectError::Truncated { length: component.len() },
            Some(invalid) => InspectError::Invalid { reason: invalid.message().to_owned(), offset: offset(invalid) },
            None => InspectError::Unsupported { reason: format!("{error:#}") },
        }
    })
}

fn check_header(bytes: &[u8]) -> Result<(), InspectError> {
    const MAGIC: &[u8] = b"\0asm";
    if bytes.is_empty() {
        return Err(InspectError::Empty);
    }
    if !bytes.starts_with(MAGIC) {
        return Err(if MAGIC.starts_with(bytes) {
            InspectError::Truncated { length: bytes.len() }
        } else {
            InspectError::NotWebAssembly { begin: begin(bytes) }
        });
    }
    if bytes.len() < 8 {
        return Err(InspectError::Truncated { length: bytes.len() });
    }
    if wasmparser::Parser::is_core_wasm(bytes) {
        return Err(InspectError::CoreModule);
    }
    Ok(())
}

/// The first bytes, as text if they are text.
fn begin(bytes: &[u8]) -> String {
    let first = &bytes[..bytes.len().min(16)];
    let is_text = first.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    if is_text {
        let line = first.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        return format!("`{}`", String::from_utf8_lossy(line));
    }
    let bytes: Vec<String> = first.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("the bytes {}", bytes.join(" "))
}

fn is_end(error: &wasmparser::BinaryReaderError, length: usize) -> bool {
    error.message().starts_with("unexpected end") && offset(error) >= length.saturating_sub(8)
        || error.message().contains("unexpected end-of-file")
}

fn offset(error: &wasmparser::BinaryReaderError) -> usize {
    usize::try_from(error.offset()).unwrap_or(usize::MAX)
}
