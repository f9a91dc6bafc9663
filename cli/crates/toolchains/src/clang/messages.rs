//! What clang says: `FILE:LINE:COLUMN: error: MESSAGE`, notes of the same form that belong to it, and drawings of the lines, which we draw
//! ourselves.

use conjoin_plan::{Finding, Place, Reading};

use crate::said::said;

/// The errors, with the notes that follow them; warnings and what the linker says are left as they are.
pub(super) fn findings(output: &str) -> Reading {
    read(output, &["error", "fatal error"], "clang::error")
}

/// The warnings, with the notes that follow them.
pub(super) fn warnings(output: &str) -> Vec<Finding> {
    read(output, &["warning"], "clang::warning").findings
}

/// What is said of one of these kinds.
fn read(output: &str, kinds: &[&str], code: &'static str) -> Reading {
    let (mut findings, mut rest) = (Vec::<Finding>::new(), String::new());
    // Whether what was said last was understood, and with it the drawing below.
    let mut understood = false;
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        match said(text) {
            Some((kind, place, message)) if kinds.contains(&kind) => {
                let (message, places) = (message.to_owned(), vec![place]);
                findings.push(Finding { code, message, places, ..Finding::default() });
                understood = true;
            }
            Some(("note", place, message)) if understood => {
                // What is said of the very same place is how to fix it.
                match findings.last_mut() {
                    Some(last) if last.places.first() == Some(&place) => last.hints.push(message.to_owned()),
                    Some(last) => last.places.push(Place { text: message.to_owned(), ..place }),
                    None => {}
                }
            }
            _ if understood && is_drawing(text) => {}
            _ => {
                understood = false;
                if !is_count(text) {
                    rest.push_str(line);
                }
            }
        }
    }
    if findings.is_empty() { Reading::nothing(output) } else { Reading { findings, rest } }
}

/// A line of the source or what is below it, e.g. `    3 | return 1;`.
fn is_drawing(line: &str) -> bool {
    line.split_once('|').is_some_and(|(number, _)| number.trim().chars().all(|letter| letter.is_ascii_digit()))
}

/// E.g. `2 errors generated.`
fn is_count(line: &str) -> bool {
    line.starts_with(|letter: char| letter.is_ascii_digit()) && line.ends_with(" generated.")
}
