//! The bindings of a world in C: the generator's files, and conjoin's bridges for programs and HTTP.

use conjoin_plan::{Generate, GenerateError, GeneratedFile};
use conjoin_wit::{ItemName, WitFile};
use heck::ToSnakeCase as _;
use wit_bindgen_c::Opts;
use wit_bindgen_core::Files;

use crate::{generate::resolve, unsupported::unsupported};

/// The folder of bindings in a project, and in front of the names of headers.
pub(super) const BINDINGS: &str = "bindings";
/// What bindings depend on beside the world; the number counts changes of this module and of `support/clang`.
pub(super) const VERSION: &str = concat!("bindings for C 1 of conjoin ", env!("CARGO_PKG_VERSION"));

/// Where the generator asks for an object file that describes the world: conjoin adds the description itself.
const LINKS_DESCRIPTION: &str = "\n// Ensure that the *_component_type.o object is linked in\n";

/// What `WORLD` stands for in the files of [`Bridge`]: what names in the bindings begin with.
const PLACEHOLDER: &str = "WORLD";

/// What of conjoin's stands between a kind of world and code that is at home in C.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bridge {
    /// How its files begin: with a hyphen, which no file of the generator has.
    pub(super) stem: &'static str,
    code: &'static str,
    header: Option<&'static str>,
}

const HTTP: Bridge = Bridge {
    stem: "wasi-http",
    code: include_str!("../../support/clang/wasi-http.c"),
    header: Some(include_str!("../../support/clang/wasi-http.h")),
};

/// A program is built like any other component: the linker would have every export of a command, such as the allocator, run the
/// destructors at its end.
const PROGRAM: Bridge = Bridge { stem: "run-main", code: include_str!("../../support/clang/run-main.c"), header: None };

/// The bridge for a world with these exports.
pub(super) fn bridge(exports: &[ItemName]) -> Option<Bridge> {
    if exports.iter().any(|export| export.without_version() == "wasi:http/incoming-handler") {
        return Some(HTTP);
    }
    matches!(exports, [only] if only.without_version() == "wasi:cli/run").then_some(PROGRAM)
}

/// Bindings for C and C++.
#[derive(Debug)]
pub struct Bindings;

impl Generate for Bindings {
    fn fingerprint(&self) -> String {
        "bindings for C".to_owned()
    }

    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        generate(wit, world, "C and C++")
    }
}

/// The bindings of `world`: `WORLD.h` and `WORLD.c`, and the bridge for such a world; `language` is named where it
/// has no form for something.
pub(crate) fn generate(
    wit: &[WitFile],
    world: &str,
    language: &'static str,
) -> Result<Vec<GeneratedFile>, GenerateError> {
    let (mut resolve, id) = resolve(wit, world)?;
    if let Some(what) = unsupported(&resolve, usize::MAX) {
        return Err(GenerateError::Unsupported { world: world.to_owned(), what, language });
    }
    let exports: Vec<ItemName> =
        resolve.worlds[id].exports.keys().map(|key| ItemName::new(&resolve.name_world_key(key))).collect();
    let options = Opts { no_object_file: true, ..Opts::default() };
    let mut files = Files::default();
    let generated = options.build().generate(&mut resolve, id, &mut files);
    generated.map_err(|error| GenerateError::Wit(format!("{error:#}")))?;
    let mut files: Vec<GeneratedFile> = files.iter().map(|(path, contents)| generated_file(path, contents)).collect();
    if let Some(Bridge { stem: name, code, header }) = bridge(&exports) {
        let texts = [("c", Some(code)), ("h", header)];
        files.extend(texts.into_iter().filter_map(|(end, text)| {
            Some(GeneratedFile { path: format!("{name}.{end}"), text: text?.replace(PLACEHOLDER, &stem(world)) })
        }));
    }
    Ok(files)
}

fn generated_file(path: &str, contents: &[u8]) -> GeneratedFile {
    let mut text = String::from_utf8_lossy(contents).into_owned();
    if let Some(end) = text.find(LINKS_DESCRIPTION) {
        text.truncate(end);
    }
    GeneratedFile { path: path.to_owned(), text }
}

/// How the files of `world` begin.
pub(super) fn stem(world: &str) -> String {
    world.to_snake_case()
}
