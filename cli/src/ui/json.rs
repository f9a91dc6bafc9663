//! JSON lines for programs. Every line is an object with `version` and `reason`.

use std::{borrow::Cow, fmt::Write as _};

use conjoin_diagnostics::{Diagnostic, Foreign, Severity, printable};
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
    escaped(Value::Object(object).to_string())
}

/// Escapes characters that a terminal would obey or hide. They occur only in JSON strings, so the meaning stays the
/// same.
fn escaped(json: String) -> String {
    let visible = |letter: char| matches!(printable(letter.encode_utf8(&mut [0; 4]), Foreign::Line), Cow::Borrowed(_));
    if json.chars().all(visible) {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        if visible(letter) {
            text.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// The line of an event of the engine.
pub(super) fn build_event(event: &BuildEvent) -> Option<String> {
    let value = serde_json::to_value(event).ok()?;
    Some(line("build-event", value))
}

/// The line of a diagnostic. Lines and columns of places count from 1.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_safe_on_a_terminal_and_says_the_same() {
        let text = "\x1b[2J\x07\u{9b}1m\u{7f}\u{202e}\u{e0041}\n\tä \\u";
        let line = line("message", json!({ "text": text }));
        assert!(
            line.chars().all(|letter| !letter.is_control() && letter != '\u{202e}' && letter != '\u{e0041}'),
            "{line}"
        );
        let read: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["text"], text);
    }
}
