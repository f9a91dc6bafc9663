//! Adding to the text of the shared WIT: what stands there stays as it is.

use std::sync::Arc;

use conjoin_diagnostics::Source;
use wit_component::DecodedWasm;

use crate::{Dialect, InspectError, Renderer, Wit, WitFile, folder::Folder, inspect::on_decoded, places};

impl Wit {
    /// Whether the app's own package defines a world or an interface of this name: it can have only one of both.
    pub fn defines(&self, name: &str) -> bool {
        let package = &self.resolve.packages[self.main];
        package.worlds.contains_key(name) || package.interfaces.contains_key(name)
    }

    /// The file in which `world` is defined, and its text with `import NAME;` for each of `names` as the world's first lines; `None` if
    /// there is no such world.
    pub fn with_imports(&self, world: &str, names: &[&str]) -> Option<(Arc<Source>, String)> {
        let (source, place) = self.place_of_world(world)?;
        let text = &source.text;
        let body = places::body_of_world(text, place.start)?;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let rest = text[body.open..].split('\n').next().unwrap_or_default().trim_end();
        let ends_line = text[body.open + rest.len()..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        let inserted = if ends_line && (rest.is_empty() || rest.trim_start().starts_with("//")) {
            let line = text[..place.start].rfind('\n').map_or(0, |newline| newline + 1);
            let outer = &text[line..place.start];
            let outer = &outer[..outer.len() - outer.trim_start().len()];
            let indent = body.indent(text).map_or_else(|| format!("{outer}  "), ToOwned::to_owned);
            let lines: Vec<String> = names.iter().map(|name| format!("{line_end}{indent}import {name};")).collect();
            (body.open + rest.len(), lines.concat())
        } else {
            let imports: Vec<String> = names.iter().map(|name| format!(" import {name};")).collect();
            (body.open, imports.concat())
        };
        let (at, line) = inserted;
        Some((Arc::clone(&source), format!("{}{line}{}", &text[..at], &text[at..])))
    }
}

/// The full names of the packages that the files of the folder `root` define, those in `deps/` first, each with its files. What does
/// not parse is left out: [`crate::parse`] tells about it.
pub fn packages(files: &[Arc<Source>], root: &str) -> Vec<(String, Vec<Arc<Source>>)> {
    let folder = Folder::new(files, root);
    let named = folder.groups().filter_map(|group| {
        let parsed = group.parse().ok()?;
        let names = parsed.nested.iter().chain([&parsed.main]).map(|package| package.name.to_string());
        Some(names.map(|name| (name, group.files.clone())).collect::<Vec<_>>())
    });
    named.flatten().collect()
}

/// The packages of WIT that `component` names, those of WASI left out: what others need to import what it exports.
///
/// # Errors
///
/// Why the file is no component that can be used.
pub fn packages_of_component(component: &[u8]) -> Result<Vec<WitFile>, InspectError> {
    let files = on_decoded(component, |decoded| match decoded {
        DecodedWasm::Component(resolve, world) => Ok(Renderer::new(resolve).files(world, &Dialect::default())),
        DecodedWasm::WitPackage(..) => Err(InspectError::WitPackage),
    })?;
    let is_foreign = |file: &WitFile| {
        let name = file.path.to_string_lossy();
        name.strip_prefix("deps/").is_some_and(|name| !name.starts_with("wasi-"))
    };
    Ok(files.into_iter().filter(is_foreign).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_import(text: &str) -> String {
        let wit = crate::parse(&[Arc::new(Source::new("wit/a.wit", text))], "wit").expect("WIT");
        let (source, new) = wit.with_imports("list", &["b-api"]).expect("a world");
        assert_eq!(source.name, "wit/a.wit");
        let added = "package a:b@1.0.0;\ninterface b-api {}\n";
        let all = new.replacen("package a:b@1.0.0;", added, 1);
        crate::parse(&[Arc::new(Source::new("wit/a.wit", all.clone()))], "wit").unwrap_or_else(|_| panic!("{all}"));
        new
    }

    #[test]
    fn an_import_becomes_the_first_line_of_its_world() {
        let begin = "package a:b@1.0.0;\nworld other { }\n/// world list {\nworld %list";
        let cases = [
            (" {\n}\n", " {\n  import b-api;\n}\n"),
            (" {}", " { import b-api;}"),
            (" { export x: func(); }", " { import b-api; export x: func(); }"),
            (
                "\n{ // why\n\t/// what\n\texport x: func();\n}",
                "\n{ // why\n\timport b-api;\n\t/// what\n\texport x: func();\n}",
            ),
            (" { /* { */\n    export x: func();\n}", " { import b-api; /* { */\n    export x: func();\n}"),
            (
                " {\n    @since(version = 1.0.0)\n    export x: func();\n}",
                " {\n    import b-api;\n    @since(version = 1.0.0)\n    export x: func();\n}",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(with_import(&format!("{begin}{before}")), format!("{begin}{after}"));
            let crlf = |text: &str| format!("{begin}{text}").replace('\n', "\r\n");
            assert_eq!(with_import(&crlf(before)), crlf(after));
        }
    }

    #[test]
    fn names_of_worlds_and_interfaces_are_taken() {
        let wit =
            crate::parse(&[Arc::new(Source::new("wit/a.wit", "package a:b@1.0.0; interface c {} world d {}"))], "wit");
        let wit = wit.expect("WIT");
        assert!(wit.defines("c") && wit.defines("d") && !wit.defines("e"));
    }
}
