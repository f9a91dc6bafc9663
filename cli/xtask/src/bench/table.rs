//! What is printed: a line per case, in the order in which they were measured.

use std::{fmt, time::Duration};

use crate::process::say;

/// Lines of a case, what conjoin took, what the alternative took, and a word about it.
pub(super) struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    pub(super) fn new() -> Self {
        let heading = ["case", "conjoin", "alternative", "alternative / conjoin", "the alternative"];
        Self { rows: vec![heading.map(str::to_owned)] }
    }

    /// Two sides with their ratio.
    pub(super) fn compare(&mut self, case: &str, ours: Duration, theirs: Duration, what: &str) {
        let ratio = format!("{:.2}", theirs.as_secs_f64() / ours.as_secs_f64().max(1e-9));
        self.add([case.to_owned(), shown(ours), shown(theirs), ratio, what.to_owned()]);
    }

    /// A figure without another side.
    pub(super) fn note(&mut self, case: &str, figure: &str) {
        self.add([case, figure, "", "", ""].map(str::to_owned));
    }

    /// Says it at once, because the next case may take minutes.
    fn add(&mut self, row: [String; 5]) {
        say(&format!("  {}", row.join(" | ").trim_end_matches([' ', '|'])));
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: [usize; 5] = std::array::from_fn(|column| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        });
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(formatter, "| {} |", cells.join(" | "))?;
            if index == 0 {
                let lines: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                writeln!(formatter, "| {} |", lines.join(" | "))?;
            }
        }
        Ok(())
    }
}

/// In seconds or milliseconds, three digits.
fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        10.0.. => format!("{seconds:.1} s"),
        1.0.. => format!("{seconds:.2} s"),
        0.1.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}
