//! A type of WIT as a type of TypeScript.

use std::fmt::Write as _;

use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

use super::names;

/// The type as it is written where it is used.
pub(crate) fn text(resolve: &Resolve, ty: &Type) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::U8 | Type::U16 | Type::U32 | Type::S8 | Type::S16 | Type::S32 | Type::F32 | Type::F64 => {
            "number".to_owned()
        }
        Type::U64 | Type::S64 => "bigint".to_owned(),
        Type::Char | Type::String => "string".to_owned(),
        Type::ErrorContext => "unknown".to_owned(),
        Type::Id(id) => match &resolve.types[*id].name {
            Some(name) => names::type_name(name),
            None => anonymous(resolve, &resolve.types[*id].kind),
        },
    }
}

/// The same for what may be left out: `void` for nothing.
pub(crate) fn optional(resolve: &Resolve, ty: Option<&Type>) -> String {
    ty.map_or_else(|| "void".to_owned(), |ty| text(resolve, ty))
}

/// A type that has no name of its own, or what a name stands for.
pub(crate) fn anonymous(resolve: &Resolve, kind: &TypeDefKind) -> String {
    match kind {
        TypeDefKind::Type(ty) => text(resolve, ty),
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => named(resolve, *id),
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(|ty| text(resolve, ty)).collect();
            format!("[{}]", types.join(", "))
        }
        TypeDefKind::Option(ty) => option(resolve, ty),
        TypeDefKind::Result(result) => {
            format!("{} | {}", case(resolve, "ok", result.ok.as_ref()), case(resolve, "err", result.err.as_ref()))
        }
        TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) => list(resolve, ty),
        TypeDefKind::Map(key, value) => format!("Map<{}, {}>", text(resolve, key), text(resolve, value)),
        TypeDefKind::Future(ty) => format!("{{ read(): Promise<{}> }}", optional(resolve, ty.as_ref())),
        TypeDefKind::Stream(Some(Type::U8)) => "AsyncIterable<Uint8Array>".to_owned(),
        TypeDefKind::Stream(ty) => format!("AsyncIterable<{}>", optional(resolve, ty.as_ref())),
        TypeDefKind::Record(_)
        | TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Variant(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => "unknown".to_owned(),
    }
}

/// One case of a union, e.g. `{ tag: 'too-long'; val: number }`.
pub(crate) fn case(resolve: &Resolve, name: &str, ty: Option<&Type>) -> String {
    let mut text = format!("{{ tag: '{name}'");
    match ty {
        Some(ty) if is_option(resolve, ty) => {
            let _ = write!(text, "; val?: {}", self::text(resolve, ty));
        }
        Some(ty) => {
            let _ = write!(text, "; val: {}", self::text(resolve, ty));
        }
        None => {}
    }
    text.push_str(" }");
    text
}

/// Whether a value of it may be `undefined`.
pub(crate) fn is_option(resolve: &Resolve, ty: &Type) -> bool {
    matches!(plain(resolve, ty), Some(TypeDefKind::Option(inner)) if !is_any_option(resolve, inner))
}

fn is_any_option(resolve: &Resolve, ty: &Type) -> bool {
    matches!(plain(resolve, ty), Some(TypeDefKind::Option(_)))
}

/// What the type is once all renaming is undone; `None` for a primitive type.
pub(crate) fn plain<'a>(resolve: &'a Resolve, ty: &Type) -> Option<&'a TypeDefKind> {
    let Type::Id(id) = ty else { return None };
    match &resolve.types[*id].kind {
        TypeDefKind::Type(ty) => plain(resolve, ty),
        kind => Some(kind),
    }
}

fn named(resolve: &Resolve, id: TypeId) -> String {
    resolve.types[id].name.as_deref().map(names::type_name).unwrap_or_default()
}

/// An option of an option needs tags, because there is only one `undefined`.
fn option(resolve: &Resolve, ty: &Type) -> String {
    if is_any_option(resolve, ty) {
        format!("{} | {{ tag: 'none' }}", case(resolve, "some", Some(ty)))
    } else {
        format!("{} | undefined", text(resolve, ty))
    }
}

fn list(resolve: &Resolve, ty: &Type) -> String {
    let array = match primitive(resolve, ty) {
        Type::U8 => "Uint8Array",
        Type::U16 => "Uint16Array",
        Type::U32 => "Uint32Array",
        Type::U64 => "BigUint64Array",
        Type::S8 => "Int8Array",
        Type::S16 => "Int16Array",
        Type::S32 => "Int32Array",
        Type::S64 => "BigInt64Array",
        Type::F32 => "Float32Array",
        Type::F64 => "Float64Array",
        Type::Bool | Type::Char | Type::String | Type::ErrorContext | Type::Id(_) => {
            let element = text(resolve, ty);
            let is_simple = element.chars().all(|c| c.is_alphanumeric() || "[]_".contains(c));
            return if is_simple { format!("{element}[]") } else { format!("Array<{element}>") };
        }
    };
    array.to_owned()
}

/// The type behind names for a primitive type.
pub(crate) fn primitive(resolve: &Resolve, ty: &Type) -> Type {
    match ty {
        Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::Type(inner) => primitive(resolve, inner),
            _ => *ty,
        },
        other => *other,
    }
}
