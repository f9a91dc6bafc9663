//! Makes native code before it is needed.

use std::{path::Path, sync::Arc};

use crate::{
    RuntimeError,
    code::CodeStore,
    engine::{Allocation, Engines},
    events::Events,
    prove::block_on,
};

/// Compiles the file `component` of the entry `entry` to native code and keeps that in the folder `code_cache`, unless it is there
/// already.
///
/// A small component is compiled with the optimising compiler. A big one is compiled with the fast compiler, whose code is replaced
/// while it runs.
///
/// # Errors
///
/// If the file cannot be read, is no component or does not compile, and if the folder belongs to another user or can be written to
/// by others.
pub fn precompile(entry: &str, component: &Path, code_cache: &Path) -> Result<(), RuntimeError> {
    // What is to be told is told again when it runs.
    let events = Events::start(Arc::new(drop)).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
    let code = CodeStore::new(code_cache, Arc::new(Engines::new(Allocation::OnDemand)?), events)?;
    block_on(code.prepare(entry, component))?
}
