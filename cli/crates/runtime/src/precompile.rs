//! Makes native code before it is needed.

use std::{path::Path, sync::Arc};

use crate::{
    RuntimeError,
    code::CodeStore,
    engine::{Allocation, Engines},
    event::Events,
    prove::block_on,
};

/// Sees to it that `code_cache` has native code of the component of `entry`: optimised code of a small one, of a big one what a
/// fast compiler makes, which is replaced while it runs.
pub fn precompile(entry: &str, component: &Path, code_cache: &Path) -> Result<(), RuntimeError> {
    // What is to be told is told again when it runs.
    let events = Events::start(Arc::new(drop)).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
    let code = CodeStore::new(code_cache, Arc::new(Engines::new(Allocation::OnDemand)?), events)?;
    block_on(code.prepare(entry, component))?
}
