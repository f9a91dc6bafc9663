//! The bindings of a world in C, for all languages that read C: the generator's files, and conjoin's bridges for programs and HTTP.

use conjoin_plan::{
    AbsPath, Action, Generate, GenerateAction, GenerateError, GeneratedFile, Generator, Keep, Step, StepId, Subject,
};
use conjoin_wit::{ItemName, WitFile};
use heck::ToSnakeCase as _;
use wit_bindgen_c::Opts;
use wit_bindgen_core::Files;

use crate::{generate::resolve, steps, unsupported::unsupported};

/// The folder of bindings in a project, and in front of the names of headers.
pub(crate) const BINDINGS: &str = "bindings";
/// What bindings depend on beside the world; the number counts changes of this module and of `support/c-bindings`.
const VERSION: &str = concat!("bindings for C 1 of conjoin ", env!("CARGO_PKG_VERSION"));

/// Where the generator asks for an object file that describes the world: conjoin adds the description itself.
const LINKS_DESCRIPTION: &str = "\n// Ensure that the *_component_type.o object is linked in\n";

/// What `WORLD` stands for in the files of [`Bridge`]: what names in the bindings begin with.
const PLACEHOLDER: &str = "WORLD";

/// What of conjoin's stands between a kind of world and code that is at home in C.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bridge {
    /// How its files begin: with a hyphen, which no file of the generator has.
    pub(crate) stem: &'static str,
    code: &'static str,
    header: Option<&'static str>,
}

const HTTP: Bridge = Bridge {
    stem: "wasi-http",
    code: include_str!("../support/c-bindings/wasi-http.c"),
    header: Some(include_str!("../support/c-bindings/wasi-http.h")),
};

/// A program is built like any other component: the linker would have every export of a command, such as the allocator, run the
/// destructors at its end.
const PROGRAM: Bridge =
    Bridge { stem: "run-main", code: include_str!("../support/c-bindings/run-main.c"), header: None };

impl Bridge {
    /// Whether it calls a program's `main`.
    pub(crate) fn is_program(&self) -> bool {
        self.stem == PROGRAM.stem
    }
}

/// The bridge for a world with these exports.
pub(crate) fn bridge(exports: &[ItemName]) -> Option<Bridge> {
    if exports.iter().any(|export| export.without_version() == "wasi:http/incoming-handler") {
        return Some(HTTP);
    }
    matches!(exports, [only] if only.without_version() == "wasi:cli/run").then_some(PROGRAM)
}

/// Bindings in C for the language of this name, as messages have it.
#[derive(Debug)]
struct Bindings(&'static str);

impl Generate for Bindings {
    fn fingerprint(&self) -> String {
        "bindings for C".to_owned()
    }

    fn generate(&self, wit: &[WitFile], world: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        generate(wit, world, self.0)
    }
}

/// The bindings of `world`: `WORLD.h` and `WORLD.c`, and the bridge for such a world; `language` is named where it
/// has no form for something.
fn generate(wit: &[WitFile], world: &str, language: &'static str) -> Result<Vec<GeneratedFile>, GenerateError> {
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
pub(crate) fn stem(world: &str) -> String {
    world.to_snake_case()
}

/// What makes the bindings of `world`, of which `wit` is the folder, for `language` into the folder `into`.
pub(crate) fn action(language: &'static str, wit: AbsPath, world: &str, into: AbsPath) -> GenerateAction {
    let generator = Generator::new(Bindings(language));
    GenerateAction { generator, wit, world: world.to_owned(), list: into.join("bindings.txt"), into }
}

/// The step `id` that carries out `action`, of a world that `written` has written.
pub(crate) fn step(id: String, subject: Subject, title: &str, written: &Step, action: GenerateAction) -> Step {
    Step {
        id: StepId(id),
        subject,
        title: title.to_owned(),
        inputs: steps::outputs_of(written).collect(),
        outputs: vec![action.list.clone()],
        action: Action::Generate(action),
        versions: vec![VERSION.to_owned()],
        discovery: None,
        keep: Keep::InPlace,
    }
}
