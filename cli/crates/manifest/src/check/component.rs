//! One `[component.NAME]` table.

use std::collections::BTreeMap;

use conjoin_policy::is_wit_name;

use super::{
    findings::{Findings, with_choices},
    permissions::check_permissions,
    values::{Inside, Names, check_letters, check_path, check_reference, is_import_name, spanned},
};
use crate::{
    AppPath, Built, Component, ComponentName, CustomBuild, Import, Language, LanguageSet, Origin, Spanned,
    ToolchainSpec,
    raw::{Named, RawBuild, RawComponent, Table},
};

/// A component, if its table is right.
pub(super) fn check_component(
    findings: &mut Findings<'_>,
    (key, raw): (&toml::Spanned<String>, &RawComponent),
    names: &Names<'_>,
    languages: &LanguageSet,
) -> Option<Component> {
    let name = check_name(findings, key);
    let origin = check_origin(findings, key, raw, languages);
    let world = check_world(findings, key, raw);
    let permissions = check_permissions(findings, &raw.permissions);
    let imports = check_imports(findings, key.get_ref(), &raw.imports, names);
    Some(Component { name: name?, origin: origin?, world: world?, permissions, imports })
}

fn check_name(findings: &mut Findings<'_>, key: &toml::Spanned<String>) -> Option<Spanned<ComponentName>> {
    match ComponentName::parse(key.get_ref()) {
        Ok(name) => Some(spanned(key, name)),
        Err(why) => {
            let message = format!("`{}` cannot be the name of a component: {why}", key.get_ref());
            let diagnostic = findings.at("manifest::bad-name", message, key.span(), "the component's name");
            findings.report(diagnostic.hint("a name looks like `audit-log2`"));
            None
        }
    }
}

fn check_world(
    findings: &mut Findings<'_>,
    key: &toml::Spanned<String>,
    raw: &RawComponent,
) -> Option<Spanned<String>> {
    let Some(world) = &raw.world else { return Some(spanned(key, key.get_ref().clone())) };
    if is_wit_name(world.get_ref()) {
        return Some(spanned(world, world.get_ref().clone()));
    }
    let message = format!("`{}` cannot be the name of a world", world.get_ref());
    let diagnostic = findings.at("manifest::bad-world", message, world.span(), "not a name of WIT");
    findings.report(
        diagnostic.hint("name a world of the shared WIT, such as `audit-log`; the package goes without saying"),
    );
    None
}

fn check_origin(
    findings: &mut Findings<'_>,
    key: &toml::Spanned<String>,
    raw: &RawComponent,
    languages: &LanguageSet,
) -> Option<Origin> {
    let name = key.get_ref();
    let mut origins = [
        ("language", raw.language.as_ref().map(toml::Spanned::span)),
        ("source", raw.source.as_ref().map(toml::Spanned::span)),
        ("build", raw.build.as_ref().map(toml::Spanned::span)),
    ]
    .into_iter()
    .filter_map(|(key, span)| Some((key, span?)));
    let (first, second) = (origins.next(), origins.next());
    if let (Some((first, first_span)), Some((second, second_span))) = (first.clone(), second) {
        let message = format!("component `{name}` has both `{first}` and `{second}`");
        let diagnostic =
            findings.at("manifest::several-origins", message, second_span, format!("`{second}` is a second one"));
        let diagnostic =
            findings.and_at(diagnostic, first_span, format!("`{first}` says what the component is made from"));
        findings.report(diagnostic.hint(
            "keep one of them: `language` for a project, `source` for a finished component, `build` for a command",
        ));
        return None;
    }
    let Some((origin, _)) = first else {
        let message = format!("component `{name}` does not say what it is made from");
        let diagnostic =
            findings.at("manifest::no-origin", message, key.span(), "`language`, `source` or `build` is missing");
        findings.report(
            diagnostic
                .hint("add `language = \"rust\"` (or another language), `source = \"file.wasm\"` or `build = { .. }`"),
        );
        return None;
    };
    check_misplaced(findings, raw, origin);
    if let Some(language) = &raw.language {
        return check_built(findings, key, raw, (language, languages));
    }
    if let Some(source) = &raw.source {
        return check_path(findings, source, Inside::App).map(Origin::Source);
    }
    raw.build.as_ref().and_then(|build| check_custom(findings, key, raw, build))
}

