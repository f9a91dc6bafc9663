//! What is wrong with the shape of a manifest: syntax, keys that are not known, values of the wrong kind.
//!
//! The texts of the TOML reader and of serde are read here and nowhere else; the golden cases notice when they change.

use std::{ops::Range, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, list, nearest};
use toml::de::{DeTable, DeValue, Error};

/// The one format of `conjoin.toml` that this version reads.
pub(crate) const FORMAT: i64 = 1;

/// The text as a tree of TOML values.
pub(crate) fn parse_table(source: &Arc<Source>) -> Result<toml::Spanned<DeTable<'_>>, Diagnostic> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let Some(error) = errors.first() else { return Ok(table) };
    let span = span_of(source, error);
    if error.message().starts_with("duplicate key") {
        return Err(duplicate_key(source, span));
    }
    let label = match source.text[span.start..].chars().next() {
        None => "the text ends here",
        Some('\n' | '\r') => "the line ends here",
        Some(_) => "not understood from here on",
    };
    Err(Diagnostic::error("manifest::syntax", error.message().to_owned())
        .label(source, span, label)
        .hint("conjoin.toml is written in TOML: `[table]`, `key = \"text\"`, `key = true`, `key = [\"a\", \"b\"]`"))
}

/// Refuses a manifest of another format before its keys are judged, because it may have other ones.
pub(crate) fn check_format(source: &Arc<Source>, table: &DeTable<'_>) -> Result<(), Diagnostic> {
    let Some(value) = table.get("conjoin") else { return Ok(()) };
    let Some(number) = value.get_ref().as_integer() else { return Ok(()) };
    if i64::from_str_radix(number.as_str(), number.radix()) == Ok(FORMAT) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "manifest::format",
        format!("this manifest has format {number}, which this version of conjoin cannot read"),
    )
    .label(source, value.span(), "the format of the file")
    .hint(format!("write `conjoin = {FORMAT}`, or use the version of conjoin that the file was written for")))
}

/// An unknown key or a wrong type, from what serde says about it.
pub(crate) fn from_error(source: &Arc<Source>, error: &Error) -> Diagnostic {
    let span = span_of(source, error);
    let message = error.message();
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = rest.split('`').skip(1).step_by(2);
        let key = names.next().unwrap_or_default();
        return unknown_key(source, span, key, &names.collect::<Vec<_>>());
    }
    let what = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((found, expected)) = what.and_then(|what| what.rsplit_once(", expected ")) {
        return wrong_type(source, span, found, expected);
    }
    Diagnostic::error("manifest::wrong-type", message.to_owned()).label(source, span, "")
}

fn wrong_type(source: &Arc<Source>, span: Range<usize>, found: &str, expected: &str) -> Diagnostic {
    let is_date = found == "map" && source.text[span.start..].starts_with(|first: char| first.is_ascii_digit());
    let found = if is_date { "a date".to_owned() } else { in_toml_words(found) };
    let expected = in_toml_words(expected);
    let diagnostic = Diagnostic::error("manifest::wrong-type", format!("expected {expected}, found {found}"));
    let diagnostic = diagnostic.label(source, span, format!("this must be {expected}"));
    if found == "a table" && expected == "an array" {
        return diagnostic.hint("there may be several of these tables: write two brackets, `[[..]]`");
    }
    diagnostic
}

fn unknown_key(source: &Arc<Source>, span: Range<usize>, key: &str, allowed: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error("manifest::unknown-key", format!("unknown key `{key}`"))
        .label(source, span, "not a key of this table")
        .note(format!("keys allowed here: {}", list(allowed)));
    match nearest(key, allowed.iter().copied()) {
        Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
        None => diagnostic,
    }
}

fn duplicate_key(source: &Arc<Source>, span: Range<usize>) -> Diagnostic {
    let key = source.text[span.clone()].trim_matches(['"', '\'']);
    let first = first_place(&source.text, key, &span);
    let is_component = first.as_ref().is_some_and(|(parent, _)| parent == "component");
    let what = if is_component { "component" } else { "key" };
    let diagnostic = Diagnostic::error("manifest::duplicate-key", format!("{what} `{key}` is defined twice")).label(
        source,
        span,
        "defined again here",
    );
    let diagnostic = match first {
        Some((_, first)) => diagnostic.label(source, first, "first defined here"),
        None => diagnostic,
    };
    diagnostic.hint(if is_component {
        "rename one of the two components, or remove it"
    } else {
        "remove one of the two"
    })
}

/// The table and the place of the key that stands last before its repetition at `span`.
fn first_place(text: &str, key: &str, span: &Range<usize>) -> Option<(String, Range<usize>)> {
    let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let before = text[line..span.start].trim_matches(['[', '.', ' ', '\t']);
    let parent = if before.contains('=') { "" } else { before.rsplit('.').next().unwrap_or_default() };
    let (table, _) = DeTable::parse_recoverable(&text[..span.start]);
    let mut places = Vec::new();
    collect_keys(table.get_ref(), key, "", &mut places);
    let of_parent = places.into_iter().filter(|(name, _)| parent.is_empty() || *name == parent.trim_matches('"'));
    of_parent.max_by_key(|(_, place)| place.start).map(|(name, place)| (name.to_owned(), place))
}

/// The places of every key called `key`, each with the name of the table it is in, in the order of the tree.
fn collect_keys<'a>(table: &'a DeTable<'_>, key: &str, name: &'a str, places: &mut Vec<(&'a str, Range<usize>)>) {
    for (own, value) in table {
        if own.get_ref() == key {
            places.push((name, own.span()));
        }
        collect_keys_of_value(value.get_ref(), key, own.get_ref(), places);
    }
}

fn collect_keys_of_value<'a>(
    value: &'a DeValue<'_>,
    key: &str,
    name: &'a str,
    places: &mut Vec<(&'a str, Range<usize>)>,
) {
    match value {
        DeValue::Table(table) => collect_keys(table, key, name, places),
        DeValue::Array(array) => array.iter().for_each(|item| collect_keys_of_value(item.get_ref(), key, name, places)),
        _ => {}
    }
}

/// The words of serde's data model in those of TOML.
fn in_toml_words(text: &str) -> String {
    match text {
        "map" | "a map" => "a table".to_owned(),
        "sequence" | "a sequence" => "an array".to_owned(),
        "i64" => "an integer".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        other => match other.split_once(' ') {
            Some(("string", rest)) => format!("the string {rest}"),
            Some(("integer", rest)) => format!("the integer {rest}"),
            Some(("boolean", rest)) => format!("the boolean {rest}"),
            Some(("floating", rest)) => format!("the number {}", rest.trim_start_matches("point ")),
            _ => other.to_owned(),
        },
    }
}

/// The place of an error, on whole characters and within the text.
fn span_of(source: &Source, error: &Error) -> Range<usize> {
    let span = error.span().unwrap_or(0..0);
    let start = source.text.floor_char_boundary(span.start);
    start..source.text.ceil_char_boundary(span.end.max(start))
}
