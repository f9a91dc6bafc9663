//! Makes an entry's linker and explains what does not fit.

use conjoin_policy::InterfaceName;
use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

use super::denial;
use crate::{
    RuntimeError,
    guest::{Blueprint, Guest},
};

/// Prepares a component of an entry for instantiation.
pub(crate) fn link(
    engine: &Engine,
    component: &Component,
    blueprint: &Blueprint,
) -> Result<InstancePre<Guest>, RuntimeError> {
    let entry = &blueprint.entry().name;
    let failed = |error: &wasmtime::Error| RuntimeError::Link { entry: entry.clone(), reason: format!("{error:#}") };
    let mut linker = host_functions(engine).map_err(|error| failed(&error))?;
    denial::deny(&mut linker, component, blueprint).map_err(|error| failed(&error))?;
    linker.instantiate_pre(component).map_err(|error| missing_import(&error, entry).unwrap_or_else(|| failed(&error)))
}

fn host_functions(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(true);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// The import that the host does not have at all, if that is what Wasmtime complains about.
fn missing_import(error: &wasmtime::Error, entry: &str) -> Option<RuntimeError> {
    let text = format!("{error:#}");
    if !text.contains("matching implementation was not found") {
        return None;
    }
    let interface = text.split('`').nth(1)?.to_owned();
    let why = if InterfaceName::parse(&interface).is_ok_and(|name| name.is_wasi()) {
        "this host does not have (of WASI 0.2 and 0.3 it has cli, clocks, filesystem, http, io, random and sockets)"
    } else {
        "no component of its composition provides"
    };
    Some(RuntimeError::MissingImport { entry: entry.to_owned(), interface, why })
}
