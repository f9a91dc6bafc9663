//! What is generated in process: the one door, for the performer.

use conjoin_plan::Generator;
use conjoin_wit::WitFile;

/// A file that a generator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Where, relative to the generator's folder, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Why nothing could be generated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// There is no such generator yet.
    #[error("this version of conjoin makes no {0}")]
    Unknown(&'static str),
}

/// Makes what `generator` stands for of `world`, which the package `wit` has.
pub fn generate(generator: &Generator, _wit: &[WitFile], _world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
    match generator {
        Generator::TypeScript => Err(GenerateError::Unknown("declarations for TypeScript")),
        Generator::Go { .. } => Err(GenerateError::Unknown("bindings for Go")),
    }
}
