//! The door: text in, a checked manifest or all that is wrong with it out.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use serde::Deserialize as _;
use toml::de::{DeTable, Deserializer};

use crate::{LanguageSet, Manifest, check, raw::RawManifest, shape};

/// Reads a manifest, in which components are written in `languages`.
///
/// The steps, each of which must succeed for the next to be tried:
/// 1. `shape::parse_table`: TOML, each key once;
/// 2. `shape::check_format`: no other format than the one known here, whose keys could not be judged;
/// 3. the keys and the kinds of their values, by `RawManifest`;
/// 4. `check::check`: what the values mean. All errors are found, in the order of the file.
pub fn parse(source: &Arc<Source>, languages: &LanguageSet) -> Result<Manifest, Vec<Diagnostic>> {
    let raw = parse_raw(source).map_err(|diagnostic| vec![diagnostic])?;
    check::check(source, &raw, languages)
}

fn parse_raw(source: &Arc<Source>) -> Result<RawManifest, Diagnostic> {
    let table: toml::Spanned<DeTable> = shape::parse_table(source)?;
    shape::check_format(source, table.get_ref())?;
    RawManifest::deserialize(Deserializer::from(table)).map_err(|error| shape::from_error(source, &error))
}
