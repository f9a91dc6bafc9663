//! Adding tables to the text of a manifest. What stands there stays as it is, byte for byte: comments, order, line ends, a byte
//! order mark.
//!
//! Tables are appended. Only where `component` or the list of triggers is written inline, which cannot be continued by a table
//! further down, is there something to be inserted in the middle.

use std::ops::Range;

use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

/// `text`, a manifest, with the tables of `addition`: `component.NAME`, and any of `trigger.http` and `trigger.command`.
///
/// The error is a sentence about what stands in the way. What comes out is TOML if no table of `addition` is there already; whether
/// it is a manifest that makes sense, [`crate::parse`] says.
pub fn insert(text: &str, addition: &str) -> Result<String, String> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let pieces = pieces(addition)?;
    let mut body = body.to_owned();
    let mut rest = Vec::new();
    for piece in pieces {
        match piece.insert_inline(&body)? {
            Some(inserted) => body = inserted,
            None => rest.push(piece),
        }
    }
    let appended = match rest.as_slice() {
        [] => String::new(),
        // As it was written, with its comments.
        all if all.len() == piece_count(addition)? => addition.trim_matches('\n').to_owned() + "\n",
        some => some.iter().map(|piece| piece.as_written(addition)).collect::<Result<Vec<_>, _>>()?.join("\n"),
    };
    Ok(format!("{mark}{}", append(&body, &appended)))
}

/// `body` and, after an empty line, `appended`, with the line ends of `body`.
fn append(body: &str, appended: &str) -> String {
    if appended.is_empty() {
        return body.to_owned();
    }
    let line_end = line_end(body);
    let mut text = body.to_owned();
    if !body.is_empty() && !body.ends_with('\n') {
        text.push_str(line_end);
    }
    if !body.is_empty() && !body.ends_with("\n\n") && !body.ends_with("\n\r\n") {
        text.push_str(line_end);
    }
    text + &appended.replace("\r\n", "\n").replace('\n', line_end)
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// One table to be added.
#[derive(PartialEq)]
enum Piece {
    /// `component.NAME`.
    Component(String, Value),
    /// One element of `trigger.KIND`.
    Trigger(String, Value),
}

fn pieces(addition: &str) -> Result<Vec<Piece>, String> {
    let table: Table = addition.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut pieces = Vec::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("component", Value::Table(components)) => {
                pieces.extend(components.into_iter().map(|(name, component)| Piece::Component(name, component)));
            }
            ("trigger", Value::Table(triggers)) => {
                for (kind, list) in triggers {
                    let Value::Array(list) = list else { return Err(format!("`trigger.{kind}` is not an array")) };
                    pieces.extend(list.into_iter().map(|one| Piece::Trigger(kind.clone(), one)));
                }
            }
            _ => return Err(format!("`{key}` is neither a component nor a trigger")),
        }
    }
    Ok(pieces)
}

fn piece_count(addition: &str) -> Result<usize, String> {
    pieces(addition).map(|pieces| pieces.len())
}

/// The tables of `addition`, each from the comments above its header to the next one's.
fn blocks(addition: &str) -> Vec<String> {
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in addition.lines() {
        if let (true, Some(last)) = (line.starts_with('['), blocks.last_mut()) {
            let comments = last.iter().rev().take_while(|line| line.starts_with('#')).count();
            let above = last.split_off(last.len() - comments);
            blocks.push(above);
        }
        blocks.last_mut().into_iter().for_each(|block| block.push(line));
    }
    blocks.iter().map(|block| block.join("\n").trim_matches('\n').to_owned() + "\n").collect()
}

impl Piece {
    /// `body` with this piece, where the place for it is inline; `None` where it can be appended.
    fn insert_inline(&self, body: &str) -> Result<Option<String>, String> {
        let table = DeTable::parse(body).map_err(|error| error.message().to_owned())?;
        let root = table.get_ref();
        let entry = |key: &str, value: &Value| format!("{key} = {value}");
        Ok(match self {
            Self::Component(name, value) => inline_table(body, root.get("component"))
                .map(|(place, components)| add_to_table(body, place, components, &entry(name, value))),
            Self::Trigger(kind, value) => {
                let triggers = root.get("trigger");
                let list = triggers.and_then(|triggers| triggers.get_ref().as_table()?.get(kind.as_str()));
                match (inline_array(body, list), inline_table(body, triggers)) {
                    (Some((place, list)), _) => Some(add_to_array(body, place, list, &value.to_string())),
                    (None, Some((place, triggers))) => {
                        Some(add_to_table(body, place, triggers, &format!("{kind} = [{value}]")))
                    }
                    (None, None) => None,
                }
            }
        })
    }

