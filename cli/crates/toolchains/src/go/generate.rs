//! The bindings of a world: the generator's files, rewritten, and conjoin's support code.

use std::collections::BTreeMap;

use conjoin_plan::{Generate, GenerateError, GeneratedFile};
use conjoin_wit::{ItemName, WitFile, leave_run_to_adapter};
use wit_bindgen_core::Files;
use wit_bindgen_go::{Format, Opts};
use wit_parser::{Resolve, WorldId};

use super::{
    exports,
    imports::take_host_functions,
    source::{Import, Source},
};
use crate::{generate::resolve, unsupported::unsupported};

/// What bindings depend on beside the world; the number counts changes of `support/go` and of this module.
pub(super) const VERSION: &str = concat!("bindings for Go 3 of conjoin ", env!("CARGO_PKG_VERSION"));

/// Where the generator thinks that its support code is.
const FOREIGN_SUPPORT: &str = "go.bytecodealliance.org/pkg/wit/";
/// The largest tuple that the support code has a type for.
const LARGEST_TUPLE: usize = 16;

macro_rules! support {
    ($name:literal) => {
        ($name, include_str!(concat!("../../support/go/", $name)))
    };
}

const SUPPORT: &[(&str, &str)] = &[
    support!("internal/runtime/empty_wasm.s"),
    support!("internal/runtime/handle.go"),
    support!("internal/runtime/memory.go"),
    support!("internal/runtime/realloc_wasm.go"),
    support!("wit/tuples.go"),
    support!("wit/values.go"),
];

/// What makes a program of a component that imports.
const PROGRAM: &[(&str, &str)] = &[support!("internal/runtime/main_wasm.go")];

/// The bridge to `net/http`; `BINDINGS` stands for the path of the package around it.
const BRIDGE: &[(&str, &str)] =
    &[support!("wasihttp/handler.go"), support!("wasihttp/request.go"), support!("wasihttp/response.go")];

/// Bindings for the standard Go compiler.
#[derive(Debug)]
pub struct Bindings {
    /// The import path of the folder, e.g. `shop/pricing/bindings`.
    pub package: String,
}

impl Generate for Bindings {
    fn fingerprint(&self) -> String {
        format!("Go package {:?}", self.package)
    }

    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        generate(&self.package, wit, world)
    }
}

/// The bindings of `world`, packages below `package`.
fn generate(package: &str, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
    let (mut resolve, id) = resolve(wit, world)?;
    if let Some(what) = unsupported(&resolve, LARGEST_TUPLE) {
        return Err(GenerateError::Unsupported { world: world.to_owned(), what, language: "Go" });
    }
    let exports: Vec<ItemName> =
        resolve.worlds[id].exports.keys().map(|key| ItemName::new(&resolve.name_world_key(key))).collect();
    let is_program = matches!(exports.as_slice(), [only] if only.without_version() == "wasi:cli/run");
    if is_program {
        leave_run_to_adapter(&mut resolve, id);
        if resolve.worlds[id].imports.is_empty() {
            return Ok(Vec::new());
        }
    }
    let mut files = rewritten(package, &raw(package, &mut resolve, id)?);
    if is_program {
        files.retain(|path, _| !path.starts_with("wit_exports/"));
    }
    let mut support = SUPPORT.to_vec();
    if exports.iter().any(|export| export.without_version() == "wasi:http/incoming-handler") {
        support.extend_from_slice(BRIDGE);
    }
    if is_program {
        support.extend_from_slice(PROGRAM);
    }
    files.extend(support.into_iter().map(|(path, text)| (path.to_owned(), text.replace("BINDINGS", package))));
    Ok(files.into_iter().map(|(path, text)| GeneratedFile { path, text }).collect())
}

/// The generator's own files.
fn raw(package: &str, resolve: &mut Resolve, world: WorldId) -> Result<Files, GenerateError> {
    let options =
        Opts { format: Format::False, generate_stubs: true, pkg_name: Some(package.to_owned()), ..Opts::default() };
    let mut files = Files::default();
    let generated = options.build().generate(resolve, world, &mut files);
    generated.map_err(|error| GenerateError::Wit(format!("{error:#}")))?;
    Ok(files)
}

fn rewritten(package: &str, raw: &Files) -> BTreeMap<String, String> {
    let support = Import { alias: Some("witRuntime".to_owned()), path: format!("{package}/internal/runtime") };
    let mut files = BTreeMap::new();
    for (path, contents) in raw.iter().filter(|(path, _)| !path.ends_with("/empty.s")) {
        let mut source = Source::parse(&String::from_utf8_lossy(contents));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        redirect_imports(&mut source, package, &support);
        if folder == "wit_exports" {
            release_arguments(&mut source);
            "Package wit_exports holds the functions that others call. The package main imports it for that alone."
                .clone_into(&mut source.about);
        } else if folder.starts_with("export_") {
            exports::make_assignable(&mut source);
        } else {
            release_results(&mut source);
        }
        fix_pointers(&mut source);
        let mut add = |name: &str, source: &Source| files.insert(format!("{folder}/{name}"), source.text());
        if let Some([inside, outside]) = take_host_functions(&mut source, &support) {
            add("host_wasm.go", &inside);
            add("host_other.go", &outside);
        }
        let name = if folder == "wit_exports" { "exports.go" } else { "bindings.go" };
        add(name, &source);
    }
    files
}

/// Lets a file find conjoin's support code.
fn redirect_imports(source: &mut Source, package: &str, support: &Import) {
    for import in &mut source.imports {
        match import.path.strip_prefix(FOREIGN_SUPPORT) {
            Some("types") => import.path = format!("{package}/wit"),
            Some(_) => *import = support.clone(),
            None => {}
        }
    }
    if !source.imports.contains(support) {
        source.imports.push(support.clone());
    }
}

/// Lets every exported function give up what was allocated for its arguments. The generator does so only where it sees that
/// there may be something.
fn release_arguments(source: &mut Source) {
    const RELEASE: &str = "witRuntime.Unpin()";
    let body = std::mem::take(&mut source.body);
    for (index, line) in body.iter().enumerate() {
        source.body.push(line.clone());
        let opens = line.starts_with("func wasm_export_") && !line.starts_with("func wasm_export_post_return_");
        let mut rest = body[index + 1..].iter().take_while(|line| !line.starts_with("func "));
        if opens && !rest.any(|line| line.trim() == RELEASE) {
            source.body.push(RELEASE.to_owned());
        }
    }
}

/// Lets every function that calls the host give up what was allocated for the result, when it has taken that over.
fn release_results(source: &mut Source) {
    for line in &mut source.body {
        if line.trim() == "defer pinner.Unpin()" {
            line.push_str("\nwitRuntime.Enter()\ndefer witRuntime.Leave()");
        }
    }
    source.body = source.body.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
}

/// Makes pointers of addresses in a way that `go vet` accepts.
fn fix_pointers(source: &mut Source) {
    const CONVERSION: &str = "unsafe.Pointer(";
    for line in &mut source.body {
        let mut fixed = String::new();
        let mut parts = line.split(CONVERSION);
        fixed.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let word: String = part.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let next = part[word.len()..].chars().next();
            let is_address = word == "uintptr" || (next == Some(')') && word != "self");
            fixed.push_str(if is_address { "witRuntime.Pointer(" } else { CONVERSION });
            fixed.push_str(part);
        }
        *line = fixed;
    }
}
