//! What esbuild, `tsc` and the engines say about a project of JavaScript or TypeScript.

use conjoin_plan::{Finding, Place, Reading};

/// What the build scripts say first when an engine refuses the bundle.
const REFUSED: &str = "the bundle cannot be made into a component:";

/// The errors.
pub(crate) fn findings(output: &str) -> Reading {
    let readers = [bundling, types, quickjs, starling];
    readers
        .into_iter()
        .map(|reader| reader(output))
        .find(|reading| !reading.findings.is_empty())
        .unwrap_or_else(|| Reading::nothing(output))
}

/// The warnings, which only esbuild has.
pub(crate) fn warnings(output: &str) -> Vec<Finding> {
    said_by_esbuild(output, "▲ [WARNING] ", "javascript::warning").findings
}

fn bundling(output: &str) -> Reading {
    said_by_esbuild(output, "✘ [ERROR] ", "javascript::bundle")
}

/// esbuild: `✘ [ERROR] MESSAGE`, then `    FILE:LINE:COLUMN:` with the lines of the source, then notes.
fn said_by_esbuild(output: &str, mark: &str, code: &'static str) -> Reading {
    let mut reading = Reading::default();
    let mut open = false;
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        if let Some(message) = text.strip_prefix(mark) {
            open = true;
            let message = message.to_owned();
            reading.findings.push(Finding { code, message, ..Finding::default() });
        } else if let (true, Some(finding)) =
            (open && (text.is_empty() || text.starts_with("  ")), reading.findings.last_mut())
        {
            more_of_bundling(text, finding);
        } else {
            open = false;
            reading.rest.push_str(line);
        }
    }
    reading
}

/// A line below an error of esbuild: a place, the source at it with a mark below, or a note.
fn more_of_bundling(text: &str, finding: &mut Finding) {
    let inner = text.trim();
    if let Some(mark) = inner.strip_prefix('╵') {
        let length = mark.chars().filter(|letter| matches!(letter, '~' | '^')).count();
        let last = finding.places.last_mut().filter(|place| place.end.is_none());
        if let Some((place, column)) =
            last.and_then(|place| Some((place.column?, place))).map(|(column, place)| (place, column))
        {
            place.end = Some((place.line, column + length));
        }
        // A note of its place says what would have to be written there.
    } else if let Some(place) = inner.strip_suffix(':').and_then(place) {
        let text = if finding.places.is_empty() { String::new() } else { finding.notes.pop().unwrap_or_default() };
        // esbuild counts columns from 0.
        let column = place.column.map(|column| column + 1);
        finding.places.push(Place { column, text, ..place });
    } else if !inner.is_empty() && !inner.contains('│') {
        finding.notes.push(inner.to_owned());
    }
}

/// `tsc --pretty false`: `FILE(LINE,COLUMN): error TS1234: MESSAGE`, and more of it in lines with spaces before them.
fn types(output: &str) -> Reading {
    let mut reading = Reading::default();
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        if let Some(finding) = type_error(text) {
            reading.findings.push(finding);
        } else if let (true, Some(finding)) = (text.starts_with("  "), reading.findings.last_mut()) {
            finding.notes.push(text.trim().to_owned());
        } else {
            reading.rest.push_str(line);
        }
    }
    reading
}

fn type_error(line: &str) -> Option<Finding> {
    let (place, message) = line.split_once("): error ")?;
    let (file, position) = place.rsplit_once('(')?;
    let (row, column) = position.split_once(',')?;
    let place = Place::at(file, row.parse().ok()?, column.parse().ok()?);
    let (code, message) = message.split_once(": ")?;
    let message = format!("{} ({code})", message.trim_end_matches('.'));
    Some(Finding { code: "typescript::error", message, places: vec![place], ..Finding::default() })
}

/// QuickJS: the message, then `    at FUNCTION (FILE:LINE:COLUMN)`, the innermost first.
fn quickjs(output: &str) -> Reading {
    let Some(text) = output.strip_prefix(REFUSED) else { return Reading::default() };
    let (frames, message): (Vec<&str>, Vec<&str>) = text.trim().lines().partition(|line| line.starts_with("    at "));
    let in_sources = |frame: &&str| place(frame.trim_end().trim_end_matches(')').rsplit('(').next()?);
    let places: Vec<Place> = frames.iter().filter_map(in_sources).collect();
    if places.is_empty() || message.is_empty() {
        return Reading::default();
    }
    Reading { findings: vec![at_the_top(&message.join(" "), called(places))], rest: String::new() }
}

/// StarlingMonkey: `FILE:LINE:COLUMN MESSAGE` after a line that says when, and below it the same once more, with the stack as
/// `  FUNCTION@FILE:LINE:COLUMN`.
fn starling(output: &str) -> Reading {
    const WHEN: &str = "Exception while evaluating top-level script";
    let Some(text) = output.strip_prefix(REFUSED).and_then(|text| text.trim().strip_prefix(WHEN)) else {
        return Reading::default();
    };
    let mut lines = text.trim().lines();
    let Some((first, message)) = lines.next().and_then(|line| line.split_once(' ')) else { return Reading::default() };
    let frames = lines.filter_map(|line| place(line.strip_prefix("  ")?.split_once('@')?.1));
    let mut places: Vec<Place> = place(first).into_iter().chain(frames).collect();
    places.dedup();
    let findings = if places.is_empty() { Vec::new() } else { vec![at_the_top(message, called(places))] };
    Reading { findings, rest: String::new() }
}

/// Code that fails while the component is built.
fn at_the_top(message: &str, places: Vec<Place>) -> Finding {
    Finding { code: "javascript::top-level", message: message.to_owned(), places, ..Finding::default() }
}

/// The places of a stack: what all but the first one have called.
fn called(places: Vec<Place>) -> Vec<Place> {
    let text = |index: usize| if index == 0 { String::new() } else { "called here".to_owned() };
    places.into_iter().enumerate().map(|(index, place)| Place { text: text(index), ..place }).collect()
}

/// `FILE:LINE:COLUMN`, the numbers as they are.
fn place(text: &str) -> Option<Place> {
    let mut parts = text.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    (!file.is_empty() && !file.contains(' ')).then(|| Place::at(file, line, column))
}
