//! Replaces host functions by denials. The table of permissions says which;
//! how a function is denied follows from the type that it has.

use std::sync::Arc;

use conjoin_policy::{InterfaceName, PERMISSIONS, Permission};
use wasmtime::component::{
    Component, Linker, Val,
    types::{ComponentFunc, ComponentItem, Type},
};

use crate::{
    denials::Denials,
    guest::{Blueprint, Guest},
};

/// The packages of the host and the version of each generation that it defines.
const PACKAGES: [&str; 7] =
    ["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:http", "wasi:io", "wasi:random", "wasi:sockets"];
const GENERATION_2: &str = "0.2.12";
const GENERATION_3: &str = "0.3.0";

/// Replaces what the entry was not granted.
pub(super) fn deny(linker: &mut Linker<Guest>, component: &Component, blueprint: &Blueprint) -> wasmtime::Result<()> {
    let engine = component.engine().clone();
    let ty = component.component_type();
    for (import, item) in ty.imports(&engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        let Ok(interface) = InterfaceName::parse(import) else { continue };
        let Some(defined) = defined_name(&interface) else { continue };
        for (function, item) in instance.exports(&engine) {
            let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
            let missing = |permission: &&&'static Permission| {
                permission.denies(&interface, function) && !blueprint.entry().grants.has(permission)
            };
            let Some(permission) = PERMISSIONS.iter().find(missing) else { continue };
            let denial = Denial {
                permission,
                call: format!("{}.{}", interface.without_version(), bare(function)),
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
fn defined_name(import: &InterfaceName) -> Option<String> {
    if !PACKAGES.contains(&import.package()) {
        return None;
    }
    let version = import.version()?;
    let defined = match (version.major, version.minor) {
        (0, 2) => GENERATION_2,
        (0, 3) => GENERATION_3,
        _ => return None,
    };
    Some(format!("{}@{defined}", import.without_version()))
}

/// A function's name without the marks of its kind.
fn bare(function: &str) -> &str {
    function.rsplit(']').next().unwrap_or(function)
}

struct Denial {
    permission: &'static Permission,
    call: String,
    denials: Arc<Denials>,
}

impl Denial {
    fn answer(&self, ty: &ComponentFunc, results: &mut [Val]) -> wasmtime::Result<()> {
        let denied = self.denials.report(self.permission, None, &self.call);
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
