//! Tasks of this repository.
//!
//! - `cargo xtask ci`: everything that must hold, as CI runs it;
//! - `cargo xtask bless`: accepts what the golden tests print now;
//! - `cargo xtask docs`: writes the schema and the generated pages anew;
//! - `cargo xtask site`: renders the documentation;
//! - `cargo xtask bench build`: conjoin beside what one would do without it.

mod bench;
mod ci;
mod docs;
mod process;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <ci | bless | docs | site | bench>\n
ci     format, lints, docs, tests and the real builds, from a fresh clone
bless  accept what the golden tests print now; read the diff afterwards
docs   write the schema and the generated pages of the documentation anew
site   render the documentation into target/site
bench  `bench build [many | weights | sample]` measures builds beside the languages' own commands";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("ci") => ci::ci(),
        Some("bless") => ci::bless(),
        Some("docs") => docs::docs(),
        Some("site") => docs::site(),
        Some("bench") => bench::bench(&std::env::args().skip(2).collect::<Vec<_>>()),
        _ => {
            process::say(USAGE);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
