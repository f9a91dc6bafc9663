//! What a built component imports and exports.

use wasmparser::BinaryReaderError;
use wit_component::DecodedWasm;

use crate::{Surface, bounds, guarded, surface};

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
    /// More levels than are decoded.
    #[error("its {what} are nested more than {limit} deep (at byte {offset})")]
    TooDeep {
        /// What is nested, in the plural.
        what: &'static str,
        /// How deep it may be.
        limit: usize,
        /// Where it is deeper.
        offset: usize,
    },
    /// More than is decoded.
    #[error("it announces more than {limit} types, imports, exports and instances in all")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// The libraries that read components gave up on the contents.
    #[error("it cannot be read: {reason}")]
    Unreadable {
        /// What they said.
        reason: String,
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
            Self::Invalid { .. } | Self::Unreadable { .. } => "build it again with current tools",
            Self::TooDeep { .. } => "build it again from WIT with flatter types, and with current tools",
            Self::TooMany { .. } => "build it again with current tools, or divide it into several components",
            Self::Unsupported { .. } => "build it again from a world whose imports and exports WIT can name",
        }
    }
}

/// What `component` imports and exports. The whole file is validated, and none can take more memory than in proportion to its size: one
/// that nests components or types more than 100 deep, or that announces more than two million items, is refused before it is decoded.
///
/// # Errors
///
/// Why the file is no component that can be used.
///
/// ```
/// let component = wat::parse_str(r#"(component (import "shop:api/store" (instance (export "f" (func)))))"#)?;
/// let surface = conjoin_wit::inspect(&component)?;
/// assert_eq!(surface.imports[0].name.as_str(), "shop:api/store");
/// assert_eq!(conjoin_wit::inspect(b""), Err(conjoin_wit::InspectError::Empty));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn inspect(component: &[u8]) -> Result<Surface, InspectError> {
    on_decoded(component, |decoded| match decoded {
        DecodedWasm::Component(resolve, world) => Ok(surface::of_world(&resolve, world)),
        DecodedWasm::WitPackage(..) => Err(InspectError::WitPackage),
    })
}

/// What `action` makes of what `component` describes: the one door through which bytes of strangers are decoded. They are checked
/// against the [bounds], and everything happens on a thread whose stack is large enough for what is within these.
///
/// # Errors
///
/// Why the file is no component, or the error of `action`.
pub(crate) fn on_decoded<T: Send>(
    component: &[u8],
    action: impl FnOnce(DecodedWasm) -> Result<T, InspectError> + Send,
) -> Result<T, InspectError> {
    check_header(component)?;
    bounds::check(component)?;
    let decoded = || {
        let decoded = wit_component::decode(component).map_err(|error| {
            let invalid = error.chain().find_map(|cause| cause.downcast_ref::<BinaryReaderError>());
            match invalid {
                Some(invalid) => InspectError::of_reader(invalid, component.len()),
                None => InspectError::Unsupported { reason: format!("{error:#}") },
            }
        });
        action(decoded?)
    };
    guarded(decoded).unwrap_or_else(|reason| Err(InspectError::Unreadable { reason }))
}

impl InspectError {
    /// `error` of a file of this length.
    pub(crate) fn of_reader(error: &BinaryReaderError, length: usize) -> Self {
        if is_end(error, length) {
            Self::Truncated { length }
        } else {
            Self::Invalid { reason: error.message().to_owned(), offset: offset(error) }
        }
    }
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

fn is_end(error: &BinaryReaderError, length: usize) -> bool {
    error.message().starts_with("unexpected end") && offset(error) >= length.saturating_sub(8)
        || error.message().contains("unexpected end-of-file")
}

fn offset(error: &BinaryReaderError) -> usize {
    usize::try_from(error.offset()).unwrap_or(usize::MAX)
}
