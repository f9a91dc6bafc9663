//! The door: text in, a checked manifest or all that is wrong with it out.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use serde::Deserialize as _;
use toml::de::{DeTable, Deserializer};

use crate::{LanguageSet, Manifest, check, raw::RawManifest, shape};

/// Parses a manifest whose components are written in `languages`.
///
/// There are four steps. Each runs only if the previous one succeeded:
/// 1. `shape::parse_table` parses TOML, in which each key occurs once.
/// 2. `shape::check_format` refuses unknown formats, whose keys could not be checked.
/// 3. `RawManifest` checks the keys and the types of their values.
/// 4. `check::check` checks the values. It finds all errors, in the order of the file.
///
/// # Errors
///
/// The first error of shape, or all errors of meaning.
pub fn parse(source: &Arc<Source>, languages: &LanguageSet) -> Result<Manifest, Vec<Diagnostic>> {
    let raw = parse_raw(source).map_err(|diagnostic| vec![diagnostic])?;
    check::check(source, &raw, languages)
}

fn parse_raw(source: &Arc<Source>) -> Result<RawManifest, Diagnostic> {
    let table: toml::Spanned<DeTable> = shape::parse_table(source)?;
    shape::check_format(source, table.get_ref())?;
    RawManifest::deserialize(Deserializer::from(table)).map_err(|error| shape::from_error(source, &error))
}