/// Keys that mean nothing beside this origin.
fn check_misplaced(findings: &mut Findings<'_>, raw: &RawComponent, origin: &str) {
    let keys =
        [("toolchain", &raw.toolchain, "language"), ("engine", &raw.engine, "language"), ("path", &raw.path, "source")];
    for (key, value, other) in keys {
        let misplaced = if key == "path" { origin == other } else { origin != other };
        if let (Some(value), true) = (value, misplaced) {
            let message = format!("`{key}` means nothing for a component with `{origin}`");
            let diagnostic = findings.at("manifest::misplaced-key", message, value.span(), "not used");
            findings.report(diagnostic.hint(format!("remove `{key}`")));
        }
    }
}

fn check_built(
    findings: &mut Findings<'_>,
    key: &toml::Spanned<String>,
    raw: &RawComponent,
    (language, languages): (&toml::Spanned<String>, &LanguageSet),
) -> Option<Origin> {
    let path = check_folder(findings, key, raw);
    let Some(known) = languages.parse(language.get_ref()) else {
        let message = format!("unknown language `{}`", language.get_ref());
        let diagnostic =
            findings.at("manifest::unknown-language", message, language.span(), "not a language that conjoin builds");
        let meant = languages.meant(language.get_ref()).map_or(language.get_ref().as_str(), |meant| meant.name);
        let diagnostic = with_choices(diagnostic, "languages", meant, languages.names());
        findings.report(if let Some((key, of, choice)) = languages.choice(language.get_ref()) {
            diagnostic
                .hint(format!("`{choice}` is a choice of {of}: write `language = \"{of}\"` and `{key} = \"{choice}\"`"))
        } else if diagnostic.hints.is_empty() {
            diagnostic.hint("for any other language write `build = { .. }` or `source = \"file.wasm\"` instead")
        } else {
            diagnostic
        });
        return None;
    };
    let toolchain = check_toolchain(findings, raw, known);
    Some(Origin::Built(Built { path: path?, language: spanned(language, known), toolchain: toolchain? }))
}

/// What builds `language`: its default, or what `toolchain` or `engine` choose.
fn check_toolchain(
    findings: &mut Findings<'_>,
    raw: &RawComponent,
    language: Language,
) -> Option<&'static ToolchainSpec> {
    let toolchain = match &raw.toolchain {
        Some(value) => {
            check_choice(findings, ("toolchain", "manifest::unknown-toolchain"), value, (language, language.toolchains))
        }
        None => Some(language.default),
    };
    match &raw.engine {
        Some(value) => {
            check_choice(findings, ("engine", "manifest::unknown-engine"), value, (language, language.engines))
        }
        None => toolchain,
    }
}

