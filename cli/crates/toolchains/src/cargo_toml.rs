//! What a `Cargo.toml` makes: a library or a program, and the name of the file that cargo writes.
//!
//! Only as much of the format is understood as that takes; everything else is left to cargo.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use conjoin_plan::{AbsPath, Layout, ProbeResults};
use toml::{Table, Value};

/// The build script of a package that names none.
const BUILD_SCRIPT: &str = "build.rs";

/// What is built of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// Its library, by the name of its crate.
    Library(String),
    /// One of its programs.
    Program(String),
}

impl Product {
    /// The arguments that make cargo build only this.
    pub(crate) fn selection(&self) -> Vec<String> {
        match self {
            Self::Library(_) => vec!["--lib".to_owned()],
            Self::Program(name) => vec!["--bin".to_owned(), name.clone()],
        }
    }

    /// The name of the file without its ending.
    pub(crate) fn file_stem(&self) -> &str {
        match self {
            Self::Library(name) | Self::Program(name) => name,
        }
    }
}

/// The files that [`product`] must know.
pub(crate) fn reads(dir: &AbsPath) -> Vec<AbsPath> {
    ["Cargo.toml", "src/lib.rs", "src/main.rs", BUILD_SCRIPT].map(|name| dir.join(name)).to_vec()
}

/// What decides which files count for the package in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// A build script may read any file of it.
    pub(crate) has_build_script: bool,
    /// No `Cargo.toml` above it belongs to it.
    pub(crate) is_workspace: bool,
}

/// How far the package in `dir` reaches.
pub(crate) fn extent(dir: &AbsPath, probed: &ProbeResults) -> Extent {
    let table = probed.text(&dir.join("Cargo.toml")).and_then(|text| text.parse::<Table>().ok()).unwrap_or_default();
    let has_build_script = match table.get("package").and_then(|package| package.get("build")) {
        Some(build) => build.as_bool() != Some(false),
        None => probed.text(&dir.join(BUILD_SCRIPT)).is_some(),
    };
    Extent { has_build_script, is_workspace: table.contains_key("workspace") }
}

/// What the package in `dir` makes.
pub(crate) fn product(dir: &AbsPath, probed: &ProbeResults, layout: &Layout) -> Result<Product, Box<Diagnostic>> {
    let path = dir.join("Cargo.toml");
    let name = path.as_path().strip_prefix(layout.app.as_path()).unwrap_or(path.as_path()).display().to_string();
    let Some(source) = probed.source(&path, &name)? else {
        return Err(Box::new(
            Diagnostic::error("rust::no-cargo-toml", format!("there is no `{name}`"))
                .note("a component written in Rust is a cargo package in a folder of its own")
                .hint("`path = \"...\"` in conjoin.toml names the folder if it is another one"),
        ));
    };
    let package = Package {
        has_library_file: probed.text(&dir.join("src/lib.rs")).is_some(),
        has_main_file: probed.text(&dir.join("src/main.rs")).is_some(),
        table: parse(&source)?,
        source,
    };
    package.product()
}

fn parse(source: &Arc<Source>) -> Result<Table, Box<Diagnostic>> {
    source.text.parse::<Table>().map_err(|error| {
        let message = error.message().trim_end_matches('.').to_owned();
        let diagnostic = Diagnostic::error("rust::cargo-toml", format!("`{}` is not valid TOML", source.name));
        Box::new(match error.span() {
            Some(span) => diagnostic.label(source, span, message),
            None => diagnostic.note(message),
        })
    })
}

struct Package {
    source: Arc<Source>,
    table: Table,
    has_library_file: bool,
    has_main_file: bool,
}

impl Package {
    fn product(&self) -> Result<Product, Box<Diagnostic>> {
        let name = self.table.get("package").and_then(|package| text(package, "name")).ok_or_else(|| {
            Diagnostic::error("rust::no-package", format!("`{}` describes no package", self.source.name)).hint(
                "give the component a package of its own: a table `[package]` with `name`, `version` and `edition`",
            )
        })?;
        let library = self.table.get("lib");
        let is_component = library.is_some_and(|library| lists(library, "crate-type", "cdylib"));
        if is_component {
            let crate_name = library.and_then(|library| text(library, "name")).unwrap_or(name);
            return Ok(Product::Library(crate_name.replace('-', "_")));
        }
        let programs = self.programs(name);
        match programs.as_slice() {
            [program] => Ok(Product::Program((*program).to_owned())),
            [] => Err(Box::new(self.nothing_to_build(library.is_some() || self.has_library_file))),
            several => match self.table.get("package").and_then(|package| text(package, "default-run")) {
                Some(program) if several.contains(&program) => Ok(Product::Program(program.to_owned())),
                Some(_) | None => Err(Box::new(
                    Diagnostic::error(
                        "rust::several-programs",
                        format!("`{}` has several programs: {}", self.source.name, several.join(", ")),
                    )
                    .hint(format!("say which one is the component: `default-run = \"{}\"` in `[package]`", several[0])),
                )),
            },
        }
    }

    fn programs<'a>(&'a self, package: &'a str) -> Vec<&'a str> {
        let tables = self.table.get("bin").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut programs: Vec<&str> = tables.iter().filter_map(|table| text(table, "name")).collect();
        let main_is_taken = tables.iter().any(|table| text(table, "path") == Some("src/main.rs"));
        if self.has_main_file && !main_is_taken && !programs.contains(&package) {
            programs.push(package);
        }
        programs
    }

    fn nothing_to_build(&self, has_library: bool) -> Diagnostic {
        if has_library {
            let place = self.source.text.find("[lib]").map_or(0..0, |start| start..start + "[lib]".len());
            let diagnostic = Diagnostic::error(
                "rust::no-cdylib",
                format!("`{}` makes a library for Rust, not a component", self.source.name),
            );
            let diagnostic = if place.is_empty() {
                diagnostic
            } else {
                diagnostic.label(&self.source, place, "`crate-type` does not list \"cdylib\"")
            };
            diagnostic.hint("write `crate-type = [\"cdylib\"]` in `[lib]`")
        } else {
            Diagnostic::error(
                "rust::nothing-to-build",
                format!("the package of `{}` has neither a library nor a program", self.source.name),
            )
            .hint("write `src/lib.rs` and `[lib]` with `crate-type = [\"cdylib\"]`, or `src/main.rs` for a command")
        }
    }
}

fn text<'a>(table: &'a Value, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn lists(table: &Value, key: &str, wanted: &str) -> bool {
    let one_of = |values: &Vec<Value>| values.iter().any(|value| value.as_str() == Some(wanted));
    table.get(key).and_then(Value::as_array).is_some_and(one_of)
}
