//! Replaces host functions by denials. Refuses to guess: a function is denied by the type it has, not by a list of names.

use std::sync::Arc;

use wasmtime::component::{
    Component, Linker, Val,
    types::{ComponentFunc, ComponentItem, Type},
};

use crate::{
    Capability,
    denials::Denials,
    guest::{Blueprint, Guest},
};

/// The packages of the host and the version of each generation that it defines.
const PACKAGES: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];
const GENERATION_2: &str = "0.2.12";
const GENERATION_3: &str = "0.3.0";

/// Replaces what the entry was not granted.
pub(super) fn deny(linker: &mut Linker<Guest>, component: &Component, blueprint: &Blueprint) -> wasmtime::Result<()> {
    let engine = component.engine().clone();
    let ty = component.component_type();
    for (import, item) in ty.imports(&engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        let Some(defined) = defined_name(import) else { continue };
        let interface = import.split('@').next().unwrap_or(import);
        let Some(capability) = missing_tools(interface, blueprint) else { continue };
        for (function, item) in instance.exports(&engine) {
            let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
            if !is_denied(interface, function) {
                continue;
            }
            let denial = Denial {
                capability: capability.clone(),
                call: format!("{interface}.{}", bare(function)),
                denials: Arc::clone(&blueprint.denials),
            };
            let mut instance = linker.instance(&defined)?;
            if ty.async_() {
                instance.func_new_concurrent(function, move |_, ty, _, results| {
                    let answer = denial.answer(&ty, results);
                    Box::pin(async move { answer })
                })?;
            } else {
                instance.func_new(function, move |_, ty, _, results| denial.answer(&ty, results))?;
            }
        }
    }
    Ok(())
}

/// The name under which the host defines an interface that a guest imports in a version of its own.
fn defined_name(import: &str) -> Option<String> {
    let (interface, version) = import.split_once('@')?;
    let package = interface.strip_prefix("wasi:")?.split('/').next()?;
    if !PACKAGES.contains(&package) {
        return None;
    }
    let defined = if version.starts_with("0.2.") {
        GENERATION_2
    } else if version.starts_with("0.3.") {
        GENERATION_3
    } else {
        return None;
    };
    Some(format!("{interface}@{defined}"))
}

/// What an entry lacks to use an interface; none if it was granted or is denied in another way.
fn missing_tools(interface: &str, blueprint: &Blueprint) -> Option<Capability> {
    let grants = &blueprint.entry().grants;
    let package = interface.strip_prefix("wasi:")?.split('/').next()?;
    match package {
        "clocks" if !grants.clocks => Some(Capability::Clocks),
        "random" if !grants.random => Some(Capability::Random),
        "sockets" if !grants.sockets => Some(Capability::Sockets),
        _ => None,
    }
}

/// Of sockets only what makes something is denied, the rest cannot be reached without it. The seed of hash tables may by its
/// definition be the same each time, so who was not granted randomness gets a fixed one (see `guest`): hash tables go on
/// working.
fn is_denied(interface: &str, function: &str) -> bool {
    if interface == "wasi:random/insecure-seed" {
        return false;
    }
    if !interface.starts_with("wasi:sockets/") {
        return true;
    }
    matches!(
        function,
        "create-tcp-socket"
            | "create-udp-socket"
            | "resolve-addresses"
            | "[static]tcp-socket.create"
            | "[static]udp-socket.create"
    )
}

/// A function's name without the marks of its kind.
fn bare(function: &str) -> &str {
    function.rsplit(']').next().unwrap_or(function)
}

struct Denial {
    capability: Capability,
    call: String,
    denials: Arc<Denials>,
}

impl Denial {
    fn answer(&self, ty: &ComponentFunc, results: &mut [Val]) -> wasmtime::Result<()> {
        let denied = self.denials.report(&self.capability, &self.call);
        let error = ty.results().next().and_then(|result| access_denied(&result));
        match (error, results) {
            (Some(error), [result]) => {
                *result = Val::Result(Err(Some(Box::new(error))));
                Ok(())
            }
            _ => Err(denied.into()),
        }
    }
}

/// The `access-denied` of a function's error type, if it has one.
fn access_denied(result: &Type) -> Option<Val> {
    let Type::Result(result) = result else { return None };
    match result.err()? {
        Type::Enum(cases) if cases.names().any(|name| name == "access-denied") => {
            Some(Val::Enum("access-denied".to_owned()))
        }
        Type::Variant(cases) if cases.cases().any(|case| case.name == "access-denied" && case.ty.is_none()) => {
            Some(Val::Variant("access-denied".to_owned(), None))
        }
        _ => None,
    }
}