/// One of the `choices` that a language leaves for `key`.
fn check_choice(
    findings: &mut Findings<'_>,
    (key, code): (&str, &'static str),
    value: &toml::Spanned<String>,
    (language, choices): (Language, &[&'static ToolchainSpec]),
) -> Option<&'static ToolchainSpec> {
    let typed = value.get_ref().as_str();
    if let Some(choice) = choices.iter().find(|choice| choice.name == typed) {
        return Some(*choice);
    }
    let message = format!("{language} has no {key} `{typed}`");
    let diagnostic = findings.at(code, message, value.span(), format!("not known for {language}"));
    let diagnostic = if choices.is_empty() {
        diagnostic.hint(format!("remove `{key}`: for {language} there is no choice"))
    } else {
        with_choices(diagnostic, &format!("{key}s of {language}"), typed, choices.iter().map(|choice| choice.name))
    };
    findings.report(diagnostic);
    None
}

/// The project's folder: `path`, or the component's name.
fn check_folder(
    findings: &mut Findings<'_>,
    key: &toml::Spanned<String>,
    raw: &RawComponent,
) -> Option<Spanned<AppPath>> {
    match &raw.path {
        Some(path) => check_path(findings, path, Inside::App),
        None => AppPath::parse(key.get_ref()).map(|path| spanned(key, path)),
    }
}

fn check_custom(
    findings: &mut Findings<'_>,
    key: &toml::Spanned<String>,
    raw: &RawComponent,
    build: &toml::Spanned<Table<RawBuild>>,
) -> Option<Origin> {
    let table = build.get_ref();
    let owner = format!("the `build` of component `{}`", key.get_ref());
    let path = check_folder(findings, key, raw);
    let example = "command = [\"make\", \"it.wasm\"]";
    let command = findings.required(table.command.as_ref(), build.span(), &owner, example);
    let command = command.and_then(|command| check_command_line(findings, command));
    let example = "inputs = [\"src/**\"]";
    let inputs = findings.required(table.inputs.as_ref(), build.span(), &owner, example);
    let inputs = inputs.and_then(|inputs| check_globs(findings, inputs.get_ref()));
    let output = findings.required(table.output.as_ref(), build.span(), &owner, "output = \"it.wasm\"");
    let output = output.and_then(|output| check_path(findings, output, Inside::Component));
    Some(Origin::Custom(CustomBuild { path: path?, command: command?, inputs: inputs?, output: output? }))
}

fn check_command_line(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<Vec<toml::Spanned<String>>>,
) -> Option<Vec<String>> {
    let words: Vec<String> = raw.get_ref().iter().map(|word| word.get_ref().clone()).collect();
    let why = match words.first().map(|program| program.trim()) {
        None => "it is empty",
        Some("") => "the program has no name",
        Some(_) if words.iter().any(|word| word.contains('\0')) => "it contains a null character",
        Some(_) => return Some(words),
    };
    let message = format!("this is not a command: {why}");
    let diagnostic =
        findings.at("manifest::bad-command", message, raw.span(), "the program and its arguments belong here");
    findings.report(diagnostic.hint("a command is a list of words and uses no shell: `[\"make\", \"it.wasm\"]`"));
    None
}

fn check_globs(findings: &mut Findings<'_>, raw: &[toml::Spanned<String>]) -> Option<Vec<Spanned<String>>> {
    let globs: Vec<_> = raw.iter().filter_map(|glob| check_letters(findings, glob, Inside::Component)).collect();
    (globs.len() == raw.len()).then_some(globs)
}

fn check_imports(
    findings: &mut Findings<'_>,
    importer: &str,
    raw: &Named<toml::Spanned<String>>,
    names: &Names<'_>,
) -> BTreeMap<String, Import> {
    let mut imports = BTreeMap::new();
    for (key, value) in raw {
        let interface = key.get_ref();
        if !is_import_name(interface) {
            let message = format!("`{interface}` is not the name of an interface");
            let diagnostic = findings.at("manifest::bad-interface", message, key.span(), "what the component imports");
            findings.report(
                diagnostic.hint("write it as in WIT: `namespace:package/interface`, with `@version` or without"),
            );
        }
        if value.get_ref() == importer {
            let message = format!("component `{importer}` is to satisfy its own import of `{interface}`");
            let diagnostic =
                findings.at("manifest::imports-itself", message, value.span(), "this is the component itself");
            findings.report(diagnostic.hint("name another component that exports the interface"));
            continue;
        }
        let owner = format!("the import of `{interface}` by `{importer}`");
        if let Some(component) = check_reference(findings, value, names, &owner) {
            imports.insert(interface.clone(), Import { key: key.span(), component });
        }
    }
    imports
}
