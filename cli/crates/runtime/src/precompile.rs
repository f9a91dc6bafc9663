//! Compiles native code before it is needed.

use std::{path::Path, sync::Arc};

use crate::{
    RuntimeError,
    code::CodeStore,
    engine::{Allocation, Engines},
    events::Events,
    prove::block_on,
};

/// Compiles the file `component` of the entry `entry` to native code and stores it in the folder `code_cache`, unless
/// it is there.
///
/// A small component is compiled with the optimising compiler. A large one is compiled with the fast compiler, and
/// optimised code replaces that later, while it runs.
///
/// # Errors
///
/// The file cannot be read, is not a component or does not compile, or the folder belongs to another user or is
/// writable by others.
pub fn precompile(entry: &str, component: &Path, code_cache: &Path) -> Result<(), RuntimeError> {
    // Events are dropped: `run` sends them again.
    let events = Events::start(Arc::new(drop)).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
    let code = CodeStore::new(code_cache, Arc::new(Engines::new(Allocation::OnDemand)?), events)?;
    block_on(code.prepare(entry, component))?
}
