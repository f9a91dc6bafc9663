//! Functions of the host.
//!
//! The generator declares them in the files that call them, and then no program on the user's own machine can be linked with these,
//! not even a test. So they move to a file for WebAssembly, and to another one for everything else, where they panic.

use super::source::{Import, Signature, Source};

const DIRECTIVE: &str = "//go:wasmimport ";

/// The files for the functions of the host that `source` declares, WebAssembly's first; they are taken out of `source`.
pub(super) fn take_host_functions(source: &mut Source, support: &Import) -> Option<[Source; 2]> {
    let mut inside = Source {
        package: source.package.clone(),
        imports: vec![Import::of("unsafe"), support.clone()],
        ..Source::default()
    };
    let mut outside = Source { constraint: "!wasm", ..inside.clone() };
    let mut rest = Vec::new();
    let mut lines = std::mem::take(&mut source.body).into_iter();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix(DIRECTIVE) else {
            rest.push(line);
            continue;
        };
        let declaration = lines.next().unwrap_or_default();
        let Some(function) = Signature::parse(&declaration) else {
            rest.extend([line, declaration]);
            continue;
        };
        inside.body.extend(declared(&line, &function));
        outside.body.extend([
            String::new(),
            format!("func {}({}){} {{", function.name, function.params(), function.results()),
            format!("panic({:?})", format!("`{}` is there only inside of a component", name.replace(' ', "#"))),
            "}".to_owned(),
        ]);
    }
    source.body = rest;
    (!inside.body.is_empty()).then_some([inside, outside])
}

/// A function of the host; around one that may ask for memory, the support code is told.
fn declared(directive: &str, function: &Signature) -> Vec<String> {
    let (params, results) = (function.params(), function.results());
    let name = &function.name;
    if !name.starts_with("wasm_import_") {
        return vec![String::new(), directive.to_owned(), format!("func {name}({params}){results}")];
    }
    let call = format!("host_{name}({})", function.arguments());
    let mut lines = vec![
        String::new(),
        directive.to_owned(),
        format!("func host_{name}({params}){results}"),
        String::new(),
        format!("func {name}({params}){results} {{"),
        "witRuntime.Call(true)".to_owned(),
    ];
    if results.is_empty() {
        lines.extend([call, "witRuntime.Call(false)".to_owned()]);
    } else {
        lines.extend([format!("result := {call}"), "witRuntime.Call(false)".to_owned(), "return result".to_owned()]);
    }
    lines.push("}".to_owned());
    lines
}
