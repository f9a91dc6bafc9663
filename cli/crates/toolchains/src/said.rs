//! A line in which many compilers say something: `FILE:LINE:COLUMN: KIND: MESSAGE`.

use conjoin_plan::Place;

/// The kind of a message, its place and its words.
pub(crate) fn said(line: &str) -> Option<(&str, Place, &str)> {
    let (place, message) = line.split_once(": ")?;
    let (kind, message) = message.split_once(": ")?;
    let [column, line, file] = place.rsplitn(3, ':').collect::<Vec<_>>()[..] else { return None };
    let (line, column) = (line.parse().ok()?, Some(column.parse().ok()?));
    Some((kind, Place { file: file.to_owned(), line, column, ..Place::default() }, message))
}
