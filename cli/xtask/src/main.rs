//! Tasks of this repository.
//!
//! - `cargo xtask ci`: everything that must hold, as CI runs it;
//! - `cargo xtask bless`: accepts what the golden tests print now.

mod ci;
mod process;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <ci | bless>\n
ci     format, lints, docs, tests and the real builds, from a fresh clone
bless  accept what the golden tests print now; read the diff afterwards";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("ci") => ci::ci(),
        Some("bless") => ci::bless(),
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
