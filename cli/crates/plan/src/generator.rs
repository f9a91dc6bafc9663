//! Generators of bindings, declarations and the like for a world. They run in this process.

use std::{fmt, ops::Deref, sync::Arc};

use conjoin_wit::WitFile;

/// Generates files for a world from its WIT alone.
pub trait Generate: Send + Sync {
    /// Describes what it generates. In one version of conjoin, generators with the same fingerprint give the same files
    /// for the same world. It is part of keys.
    fn fingerprint(&self) -> String;

    /// Generates the files for `world`, which is in the package `wit`.
    ///
    /// # Errors
    ///
    /// The world cannot be read, or uses something that the language cannot express.
    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError>;
}

/// A generator in a step. Two are equal if their fingerprints are.
#[derive(Clone)]
pub struct Generator(Arc<dyn Generate>);

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path relative to the generator's folder, with `/`.
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
    /// The world uses something that the language cannot express.
    #[error(
        "the world `{world}` uses {what}, which {language} components cannot have; leave it out of what this world imports and exports"
    )]
    Unsupported {
        /// The world.
        world: String,
        /// What it is and where, e.g. ``a stream (in function `read` of `shop:api/files`)``.
        what: String,
        /// The language, e.g. `Go`.
        language: &'static str,
    },
}

impl Generator {
    /// Wraps `generate` for use in a step.
    pub fn new(generate: impl Generate + 'static) -> Self {
        Self(Arc::new(generate))
    }
}

/// Its fingerprint.
impl fmt::Debug for Generator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.fingerprint())
    }
}

impl Deref for Generator {
    type Target = dyn Generate;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for Generator {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Generator {}
