//! What is generated in process: the one door, for the performer.

use conjoin_plan::Generator;
use conjoin_wit::WitFile;

use crate::{clang, go, javascript};

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
    /// The world cannot be read.
    #[error("{0}")]
    Wit(String),
    /// The language has no form for something that the world reaches.
    #[error(
        "the world `{world}` uses {what}, which {language} components cannot have; leave it out of what this world imports and exports"
    )]
    Unsupported {
        /// The world.
        world: String,
        /// What it is, with where it stands, e.g. ``a stream (in function `read` of `shop:api/files`)``.
        what: String,
        /// The language, e.g. `Go`.
        language: &'static str,
    },
}

/// Makes what `generator` stands for of `world`, which the package `wit` has.
pub fn generate(generator: &Generator, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
    match generator {
        Generator::TypeScript => {
            let (resolve, world) = resolve(wit, world)?;
            Ok(javascript::declaration_files(&resolve, world))
        }
        Generator::Go { package } => go::generate(package, wit, world),
        Generator::C => clang::generate(wit, world),
        Generator::QuickJs => {
            let (resolve, world) = resolve(wit, world)?;
            Ok(javascript::value_files(&resolve, world))
        }
    }
}

fn resolve(wit: &[WitFile], world: &str) -> Result<(wit_parser::Resolve, wit_parser::WorldId), GenerateError> {
    conjoin_wit::resolve(wit, world).map_err(|error| GenerateError::Wit(error.to_string()))
}
