//! JSON lines for programs. Every line is an object with `version` and `reason`.

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_engine::BuildEvent;
use serde_json::{Value, json};

/// The version of the format of the lines.
const VERSION: u32 = 1;

/// One line: `value`'s fields with `version` and `reason`.
pub(crate) fn line(reason: &str, value: Value) -> String {
    let mut object = serde_json::Map::new();
    object.insert("version".to_owned(), VERSION.into());
    object.insert("reason".to_owned(), reason.into());
    match value {
        Value::Object(fields) => object.extend(fields),
        other => {
            object.insert("value".to_owned(), other);
        }
    }
    Value::Object(object).to_string()
}

/// The line of an event of the engine.
pub(super) fn build_event(event: &BuildEvent) -> Option<String> {
    let value = serde_json::to_value(event).ok()?;
    Some(line("build-event", value))
}

/// The line of a diagnostic; places count lines and columns from 1.
pub(super) fn diagnostic(diagnostic: &Diagnostic) -> String {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let (line, column) = label.source.position(label.span.start);
            let (end_line, end_column) = label.source.position(label.span.end);
            json!({
                "file": label.source.name, "line": line, "column": column,
                "end_line": end_line, "end_column": end_column, "text": label.text,
            })
        })
        .collect();
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    line(
        "diagnostic",
        json!({
            "severity": severity, "code": diagnostic.code, "message": diagnostic.message,
            "labels": labels, "notes": diagnostic.notes, "hints": diagnostic.hints,
        }),
    )
}
