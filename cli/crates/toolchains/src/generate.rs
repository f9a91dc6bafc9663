//! What generators share.

use conjoin_plan::GenerateError;
use conjoin_wit::WitFile;
use wit_parser::{Resolve, WorldId};

/// The world that a generator is to make something of.
pub(crate) fn resolve(wit: &[WitFile], world: &str) -> Result<(Resolve, WorldId), GenerateError> {
    conjoin_wit::resolve(wit, world).map_err(|error| GenerateError::Wit(error.to_string()))
}
