//! Functions that users assign, in place of the generator's stubs.
//!
//! A stub is a function that panics. It becomes a variable that holds such a function, so that users implement an export by assigning to
//! it, in any package and file of theirs. The methods of a resource become calls of a value that users put into it.

use super::source::{Signature, Source};

const STUB: &str = "panic(\"not implemented\")";

/// Makes the stubs of `source` assignable.
pub(super) fn make_assignable(source: &mut Source) {
    let mut body = Vec::new();
    let mut methods: Vec<Signature> = Vec::new();
    let mut lines = std::mem::take(&mut source.body).into_iter().peekable();
    while let Some(line) = lines.next() {
        let is_stub = lines.peek().is_some_and(|next| next.trim() == STUB);
        match Signature::parse(&line).filter(|_| is_stub) {
            Some(method) if method.receiver.is_some() => {
                body.push(line.replace("(_", "(").replace(", _", ", "));
                body.push(delegation(&method));
                lines.next();
                methods.push(method);
            }
            Some(function) => {
                body.extend(variable(&source.package, &function));
                lines.next();
            }
            None => body.push(line),
        }
    }
    source.body = body;
    for resource in resources(&source.body) {
        add_implementation(&mut source.body, &resource, &methods);
    }
}

fn variable(package: &str, function: &Signature) -> [String; 4] {
    let name = &function.name;
    [
        String::new(),
        format!("// {name} is what others call. Assign the function that answers, in an init function."),
        format!("var {name} = func({}){} {{", function.params(), function.results()),
        format!("panic(\"{package}.{name} is called, but no function was assigned to it\")"),
    ]
}

fn delegation(method: &Signature) -> String {
    let call = format!("self.Implementation.{}({})", method.name, method.arguments());
    if method.results.is_empty() { call } else { format!("return {call}") }
}

/// The resources that the file declares: the only structures with a pinner.
fn resources(body: &[String]) -> Vec<String> {
    let declared = body.windows(2).filter(|lines| lines[1].trim() == "pinner runtime.Pinner");
    declared.filter_map(|lines| Some(lines[0].strip_prefix("type ")?.strip_suffix(" struct {")?.to_owned())).collect()
}

/// Gives a resource the value that its methods are called of.
fn add_implementation(body: &mut Vec<String>, resource: &str, methods: &[Signature]) {
    let declaration = format!("type {resource} struct {{");
    let Some(start) = body.iter().position(|line| *line == declaration) else { return };
    body.insert(start, format!("// {resource} is a resource of this component, as others hold it."));
    body.insert(
        start + 2,
        format!("// What the methods are called of: put yours in with &{resource}{{Implementation: ...}}."),
    );
    body.insert(start + 3, format!("Implementation {resource}Methods"));
    body.insert(start + 4, String::new());
    body.extend([
        String::new(),
        format!("// {resource}Methods are the methods of {resource}."),
        format!("type {resource}Methods interface {{"),
    ]);
    let own = methods.iter().filter(|method| method.receiver.as_deref() == Some(resource));
    body.extend(own.map(|method| format!("{}({}){}", method.name, method.params(), method.results())));
    body.push("}".to_owned());
}
