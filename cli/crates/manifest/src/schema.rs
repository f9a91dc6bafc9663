//! The JSON schema of `conjoin.toml`, made from the raw types, for editors and other programs.
//!
//! It says of a manifest what can be said of one value or one table alone, and never refuses what [`crate::parse`] accepts.
//! References between tables are left to `check`.

use std::collections::BTreeMap;

use schemars::{
    Schema, SchemaGenerator,
    generate::SchemaSettings,
    json_schema,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::{Value, json};

use crate::{
    Language, LanguageSet,
    check::ACCESSES,
    raw::{RawComponent, RawManifest, Table},
    shape::FORMAT,
};

const NAME: &str = "^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$";
const WIT_NAME: &str = "([a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(-([a-z0-9]+|[A-Z0-9]+))*";
const VERSION: &str = r"[0-9]+\.[0-9]+\.[0-9]+([+-][0-9A-Za-z.+-]+)?";

/// The JSON schema of `conjoin.toml`, of draft 7, which editors for TOML understand.
pub fn schema(languages: &LanguageSet) -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<RawManifest>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.insert("title".to_owned(), "conjoin.toml".into());
    let mut schema = schema.to_value();
    if let Some(component) = schema.pointer_mut("/definitions/component") {
        name_languages(component, languages);
    }
    schema
}

/// Completes the table of a component by what depends on the languages that there are.
fn name_languages(component: &mut Value, languages: &LanguageSet) {
    for (key, names) in [
        ("language", languages.names().collect()),
        ("toolchain", languages.choices(|language| language.toolchains)),
        ("engine", languages.choices(|language| language.engines)),
    ] {
        if let Some(value) = component.pointer_mut(&format!("/properties/{key}")).and_then(Value::as_object_mut) {
            value.insert("enum".to_owned(), json!(names));
        }
    }
    let of = |has_choice: fn(Language) -> bool| {
        let names: Vec<_> =
            languages.all().iter().filter(|language| has_choice(language)).map(|language| language.name).collect();
        json!({ "required": ["language"], "properties": { "language": { "enum": names } } })
    };
    let rules = [
        json!({ "if": { "required": ["toolchain"] }, "then": of(|language| !language.toolchains.is_empty()) }),
        json!({ "if": { "required": ["engine"] }, "then": of(|language| !language.engines.is_empty()) }),
    ];
    if let Some(all) = component.pointer_mut("/allOf").and_then(Value::as_array_mut) {
        all.splice(0..0, rules);
    }
}

/// Takes away defaults that TOML cannot write, and the line breaks of comments.
fn tidy(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        let one_line = description.replace('\n', " ");
        schema.insert("description".to_owned(), one_line.into());
    }
}

fn text(pattern: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": pattern })
}

fn list(items: &Schema) -> Schema {
    json_schema!({ "type": "array", "items": items })
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Schema {
    json_schema!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}

pub(crate) fn format(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "const": FORMAT })
}

pub(crate) fn components(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = generator.subschema_for::<BTreeMap<String, Table<RawComponent>>>();
    schema.insert("propertyNames".to_owned(), json!({ "pattern": NAME, "maxLength": 64 }));
    schema
}

pub(crate) fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": NAME, "maxLength": 64 })
}

pub(crate) fn version(_: &mut SchemaGenerator) -> Schema {
    text(&format!("^{VERSION}$"))
}

const PATH: &str = r"^[^\\\x00-\x1f]+$";

pub(crate) fn path(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "pattern": PATH,
        "not": { "pattern": r"^(\./)*\.\.(/|$)" },
    })
}

pub(crate) fn patterns(_: &mut SchemaGenerator) -> Schema {
    list(&text(PATH))
}

/// A name that [`name_languages`] lists the choices of.
pub(crate) fn choice(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": [] })
}

pub(crate) fn world(_: &mut SchemaGenerator) -> Schema {
    text(&format!("^{WIT_NAME}$"))
}

pub(crate) fn imports(generator: &mut SchemaGenerator) -> Schema {
    let interface = format!("^({WIT_NAME}|{WIT_NAME}:{WIT_NAME}/{WIT_NAME}(@{VERSION})?)$");
    json_schema!({
        "type": "object",
        "propertyNames": { "pattern": interface },
        "additionalProperties": name(generator),
    })
}

pub(crate) fn command(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "minItems": 1, "items": { "type": "string" } })
}

pub(crate) fn variables(_: &mut SchemaGenerator) -> Schema {
    list(&text("^[A-Za-z_][A-Za-z0-9_]*$"))
}

pub(crate) fn origins(_: &mut SchemaGenerator) -> Schema {
    list(&text(r"^[Hh][Tt][Tt][Pp][Ss]?://(\*\.)?[^/?#@*\s]+$"))
}

pub(crate) fn absolute(_: &mut SchemaGenerator) -> Schema {
    text("^/")
}

pub(crate) fn access(_: &mut SchemaGenerator) -> Schema {
    one_of(ACCESSES.map(|(name, _)| name))
}

pub(crate) fn route(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "pattern": r"^(/|/\.\.\.|(/[^/?#*\s]+)+(/|/\.\.\.)?)$",
        "not": { "pattern": r"/\.{1,2}(/|$)|[^/]\.\.\.|\.\.\.." },
    })
}

pub(crate) fn reuse(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })
}

pub(crate) fn method(_: &mut SchemaGenerator) -> Schema {
    text("^[A-Z]+$")
}

pub(crate) fn headers(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "pattern": "^[0-9A-Za-z!#$%&'*+.^_`|~-]+$" },
        "additionalProperties": { "type": "string" },
    })
}

/// What a component is made from is said once, and keys that mean nothing beside it are not written.
pub(crate) fn component_rules(schema: &mut Schema) {
    let origins = ["language", "source", "build"].map(|key| json!({ "required": [key] }));
    schema.insert("oneOf".to_owned(), json!(origins));
    // `name_languages` puts more in front.
    let rules = json!([{ "not": { "required": ["source", "path"] } }]);
    schema.insert("allOf".to_owned(), rules);
}
