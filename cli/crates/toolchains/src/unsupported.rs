//! What of the component model generators of bindings cannot express.

use wit_parser::{FunctionKind, Resolve, Type, TypeDefKind, TypeOwner};

/// What the generators of Go and C have no form for, if the world reaches such a thing; tuples have `largest_tuple` values at most.
pub(crate) fn unsupported(resolve: &Resolve, largest_tuple: usize) -> Option<String> {
    for (_, interface) in &resolve.interfaces {
        for function in interface.functions.values() {
            let is_async = matches!(
                function.kind,
                FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) | FunctionKind::AsyncStatic(_)
            );
            if is_async {
                return Some(format!("the `async` function `{}`", function.name));
            }
            let mut types = function.params.iter().map(|param| param.ty).chain(function.result);
            if types.any(|of| of == Type::ErrorContext) {
                return Some(format!("an `error-context` (in the function `{}`)", function.name));
            }
        }
    }
    resolve.types.iter().find_map(|(_, of)| {
        let what = match &of.kind {
            TypeDefKind::Future(_) => "a `future`".to_owned(),
            TypeDefKind::Stream(_) => "a `stream`".to_owned(),
            TypeDefKind::FixedLengthList(..) => "a list of a fixed length".to_owned(),
            TypeDefKind::Tuple(tuple) if tuple.types.len() > largest_tuple => {
                format!("a tuple of {} values", tuple.types.len())
            }
            kind if mentions_error_context(kind) => "an `error-context`".to_owned(),
            _ => return None,
        };
        Some(match (of.owner, &of.name) {
            (TypeOwner::Interface(id), Some(name)) => match resolve.id_of(id) {
                Some(interface) => format!("{what} (as `{name}` of `{interface}`)"),
                None => format!("{what} (as `{name}`)"),
            },
            _ => what,
        })
    })
}

fn mentions_error_context(kind: &TypeDefKind) -> bool {
    let is = |of: &Type| *of == Type::ErrorContext;
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().any(|field| is(&field.ty)),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().any(is),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty.as_ref()).any(is),
        TypeDefKind::Option(of) | TypeDefKind::List(of) | TypeDefKind::Type(of) => is(of),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).any(is),
        TypeDefKind::Map(key, value) => is(key) || is(value),
        _ => false,
    }
}
