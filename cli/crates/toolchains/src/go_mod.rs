//! What a `go.mod` says: the module's path, and the folders beside it that it is also made of.
//!
//! Only as much of the format is understood as that takes; everything else is left to Go.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use conjoin_plan::{AbsPath, Hint, Layout, ProbeResults};

/// The package that bindings are written for.
const COMPONENT_MODEL: &str = "go.bytecodealliance.org/cm";
/// The version of it that the generator of bindings goes with.
const COMPONENT_MODEL_VERSION: &str = "v0.3.0";

/// For a module whose sums are not all known.
pub(crate) const INCOMPLETE_SUMS: Hint =
    Hint { when: "missing go.sum entry", say: "`go mod tidy` in the component's folder completes go.sum." };

/// For a `go.mod` that does not say what the code needs.
pub(crate) const OUTDATED: Hint =
    Hint { when: "updates to go.mod needed", say: "`go mod tidy` in the component's folder brings go.mod up to date." };

/// For a folder without a package `main`.
pub(crate) const NO_PROGRAM: Hint = Hint {
    when: "no Go files in",
    say: "The component's folder needs a package `main`: a file main.go with `package main` and `func main() {}`.",
};

/// A module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// Its path, with which the paths of its packages begin.
    pub(crate) path: String,
    /// Folders that stand in for modules it requires.
    pub(crate) folders: Vec<AbsPath>,
}

/// The module in `dir`.
pub(crate) fn module(dir: &AbsPath, probed: &ProbeResults, layout: &Layout) -> Result<Module, Box<Diagnostic>> {
    parse(&read(dir, probed, layout)?, dir)
}

/// The module in `dir`, which must require the package that bindings for TinyGo are written for.
pub(crate) fn module_for_tinygo(
    dir: &AbsPath,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Module, Box<Diagnostic>> {
    let source = read(dir, probed, layout)?;
    let module = parse(&source, dir)?;
    check_component_model(&source, &module)?;
    Ok(module)
}

fn read(dir: &AbsPath, probed: &ProbeResults, layout: &Layout) -> Result<Arc<Source>, Box<Diagnostic>> {
    let path = dir.join("go.mod");
    let name = path.as_path().strip_prefix(layout.app.as_path()).unwrap_or(path.as_path()).display().to_string();
    probed.source(&path, &name)?.ok_or_else(|| {
        Box::new(
            Diagnostic::error("go::no-go-mod", format!("there is no `{name}`"))
                .note("a component written in Go is a module in a folder of its own")
                .hint("`path = \"...\"` in conjoin.toml names the folder if it is another one, `go mod init` makes a module"),
        )
    })
}

fn parse(source: &Arc<Source>, dir: &AbsPath) -> Result<Module, Box<Diagnostic>> {
    let directives = directives(&source.text);
    let Some(path) = directives.iter().find_map(|words| match words.as_slice() {
        [word, path] if word == "module" => Some(path.clone()),
        _ => None,
    }) else {
        return Err(Box::new(
            Diagnostic::error("go::no-module", format!("`{}` does not name its module", source.name)).label(
                source,
                0..source.text.len().min(1),
                "a line such as `module example.com/logger` is missing",
            ),
        ));
    };
    let folders =
        directives.iter().filter_map(|words| local_replacement(words)).map(|folder| dir.join(folder).normal());
    Ok(Module { path, folders: folders.collect() })
}

fn check_component_model(source: &Arc<Source>, module: &Module) -> Result<(), Box<Diagnostic>> {
    let requires = |words: &Vec<String>| words.len() >= 3 && words[0] == "require" && words[1] == COMPONENT_MODEL;
    if directives(&source.text).iter().any(requires) || module.path == COMPONENT_MODEL {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error("tinygo::no-cm", format!("`{}` does not require `{COMPONENT_MODEL}`", source.name))
            .label(source, 0..source.text.len().min(1), "")
            .note("the bindings that conjoin generates are written with it")
            .hint(format!("`go get {COMPONENT_MODEL}@{COMPONENT_MODEL_VERSION}` in the component's folder adds it")),
    ))
}

/// The folder that a `replace` directive names, if it names one.
fn local_replacement(words: &[String]) -> Option<&str> {
    if words.first()? != "replace" {
        return None;
    }
    let arrow = words.iter().position(|word| word == "=>")?;
    let target = words.get(arrow + 1)?;
    ["./", "../", "/"].iter().any(|start| target.starts_with(start)).then_some(target.as_str())
}

/// Each directive as its words, those in brackets with the word before the bracket in front.
pub(crate) fn directives(text: &str) -> Vec<Vec<String>> {
    let mut block: Option<String> = None;
    let mut directives = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let mut words: Vec<String> =
            line.split_whitespace().map(|word| word.trim_matches(['"', '`']).to_owned()).collect();
        match (&block, words.as_slice()) {
            (_, []) => {}
            (Some(_), [close]) if close == ")" => block = None,
            (Some(verb), _) => {
                words.insert(0, verb.clone());
                directives.push(words);
            }
            (None, [verb, open]) if open == "(" => block = Some(verb.clone()),
            (None, _) => directives.push(words),
        }
    }
    directives
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use conjoin_diagnostics::Source;
    use conjoin_plan::AbsPath;

    use super::{Module, check_component_model, parse};

    fn parsed(text: &str) -> Result<Module, String> {
        let dir = AbsPath::new("/app/logger").expect("it is absolute");
        let source = Arc::new(Source::new("logger/go.mod", text));
        let module = parse(&source, &dir).and_then(|module| check_component_model(&source, &module).map(|()| module));
        module.map_err(|diagnostic| diagnostic.message)
    }

    #[test]
    fn both_forms_of_requirements_are_understood() {
        let expected = Ok(Module { path: "example.com/logger".to_owned(), folders: vec![] });
        assert_eq!(
            parsed("module example.com/logger\n\ngo 1.25\n\nrequire go.bytecodealliance.org/cm v0.3.0\n"),
            expected
        );
        let block = "// about it\nmodule \"example.com/logger\" // name\nrequire (\n\tx.example/y v1.0.0 // indirect\n\
                     \tgo.bytecodealliance.org/cm v0.3.0\n)\n";
        assert_eq!(parsed(block), expected);
    }

    #[test]
    fn folders_that_stand_in_for_modules_are_part_of_it() {
        let text = "module m\nrequire go.bytecodealliance.org/cm v0.3.0\nreplace x.example/a => ../a/./b\n\
                    replace (\n x.example/c v1.2.3 => x.example/d v1.0.0\n x.example/e => /e\n)\n";
        let folders = ["/app/a/b", "/e"].map(|path| AbsPath::new(path).expect("it is absolute"));
        assert_eq!(parsed(text).expect("it is right").folders, folders);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(
            parsed("module m\n"),
            Err("`logger/go.mod` does not require `go.bytecodealliance.org/cm`".to_owned())
        );
        assert_eq!(parsed(""), Err("`logger/go.mod` does not name its module".to_owned()));
        assert_eq!(parsed("module\n"), Err("`logger/go.mod` does not name its module".to_owned()));
    }
}
