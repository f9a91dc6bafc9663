//! What makes bindings, declarations and the like of a world, in process.

use std::{fmt, ops::Deref, sync::Arc};

use conjoin_wit::WitFile;

/// Makes files of a world, from nothing but its WIT.
pub trait Generate: Send + Sync {
    /// What it makes, in words: two of one fingerprint make the same of the same world, in one version of conjoin. Part of keys.
    fn fingerprint(&self) -> String;

    /// The files that it makes of `world`, which the package `wit` has.
    ///
    /// # Errors
    ///
    /// The world cannot be read, or reaches something for which the language has no form.
    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError>;
}

/// A generator as part of a step. Two are equal if their fingerprints are.
#[derive(Clone)]
pub struct Generator(Arc<dyn Generate>);

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

impl Generator {
    /// `generate` as part of a step.
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
