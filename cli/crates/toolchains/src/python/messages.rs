//! What Python says about a project: a traceback, or a list of places from conjoin's own script.

use conjoin_plan::{Finding, Place, Reading};

/// The errors.
pub(crate) fn findings(output: &str) -> Reading {
    let reading = traceback(output);
    let reading = if reading.findings.is_empty() { places(output) } else { reading };
    if reading.findings.is_empty() { Reading::nothing(output) } else { reading }
}

/// `  File "FILE", line LINE, in FUNCTION`, the innermost last, and below all of them the message.
fn traceback(output: &str) -> Reading {
    let mut reading = Reading::default();
    let mut frames: Vec<Place> = Vec::new();
    let mut inside = false;
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        if let Some(frame) = frame(text) {
            inside = true;
            frames.push(frame);
        } else if text == "Traceback (most recent call last):" || (inside && text.starts_with("    ")) {
            // The source, which is shown from the file, and marks below it.
        } else if inside && !text.is_empty() {
            inside = false;
            reading.findings.extend(raised(text, std::mem::take(&mut frames)));
        } else {
            reading.rest.push_str(line);
        }
    }
    reading
}

fn frame(line: &str) -> Option<Place> {
    let (file, rest) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
    let line = rest.split(',').next()?.trim().parse().ok()?;
    Some(Place { file: file.to_owned(), line, ..Place::default() })
}

/// An exception, told at the last frame in the project.
fn raised(message: &str, frames: Vec<Place>) -> Option<Finding> {
    let own = |place: &Place| !place.file.starts_with(['/', '<']);
    let mut places: Vec<Place> = frames.into_iter().filter(own).collect();
    places.reverse();
    for place in places.iter_mut().skip(1) {
        "from here".clone_into(&mut place.text);
    }
    let message = message.to_owned();
    (!places.is_empty()).then(|| Finding { code: "python::error", message, places, ..Finding::default() })
}

/// A line that ends in a colon, and below it `  FILE:LINE: WHAT`.
fn places(output: &str) -> Reading {
    let mut reading = Reading::default();
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        if let (Some(place), Some(finding)) = (place(text), reading.findings.last_mut()) {
            finding.places.push(place);
        } else if let Some(message) = text.strip_suffix(':') {
            let message = message.to_owned();
            reading.findings.push(Finding { code: "python::error", message, ..Finding::default() });
        } else {
            reading.rest.push_str(line);
        }
    }
    if reading.findings.iter().any(|finding| finding.places.is_empty()) { Reading::default() } else { reading }
}

fn place(line: &str) -> Option<Place> {
    let (at, what) = line.strip_prefix("  ")?.split_once(": ")?;
    let (file, line) = at.rsplit_once(':')?;
    Some(Place { file: file.to_owned(), line: line.parse().ok()?, text: what.to_owned(), ..Place::default() })
}
