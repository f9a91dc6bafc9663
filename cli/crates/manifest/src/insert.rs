//! Adding tables to the text of a manifest. What it holds stays as it is: comments, order, line ends, a byte-order mark.
//!
//! Tables are appended to the text. Only where `component` or the list of triggers is written inline, which no table further down can
//! continue, that value is edited, and nothing around it.

use std::ops::Range;

use toml_edit::{Array, Document, DocumentMut, InlineTable, Item, RawString, Table, TomlError, Value};

/// Adds the tables of `addition`, `component.NAME` and `[[trigger.KIND]]`, to the manifest `text` and gives the new text.
///
/// Whether the result makes sense as a manifest, [`crate::parse`] says.
///
/// # Errors
///
/// A sentence that says what prevents it: one of the texts is not TOML, `addition` has other tables, a name is taken, or the order of dotted
/// keys in an inline table cannot be kept.
pub fn insert(text: &str, addition: &str) -> Result<String, String> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let mut body = body.to_owned();
    let mut addition = tables(addition)?;
    insert_inline(&mut body, &mut addition)?;
    let tables = addition.to_string();
    Ok(format!("{mark}{}", append(body, tables.trim_matches('\n'))))
}

/// `body` and, after an empty line, `tables`, with the line ends of `body`.
fn append(mut body: String, tables: &str) -> String {
    if tables.is_empty() {
        return body;
    }
    let line_end = line_end(&body);
    if !body.is_empty() && !body.ends_with('\n') {
        body.push_str(line_end);
    }
    if !body.is_empty() && !body.ends_with("\n\n") && !body.ends_with("\n\r\n") {
        body.push_str(line_end);
    }
    body + &tables.replace('\n', line_end) + line_end
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The addition, of which it is certain that it holds components and lists of triggers alone, all as tables with headers.
fn tables(text: &str) -> Result<DocumentMut, String> {
    let addition: DocumentMut = text.replace("\r\n", "\n").parse().map_err(|error| message(&error))?;
    for (key, item) in addition.iter() {
        let is_one = |(name, item): (&str, &Item)| match key {
            "component" => item.is_table().then_some(()).ok_or(format!("`component.{name}` is not a table")),
            "trigger" => {
                item.is_array_of_tables().then_some(()).ok_or(format!("`trigger.{name}` is not an array of tables"))
            }
            _ => Err(format!("`{key}` is neither a component nor a trigger")),
        };
        item.as_table().ok_or(format!("`{key}` is not a table"))?.iter().try_for_each(is_one)?;
    }
    Ok(addition)
}

fn message(error: &TomlError) -> String {
    error.message().to_owned()
}

/// Moves what `body` has to hold inline from `addition` into it.
fn insert_inline(body: &mut String, addition: &mut DocumentMut) -> Result<(), String> {
    if let Some(place) = value_at(body, &["component"])? {
        let components = take(addition, "component", |_| true);
        edit(body, place, |value| {
            let table = value.as_inline_table_mut().ok_or("`component` is not a table")?;
            for (name, component) in components {
                if table.contains_key(&name) {
                    return Err(format!("`component.{name}` is declared already"));
                }
                if let Item::Table(component) = component {
                    push_entry(table, &name, component.into_inline_table().into());
                }
            }
            Ok(())
        })?;
    }
    let kinds: Vec<String> = addition.get("trigger").and_then(Item::as_table).into_iter().flatten().map(name).collect();
    for kind in kinds {
        let (list, all) = (value_at(body, &["trigger", &kind])?, value_at(body, &["trigger"])?);
        let is_in_list = list.is_some();
        let Some(place) = list.or(all) else { continue };
        let taken = take(addition, "trigger", |taken| taken == kind);
        let lists = taken.into_iter().filter_map(|(_, list)| list.into_array_of_tables().ok());
        let new = lists.flatten().map(Table::into_inline_table);
        edit(body, place, |value| {
            if is_in_list {
                let list = value.as_array_mut().ok_or(format!("`trigger.{kind}` is not an array"))?;
                new.for_each(|trigger| push_element(list, trigger));
            } else {
                let table = value.as_inline_table_mut().ok_or("`trigger` is not a table")?;
                push_entry(table, &kind, new.collect::<Array>().into());
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn name((name, _): (&str, &Item)) -> String {
    name.to_owned()
}

/// The place of the value with this path; `None` if there is none, or it is written as tables with headers.
fn value_at(body: &str, path: &[&str]) -> Result<Option<Range<usize>>, String> {
    let document = Document::parse(body).map_err(|error| message(&error))?;
    let item = path.iter().try_fold(document.as_item(), |item, key| item.get(key));
    Ok(item.and_then(Item::as_value).and_then(Value::span))
}

/// Changes the value at `place` and nothing around it.
fn edit(
    body: &mut String,
    place: Range<usize>,
    change: impl FnOnce(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    // The library writes `\n` alone.
    let before = body[place.clone()].replace("\r\n", "\n");
    let mut value: Value = before.parse().map_err(|error| message(&error))?;
    if value.to_string() != before {
        return Err(
            "dotted keys of one inline table stand apart from each other; write them next to each other".to_owned()
        );
    }
    change(&mut value)?;
    let after = value.to_string().replace('\n', line_end(body));
    body.replace_range(place, &after);
    Ok(())
}

/// Takes the items of the table `key` whose names are `wanted`.
fn take(document: &mut DocumentMut, key: &str, wanted: impl Fn(&str) -> bool) -> Vec<(String, Item)> {
    let Some(table) = document.get_mut(key).and_then(Item::as_table_mut) else { return Vec::new() };
    let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).filter(|name| wanted(name)).collect();
    names.into_iter().filter_map(|name| table.remove(&name).map(|item| (name, item))).collect()
}

/// Adds an entry at the end of `table`, in a line of its own if the last one has one.
fn push_entry(table: &mut InlineTable, name: &str, value: Value) {
    let before = table.iter().last().map(|(last, _)| last.to_owned()).and_then(|last| prefix_of_key(table, &last));
    let Some(before) = before else {
        table.insert(name, value);
        return;
    };
    let after = if table.trailing_comma() { text(Some(table.trailing())) } else { take_suffix(last_of_table(table)) };
    let gap = Gap::new(&before, &after);
    let rest = if table.trailing_comma() {
        table.set_trailing(gap.after);
        String::new()
    } else {
        gap.after
    };
    table.insert(name, value.decorated(" ", rest));
    if let Some(mut key) = table.key_mut(name) {
        key.leaf_decor_mut().set_prefix(gap.before);
        key.leaf_decor_mut().set_suffix(" ");
    }
}

/// Adds an element at the end of `array`, in a line of its own if the last one has one.
fn push_element(array: &mut Array, value: InlineTable) {
    let trailing = array.trailing_comma().then(|| text(Some(array.trailing())));
    let Some(last) = array.iter_mut().last() else {
        array.set_trailing("");
        array.push_formatted(Value::from(value).decorated("", ""));
        return;
    };
    let before = text(last.decor().prefix());
    if let Some(trailing) = trailing {
        let gap = Gap::new(&before, &trailing);
        array.push_formatted(Value::from(value).decorated(gap.before, ""));
        array.set_trailing(gap.after);
    } else {
        let gap = Gap::new(&before, &take_suffix(Some(last)));
        array.push_formatted(Value::from(value).decorated(gap.before, gap.after));
    }
}

/// What stands before a new item and after it, up to the closing bracket.
struct Gap {
    before: String,
    after: String,
}

impl Gap {
    /// Of what stands before the last item so far, and after it. A comment behind that item stays behind it.
    fn new(before: &str, after: &str) -> Self {
        let Some((_, indent)) = before.rsplit_once('\n') else {
            return Self { before: " ".to_owned(), after: after.to_owned() };
        };
        let (comment, rest) = after.find('\n').map_or((after, ""), |end| after.split_at(end));
        Self { before: format!("{}\n{indent}", comment.trim_end()), after: rest.to_owned() }
    }
}

fn text(raw: Option<&RawString>) -> String {
    raw.and_then(RawString::as_str).unwrap_or_default().to_owned()
}

/// What stands before the first word of an entry; of dotted keys, before the last one that begins with `name`.
fn prefix_of_key(table: &InlineTable, name: &str) -> Option<String> {
    let values = table.get_values();
    let (path, _) = values.iter().rfind(|(path, _)| path.first().is_some_and(|key| key.get() == name))?;
    path.last().map(|key| text(key.leaf_decor().prefix()))
}

/// The value that is written last; of dotted keys, their last one.
fn last_of_table(table: &mut InlineTable) -> Option<&mut Value> {
    let (_, last) = table.iter_mut().last()?;
    if last.as_inline_table().is_some_and(InlineTable::is_dotted) {
        return last_of_table(last.as_inline_table_mut()?);
    }
    Some(last)
}

/// Takes what stands between a value and the next bracket or comma.
fn take_suffix(value: Option<&mut Value>) -> String {
    let Some(value) = value else { return String::new() };
    let suffix = text(value.decor().suffix());
    value.decor_mut().set_suffix("");
    suffix
}
