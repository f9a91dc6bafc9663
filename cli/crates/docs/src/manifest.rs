//! The reference of `conjoin.toml`, made of its JSON schema.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::GENERATED;

/// The tables of a manifest: the name of each in the schema, and what it is called here.
const TABLES: [(&str, &str); 11] = [
    ("", "The top of the file"),
    ("app", "`[app]`"),
    ("component", "`[component.NAME]`"),
    ("permissions", "`permissions`"),
    ("directory", "An element of `permissions.directories`"),
    ("build", "`build`"),
    ("trigger", "`[trigger]`"),
    ("http", "`[[trigger.http]]`"),
    ("isolation", "`isolation`"),
    ("example", "`[trigger.http.example]`"),
    ("command", "`[[trigger.command]]`"),
];

const START: &str = r#"
# Manifest

`conjoin.toml` is the manifest of an app, in the app's folder. It is a [TOML](https://toml.io) file. Keys that are not listed here are
errors. So are paths that leave the app's folder, unless they are absolute.

`conjoin schema` prints this reference as a [JSON schema](../editors.md#conjointoml-in-an-editor) for editors.

```toml
#:schema .conjoin/conjoin.schema.json
conjoin = 1

[app]
name = "shop"
version = "0.1.0"

[component.gateway]                     # the folder `gateway/`, the world `gateway`
language = "typescript"
permissions.clocks = true
permissions.outbound-http = ["https://payments.example.com"]
permissions.env = ["LOG_LEVEL"]

[component.pricing]
language = "rust"
path = "crates/pricing"
world = "prices"

[component.audit-log]
language = "go"
toolchain = "tinygo"
permissions.stdio = true
permissions.directories = [{ path = "data", at = "/data", access = "read" }]

[component.legacy]                      # built elsewhere
source = "vendor/legacy.wasm"

[component.gateway.imports]             # only where several components export an interface
"shop:api/log" = "audit-log"

[[trigger.http]]
route = "/..."
component = "gateway"

[[trigger.command]]
component = "legacy"
```
"#;

/// The page, from the schema that `conjoin schema` prints.
pub(crate) fn manifest_page(schema: &Value) -> Result<String> {
    let definitions = schema["definitions"].as_object().context("a schema has definitions")?;
    let mut page = format!("{GENERATED}{START}");
    for name in definitions.keys() {
        if !TABLES.iter().any(|(known, _)| known == name) {
            bail!("the manifest reference has no heading for the table `{name}`");
        }
    }
    for (name, title) in TABLES {
        let table = if name.is_empty() {
            schema
        } else {
            definitions.get(name).with_context(|| format!("no table `{name}`"))?
        };
        let _ = writeln!(page, "\n## {title}\n");
        if let Some(description) = table["description"].as_str().filter(|_| !name.is_empty()) {
            let _ = writeln!(page, "{description}\n");
        }
        page.push_str("| key | value | |\n|---|---|---|\n");
        for (key, value) in table["properties"].as_object().context("a table has keys")? {
            let required =
                table["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key.as_str()));
            let must = if required { "**Required.** " } else { "" };
            let description = value["description"].as_str().unwrap_or_default();
            let _ = writeln!(page, "| `{key}` | {} | {must}{description} |", kind(value));
        }
    }
    Ok(page)
}

/// What kind of value it is, in the words of TOML.
fn kind(value: &Value) -> String {
    if let Some(name) = reference(value) {
        return format!("a table: [{name}](#{})", heading(name));
    }
    if let Some(names) = value["enum"].as_array() {
        let names: Vec<_> = names.iter().filter_map(Value::as_str).map(|name| format!("`\"{name}\"`")).collect();
        return names.join(", ");
    }
    if !value["const"].is_null() {
        return format!("`{}`", value["const"]);
    }
    match value["type"].as_str().unwrap_or_default() {
        "boolean" => "`true` or `false`".to_owned(),
        "integer" => "an integer".to_owned(),
        "string" => "a string".to_owned(),
        "array" => match reference(&value["items"]) {
            Some(name) => format!("an array of tables: [{name}](#{})", heading(name)),
            None => "an array of strings".to_owned(),
        },
        "object" => match reference(&value["additionalProperties"]) {
            Some(name) => format!("a table of tables: [{name}](#{})", heading(name)),
            None => "a table of strings".to_owned(),
        },
        other => other.to_owned(),
    }
}

/// The name of the table that a value is.
fn reference(value: &Value) -> Option<&str> {
    let reference = value["$ref"].as_str().or_else(|| value["allOf"][0]["$ref"].as_str())?;
    reference.rsplit('/').next()
}

fn heading(name: &str) -> String {
    let title = TABLES.iter().find(|(known, _)| *known == name).map_or(name, |(_, title)| title);
    crate::anchors(&format!("# {title}")).concat()
}