    /// Its tables as `addition` writes them, with their comments; without, if they do not stand together there.
    fn as_written(&self, addition: &str) -> Result<String, String> {
        let is_own = |block: &String| match (self, pieces(block).as_deref()) {
            (Self::Component(name, _), Ok([Self::Component(other, _)])) => name == other,
            (Self::Trigger(..), Ok([other])) => self == other,
            _ => false,
        };
        let own = blocks(addition).into_iter().filter(is_own).collect::<Vec<_>>().join("\n");
        let is_whole = pieces(&own).is_ok_and(|pieces| pieces == std::slice::from_ref(self));
        if is_whole { Ok(own) } else { self.as_tables() }
    }

    fn as_tables(&self) -> Result<String, String> {
        let (outer, inner) = match self {
            Self::Component(name, value) => ("component", Table::from_iter([(name.clone(), value.clone())])),
            Self::Trigger(kind, value) => {
                ("trigger", Table::from_iter([(kind.clone(), Value::Array(vec![value.clone()]))]))
            }
        };
        toml::to_string(&Table::from_iter([(outer.to_owned(), Value::Table(inner))])).map_err(|error| error.to_string())
    }
}

type Found<'a, 'text> = Option<&'a Spanned<DeValue<'text>>>;

/// The table, if it is written with braces, and its place.
fn inline_table<'a, 'text>(body: &str, value: Found<'a, 'text>) -> Option<(Range<usize>, &'a DeTable<'text>)> {
    let value = value?;
    let table = value.get_ref().as_table()?;
    body.get(value.span())?.starts_with('{').then(|| (value.span(), table))
}

/// The array, if it is written with brackets of its own and not as `[[tables]]`, and its place.
fn inline_array<'a, 'text>(
    body: &str,
    value: Found<'a, 'text>,
) -> Option<(Range<usize>, &'a [Spanned<DeValue<'text>>])> {
    let value = value?;
    let array = value.get_ref().as_array()?;
    let text = body.get(value.span())?;
    (text.starts_with('[') && !text.starts_with("[[")).then(|| (value.span(), &array[..]))
}

fn add_to_table(body: &str, place: Range<usize>, table: &DeTable<'_>, entry: &str) -> String {
    let last = table.iter().map(|(key, value)| key.span().start..end(value)).max_by_key(|item| item.end);
    match last {
        Some(last) => add_after(body, &last, entry),
        None => splice(body, place.start + 1, &format!(" {entry} ")),
    }
}

fn add_to_array(body: &str, place: Range<usize>, array: &[Spanned<DeValue<'_>>], entry: &str) -> String {
    match array.last() {
        Some(last) => add_after(body, &last.span(), entry),
        None => splice(body, place.start + 1, entry),
    }
}

/// Where a value ends; of dotted keys, their last value.
fn end(value: &Spanned<DeValue<'_>>) -> usize {
    let inner = match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, value)| end(value)).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span().end)
}

/// Adds `entry` after the item `last`, in a line of its own if that has one.
fn add_after(body: &str, last: &Range<usize>, entry: &str) -> String {
    let line = body[..last.start].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = &body[line..last.start];
    let own_line = line > 0 && indent.chars().all(|letter| matches!(letter, ' ' | '\t'));
    let comma = comma_after(body, last.end);
    if !own_line {
        return match comma {
            Some(comma) => splice(body, comma + 1, &format!(" {entry},")),
            None => splice(body, last.end, &format!(", {entry}")),
        };
    }
    // A comment behind the last item stays behind it.
    let from = comma.map_or(last.end, |comma| comma + 1);
    let line_rest = body[from..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let closes = !line_rest.trim_start().is_empty() && !line_rest.trim_start().starts_with('#');
    let at = if closes { from } else { from + line_rest.trim_end().len() };
    let new_line = format!("{}{indent}{entry}", line_end(body));
    match comma {
        Some(_) => splice(body, at, &(new_line + ",")),
        None => splice(&splice(body, at, &new_line), last.end, ","),
    }
}

/// Where the comma is that follows, after spaces and comments.
fn comma_after(body: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = &body[at..];
        let space = rest.len() - rest.trim_start().len();
        at += space;
        match body[at..].chars().next()? {
            ',' => return Some(at),
            '#' => at += body[at..].find('\n')?,
            _ => return None,
        }
    }
}

fn splice(body: &str, at: usize, inserted: &str) -> String {
    format!("{}{inserted}{}", &body[..at], &body[at..])
}
