//! The canonical text of interfaces, for digests and for people: items sorted, comments gone, every name in full where it comes
//! from elsewhere. It is for reading and comparing; [`crate::World::render`] makes the WIT that other tools read.

use std::fmt::Write as _;

use crate::model::{Definition, Interface, Interfaces, Kind, Signature, Use, WORLD};

/// `root` first, then all others, each as a block.
pub(crate) fn interfaces_text(interfaces: &Interfaces, root: &str) -> String {
    let mut text = String::new();
    if let Some(interface) = interfaces.get(root) {
        text.push_str(&interface_text(root, interface));
    }
    for (name, interface) in interfaces.iter().filter(|(name, _)| *name != root) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&interface_text(name, interface));
    }
    text
}

/// One interface; what a world itself defines has no braces around it.
pub(crate) fn interface_text(name: &str, interface: &Interface) -> String {
    let mut text = String::new();
    let indent = if name == WORLD { "" } else { "  " };
    if name != WORLD {
        let _ = writeln!(text, "interface {name} {{");
    }
    for (local, origin) in &interface.uses {
        let renamed = if *local == origin.name { String::new() } else { format!(" as {local}") };
        let _ = writeln!(text, "{indent}use {}.{{{}{renamed}}};", origin.interface, origin.name);
    }
    for (type_name, definition) in &interface.types {
        let methods =
            interface.functions.iter().filter(|(_, function)| function.resource.as_deref() == Some(type_name));
        push_lines(&mut text, indent, &type_text(type_name, definition, methods));
    }
    let free = interface.functions.iter().filter(|(_, function)| function.resource.is_none());
    for (function_name, function) in free {
        let _ = writeln!(text, "{indent}{};", function_text(function_name, function));
    }
    if name != WORLD {
        text.push_str("}\n");
    }
    text
}

fn push_lines(text: &mut String, indent: &str, lines: &str) {
    for line in lines.lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
}

/// The definition of one type; `functions` are those of a resource.
pub(crate) fn type_text<'a>(
    name: &str,
    definition: &Definition,
    functions: impl Iterator<Item = (&'a String, &'a Signature)>,
) -> String {
    let block = |keyword: &str, lines: Vec<String>| {
        let mut text = format!("{keyword} {name} {{\n");
        for line in lines {
            let _ = writeln!(text, "  {line},");
        }
        text.push_str("}\n");
        text
    };
    match definition {
        Definition::Record(fields) => {
            block("record", fields.iter().map(|(field, used)| format!("{field}: {}", use_text(used))).collect())
        }
        Definition::Variant(cases) => {
            block("variant", cases.iter().map(|(case, used)| case_text(case, used.as_ref())).collect())
        }
        Definition::Enum(cases) => block("enum", cases.clone()),
        Definition::Flags(flags) => block("flags", flags.clone()),
        Definition::Alias(used) => format!("type {name} = {};\n", use_text(used)),
        Definition::Resource => {
            let functions: Vec<_> = functions.collect();
            if functions.is_empty() {
                return format!("resource {name};\n");
            }
            let mut text = format!("resource {name} {{\n");
            for (function_name, function) in functions {
                let _ = writeln!(text, "  {};", function_text(function_name, function));
            }
            text.push_str("}\n");
            text
        }
    }
}

/// `case` or `case(type)`.
pub(crate) fn case_text(case: &str, used: Option<&Use>) -> String {
    used.map_or_else(|| case.to_owned(), |used| format!("{case}({})", use_text(used)))
}

/// A function as WIT writes it; `name` may be the component model's, e.g. `[method]bucket.get`.
pub(crate) fn function_text(name: &str, function: &Signature) -> String {
    let name = name.rsplit(['.', ']']).next().unwrap_or(name);
    let params: Vec<String> =
        function.params.iter().map(|(param, used)| format!("{param}: {}", use_text(used))).collect();
    let params = params.join(", ");
    if function.kind == Kind::Constructor {
        return match &function.result {
            Some(result @ Use::Generic(..)) => format!("constructor({params}) -> {}", use_text(result)),
            _ => format!("constructor({params})"),
        };
    }
    let mut text = format!("{name}: ");
    if function.kind == Kind::Static {
        text.push_str("static ");
    }
    if function.is_async {
        text.push_str("async ");
    }
    let _ = write!(text, "func({params})");
    if let Some(result) = &function.result {
        let _ = write!(text, " -> {}", use_text(result));
    }
    text
}

/// A type where it is used, named types by their short names.
pub(crate) fn use_text(used: &Use) -> String {
    match used {
        Use::Primitive(name) => (*name).to_owned(),
        Use::Named(name) => name.name.clone(),
        Use::Borrow(name) => format!("borrow<{}>", name.name),
        Use::FixedList(element, length) => format!("list<{}, {length}>", use_text(element)),
        Use::Generic("result", arguments) => match arguments.as_slice() {
            [Some(ok), None] => format!("result<{}>", use_text(ok)),
            [None, Some(error)] => format!("result<_, {}>", use_text(error)),
            [Some(ok), Some(error)] => format!("result<{}, {}>", use_text(ok), use_text(error)),
            _ => "result".to_owned(),
        },
        Use::Generic(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().flatten().map(use_text).collect();
            if arguments.is_empty() { (*name).to_owned() } else { format!("{name}<{}>", arguments.join(", ")) }
        }
    }
}
