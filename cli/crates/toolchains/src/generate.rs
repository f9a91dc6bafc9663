//! What is generated in process: the one door, for the performer.

use conjoin_plan::Generator;
use conjoin_wit::WitFile;

use crate::javascript;

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
    /// The world cannot be read.
    #[error("{0}")]
    Wit(String),
}

/// Makes what `generator` stands for of `world`, which the package `wit` has.
pub fn generate(generator: &Generator, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
    match generator {
        Generator::TypeScript => {
            let (resolve, world) =
                conjoin_wit::resolve(wit, world).map_err(|error| GenerateError::Wit(error.to_string()))?;
            Ok(javascript::declaration_files(&resolve, world))
        }
        Generator::Go { .. } => Err(GenerateError::Unknown("bindings for Go")),
    }
}
