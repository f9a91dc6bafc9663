//! What the compilers for Go say: `FILE:LINE:COLUMN: MESSAGE`, and lines with a tab before them that belong to it.

use conjoin_plan::{Finding, Place, Reading};

/// The errors. Lines that only name the package or count errors are left out where there are any.
pub(crate) fn findings(output: &str) -> Reading {
    let (mut findings, mut rest) = (Vec::<Finding>::new(), String::new());
    let mut continues = false;
    for line in output.split_inclusive('\n') {
        let text = line.trim_end();
        if let (true, Some(more), Some(last)) = (continues, text.strip_prefix('\t'), findings.last_mut()) {
            match finding(more) {
                Some(more) => {
                    let Finding { message, places, .. } = more;
                    last.places.extend(places.into_iter().map(|place| Place { text: message.clone(), ..place }));
                }
                None => last.notes.push(more.trim().to_owned()),
            }
        } else if let Some(finding) = finding(text) {
            continues = finding.message != "too many errors";
            findings.extend(Some(finding).filter(|_| continues));
        } else {
            continues = false;
            if !text.is_empty() && !text.starts_with("# ") && text != "too many errors" {
                rest.push_str(line);
            }
        }
    }
    if findings.is_empty() { Reading::nothing(output) } else { Reading { findings, rest } }
}

fn finding(line: &str) -> Option<Finding> {
    let (place, message) = line.split_once(": ")?;
    let (file, line, column) = match place.rsplitn(3, ':').collect::<Vec<_>>()[..] {
        [column, line, file] => (file, line.parse().ok()?, Some(column.parse().ok()?)),
        [line, file] => (file, line.parse().ok()?, None),
        _ => return None,
    };
    let is_source = [".go", ".mod", ".work", ".s"].iter().any(|ending| file.ends_with(ending));
    let file = file.strip_prefix("./").unwrap_or(file).trim_start_matches("vet: ");
    let place = Place { file: file.to_owned(), line, column, ..Place::default() };
    let message = message.trim_end_matches(':').to_owned();
    is_source.then(|| Finding { code: "go::error", message, places: vec![place], ..Finding::default() })
}
