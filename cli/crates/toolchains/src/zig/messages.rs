//! What zig says: `FILE:LINE:COLUMN: error: MESSAGE`, notes of the same form that belong to it, below each the line of the source, which
//! we draw ourselves, and `referenced by:` with the way to it.

use conjoin_plan::{Finding, Place, Reading};

use crate::said::said;

const CODE: &str = "zig::error";

/// The errors, with the notes that follow them; what the linker says is left as it is.
pub(super) fn findings(output: &str) -> Reading {
    let (mut findings, mut rest) = (Vec::<Finding>::new(), String::new());
    let lines: Vec<&str> = output.split_inclusive('\n').collect();
    let mut at = 0;
    while at < lines.len() {
        let text = lines[at].trim_end();
        let understood = match (said(text), findings.last_mut()) {
            (Some(("error", place, message)), last) => {
                match last {
                    // What stands behind an `@cImport` is told of a file that zig has made of it.
                    Some(last) if place.file.ends_with("/cimport.h") => last.notes.push(message.to_owned()),
                    _ => findings.push(Finding {
                        code: CODE,
                        message: message.to_owned(),
                        places: vec![place],
                        ..Finding::default()
                    }),
                }
                true
            }
            (Some(("note", place, message)), Some(last)) => {
                explain(last, place, message);
                true
            }
            (None, Some(last)) if text == "referenced by:" => {
                let block = lines[at + 1..].iter().take_while(|line| line.starts_with("    ")).count();
                refer(last, &lines[at + 1..=at + block]);
                at += 1 + block;
                continue;
            }
            (None, Some(_)) if text == "error: translation failure" => true,
            _ => {
                rest.push_str(lines[at]);
                false
            }
        };
        at += 1;
        if understood {
            at += drawing(&lines[at..]);
        }
    }
    if findings.is_empty() { Reading::nothing(output) } else { Reading { findings, rest } }
}

/// How many lines show the source: one, and one with a mark below it.
fn drawing(lines: &[&str]) -> usize {
    let is_mark = |line: &&str| line.contains('^') && line.trim_end().chars().all(|mark| " ^~".contains(mark));
    if lines.get(1).is_some_and(is_mark) { 2 } else { 0 }
}

/// Adds a note to what it explains.
fn explain(finding: &mut Finding, place: Place, message: &str) {
    let Some(first) = finding.places.first_mut() else { return };
    if finding.message.starts_with("unable to load ") && message == "file imported here" {
        *first = place;
    } else if first.file == place.file && first.line == place.line && message.starts_with("consider ") {
        // What is said of the very same place is how to fix it.
        finding.hints.push(message.to_owned());
    } else if !is_of_zig(&place) {
        finding.places.push(Place { text: message.to_owned(), ..place });
    }
}

/// Where the project has led to an error in Zig's own library, that place is the one to look at.
fn refer(finding: &mut Finding, references: &[&str]) {
    let Some(first) = finding.places.first_mut().filter(|first| is_of_zig(first)) else { return };
    let places = references.iter().filter_map(|line| {
        let (_, place) = line.trim_end().rsplit_once(": ")?;
        let [column, line, file] = place.rsplitn(3, ':').collect::<Vec<_>>()[..] else { return None };
        Some(Place::at(file, line.parse().ok()?, column.parse().ok()?))
    });
    if let Some(place) = { places }.find(|place| !is_of_zig(place)) {
        *first = place;
    }
}

/// Files of the project have names relative to it.
fn is_of_zig(place: &Place) -> bool {
    place.file.starts_with('/')
}
