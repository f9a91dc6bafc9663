//! From the files of the shared WIT to a [`Wit`], or to diagnostics that point into them.
//!
//! Every package is parsed, and every package that is named must be there; then all are resolved together. Of each package only
//! the first error of syntax is known, because its parser stops there.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, list, list_with, nearest};
use wit_parser::{
    PackageName, ParseError, ParseErrorKind, Resolve, ResolveError, ResolveErrorKind, SourceMap, Span,
    UnresolvedPackageGroup,
};

use crate::{
    Wit, advice,
    folder::{Folder, Group},
    places, wasi,
};

/// Reads the shared WIT.
///
/// `files` are all its `*.wit`, named as the user knows them, e.g. `wit/shop.wit` and `wit/deps/wasi-http.wit`; `root` is the folder
/// in these names, e.g. `wit`. Packages of WASI are not added: see [`crate::missing_wasi`].
///
/// # Errors
///
/// The first error of syntax of each package; where there is none, all packages that are missing; else the first name that is not defined.
pub fn parse(files: &[Arc<Source>], root: &str) -> Result<Wit, Vec<Diagnostic>> {
    let folder = Folder::new(files, root);
    let mut diagnostics: Vec<Diagnostic> = folder.undeclared.iter().map(|file| stray(file, root)).collect();
    if folder.main.files.is_empty() {
        diagnostics.push(no_files(root));
    }
    let mut groups = Vec::new();
    for group in folder.groups().filter(|group| !group.files.is_empty()) {
        match group.parse() {
            Ok(parsed) => groups.push((group, parsed)),
            Err((map, error)) => diagnostics.push(syntax(group, &map, &error)),
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    diagnostics.extend(missing_packages(&groups));
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let mut groups: Vec<UnresolvedPackageGroup> = groups.into_iter().map(|(_, parsed)| parsed).collect();
    let Some(main) = groups.pop() else { return Err(vec![no_files(root)]) };
    let mut resolve = Resolve::new();
    match resolve.push_groups(main, groups) {
        Ok(main) => Ok(Wit { resolve, main, sources: files.to_vec() }),
        Err(error) => Err(vec![unresolved(&resolve, files, &error)]),
    }
}

fn no_files(root: &str) -> Diagnostic {
    Diagnostic::error("wit::no-files", format!("the folder `{root}/` of the shared WIT holds no `.wit` file")).hint(
        format!(
            "write the interfaces of your app into a file such as `{root}/app.wit`, beginning with `package my:app;`"
        ),
    )
}

fn stray(file: &Arc<Source>, root: &str) -> Diagnostic {
    Diagnostic::error("wit::stray-file", format!("`{}` lies where WIT is not read", file.name))
        .note(format!("a package's files lie directly in `{root}/`, and other packages in `{root}/deps/`"))
        .hint(format!("move it into `{root}/`, or into `{root}/deps/<name>/` if it is of another package"))
}

fn syntax(group: &Group, map: &SourceMap, error: &ParseError) -> Diagnostic {
    let kind = error.kind();
    let place = |diagnostic: Diagnostic, text: &str| match place(map, &group.files, kind.span()) {
        Some((source, span)) => diagnostic.label(&source, span, text),
        None => diagnostic,
    };
    match kind {
        ParseErrorKind::ItemNotFound { name, kind, hint, .. } => {
            let diagnostic = Diagnostic::error("wit::unresolved", format!("{kind} `{name}` does not exist"));
            let diagnostic = place(diagnostic, "not defined in this package");
            let defined = places::definitions(&group.files);
            let is_type = kind == "name";
            let primitives = advice::PRIMITIVES.iter().copied().filter(|_| is_type);
            let diagnostic = match nearest(name, defined.iter().map(String::as_str).chain(primitives)) {
                Some(found) if found != name => diagnostic.hint(format!("did you mean `{found}`?")),
                _ if is_type => diagnostic.hint(format!("define it, or take it over: `use INTERFACE.{{{name}}};`")),
                _ => diagnostic.hint(format!("define it, or name its package, too: `NAMESPACE:PACKAGE/{name}`")),
            };
            hint.iter().fold(diagnostic, |diagnostic, hint| diagnostic.hint(hint.clone()))
        }
        ParseErrorKind::TypeCycle { name, kind, .. } => {
            let diagnostic = Diagnostic::error("wit::cycle", format!("{kind} `{name}` depends on itself"));
            let diagnostic = place(diagnostic, "its circle closes here");
            advice::of_cycle(kind).into_iter().fold(diagnostic, Diagnostic::hint)
        }
        ParseErrorKind::Syntax { message, .. } if message.starts_with("no `package` header") => {
            let names = list(group.files.iter().map(|file| &file.name));
            let first = &group.files[0];
            Diagnostic::error("wit::no-package", format!("no `package` line in {names}"))
                .label(
                    first,
                    0..first.text.find('\n').unwrap_or(first.text.len()),
                    "a package begins here without its name",
                )
                .hint("begin the file with a line such as `package my:app;`")
        }
        ParseErrorKind::Syntax { message, .. } if message.contains("does not match previous package name") => {
            let diagnostic = place(Diagnostic::error("wit::two-packages", message.clone()), "another package");
            diagnostic
                .hint("all files of one folder are one package; files of another one belong into a folder in `deps/`")
        }
        ParseErrorKind::Syntax { message, .. } if message.starts_with("duplicate item named") => {
            place(Diagnostic::error("wit::duplicate-name", message.clone()), "its second definition")
                .hint("the interfaces and worlds of a package need different names; rename one of the two")
        }
        other
            if other.to_string().starts_with("invalid character in identifier")
                && let Some((source, span)) = whole_name(map, &group.files, other.span()) =>
        {
            let name = &source.text[span.clone()];
            Diagnostic::error("wit::syntax", format!("`{name}` cannot be a name in WIT"))
                .label(&source, span.clone(), "")
                .note("names are made of words in lower case with `-` between them; each language writes them its own way")
                .hint(format!("write `{}`", advice::kebab_case(name)))
        }
        other => {
            let message = other.to_string();
            let mut lines = message.lines();
            let first = lines.next().unwrap_or_default().to_owned();
            let hint = advice::of_syntax(&first);
            let diagnostic = place(Diagnostic::error("wit::syntax", first), "");
            lines.fold(diagnostic, |diagnostic, line| diagnostic.note(line.trim().to_owned())).hint(hint)
        }
    }
}

/// The whole of a name, of which a place is the beginning, if it can be written in WIT at all.
fn whole_name(map: &SourceMap, files: &[Arc<Source>], span: Span) -> Option<(Arc<Source>, Range<usize>)> {
    let (source, span) = place(map, files, span)?;
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let text = source.text.get(span.start..)?;
    let end = span.start + text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let begins =
        advice::kebab_case(&source.text[span.start..end]).starts_with(|letter: char| letter.is_ascii_lowercase());
    begins.then_some((source, span.start..end))
}

/// Packages that are named and not there.
fn missing_packages(groups: &[(&Group, UnresolvedPackageGroup)]) -> Vec<Diagnostic> {
    let packages = groups.iter().flat_map(|(_, parsed)| parsed.nested.iter().chain([&parsed.main]));
    let present: BTreeSet<&PackageName> = packages.map(|package| &package.name).collect();
    let mut missing: BTreeSet<&PackageName> = BTreeSet::new();
    let mut diagnostics = Vec::new();
    // The app's own files, which are the last group, are the best place to show.
    for (group, parsed) in groups.iter().rev() {
        for package in parsed.nested.iter().chain([&parsed.main]) {
            for name in package.foreign_deps.keys().filter(|name| !present.contains(name)) {
                if missing.insert(name) {
                    diagnostics.push(missing_package(group, name, &present));
                }
            }
        }
    }
    diagnostics
}

fn missing_package(group: &Group, name: &PackageName, present: &BTreeSet<&PackageName>) -> Diagnostic {
    let diagnostic = Diagnostic::error("wit::missing-package", format!("the package `{name}` is not in `deps/`"));
    let diagnostic = match places::package_reference(&group.files, name) {
        Some((source, span)) => diagnostic.label(&source, span, "named here"),
        None => diagnostic.note(format!("named in `{}`", group.files.first().map_or("", |file| file.name.as_str()))),
    };
    let package = format!("{}:{}", name.namespace, name.name);
    let same = present.iter().filter(|found| found.namespace == name.namespace && found.name == name.name);
    let same: Vec<&PackageName> = same.copied().collect();
    if !same.is_empty() {
        return diagnostic.note(format!("there is {}", list_with("and", same))).hint("name the version that is there");
    }
    if name.namespace != "wasi" {
        return diagnostic.hint("put its WIT into a folder or a file in `deps/`");
    }
    let versions = wasi::shipped_versions(&package);
    if wasi::shipped().contains_key(&name.to_string()) {
        diagnostic.hint("`conjoin doctor --fix` writes it there, with the packages that it needs")
    } else if versions.is_empty() {
        diagnostic
            .note(format!("conjoin ships no WIT of `{package}`, and its host does not provide it"))
            .hint("put its WIT into a folder or a file in `deps/`")
    } else {
        let names = versions.iter().map(|version| format!("{package}@{version}"));
        diagnostic.hint(format!("write {}, of which conjoin ships the WIT", list_with("or", names)))
    }
}

fn unresolved(resolve: &Resolve, files: &[Arc<Source>], error: &ResolveError) -> Diagnostic {
    let kind = error.kind();
    let labelled = |diagnostic: Diagnostic, span: Span, text: &str| match place(&resolve.source_map, files, span) {
        Some((source, span)) => diagnostic.label(&source, span, text),
        None => diagnostic,
    };
    let suggested = |diagnostic: Diagnostic, typed: &str, package: &PackageName| {
        let found = resolve.package_names.get(package).map(|id| &resolve.packages[*id]);
        let names: Vec<&str> = found
            .iter()
            .flat_map(|package| package.interfaces.keys().chain(package.worlds.keys()))
            .map(String::as_str)
            .collect();
        match nearest(typed, names.iter().copied()) {
            Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
            None if names.is_empty() => diagnostic,
            None => diagnostic.note(format!("`{package}` has {}", names.join(", "))),
        }
    };
    match kind {
        ResolveErrorKind::InterfaceNotFound { span, requested, package } => {
            let message = format!("the package `{package}` has no interface `{requested}`");
            suggested(labelled(Diagnostic::error("wit::unresolved", message), *span, "named here"), requested, package)
        }
        ResolveErrorKind::WorldNotFound { span, requested, package } => {
            let message = format!("the package `{package}` has no world `{requested}`");
            suggested(labelled(Diagnostic::error("wit::unresolved", message), *span, "named here"), requested, package)
        }
        ResolveErrorKind::DuplicatePackage { name, span1, span2 } => {
            let diagnostic =
                Diagnostic::error("wit::duplicate-package", format!("the package `{name}` is defined twice"));
            labelled(labelled(diagnostic, *span1, "here"), *span2, "and here").hint("remove one of the two")
        }
        ResolveErrorKind::PackageCycle { package, span } => labelled(
            Diagnostic::error("wit::cycle", format!("the package `{package}` depends on itself")),
            *span,
            "its circle closes here",
        )
        .hint("move what both packages need into a third one"),
        other => {
            let message = other.to_string();
            if message.contains("in incompatible ways") {
                return labelled(advice::of_two_ways(&message), other.span(), "this world");
            }
            let first = message.lines().next().unwrap_or_default().to_owned();
            let diagnostic = labelled(Diagnostic::error("wit::unresolved", first), other.span(), "");
            message.lines().skip(1).fold(diagnostic, |diagnostic, line| diagnostic.note(line.trim().to_owned()))
        }
    }
}

/// The place of `span` in one of `files`.
pub(crate) fn place(map: &SourceMap, files: &[Arc<Source>], span: Span) -> Option<(Arc<Source>, Range<usize>)> {
    let location = map.resolve_span(span)?;
    let source = files.iter().find(|file| file.name == location.path)?;
    Some((Arc::clone(source), location.range))
}
