//! Tasks of this repository.
//!
//! - `cargo xtask ci`: everything that must hold, as CI runs it;
//! - `cargo xtask test`: what needs neither toolchains nor a network;
//! - `cargo xtask fuzz TARGET`: a fuzz target until it fails;
//! - `cargo xtask bless`: accepts what the golden tests print now;
//! - `cargo xtask docs`: writes the schema and the generated pages anew;
//! - `cargo xtask site`: renders the documentation;
//! - `cargo xtask bench build`: conjoin beside what one would do without it.

mod bench;
mod ci;
mod docs;
mod process;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <ci | test | fuzz | bless | docs | site | bench>\n
ci     format, lints, docs, tests and the real builds, from a fresh clone
test   the tests without toolchains and network; `test PROGRAM [NAME]` runs those of one program, e.g. `test cli add-`
fuzz   `fuzz TARGET [OPTION]` runs cargo fuzz; what it finds new goes to target/fuzz
bless  accept what the golden tests print now; read the diff afterwards
docs   write the schema and the generated pages of the documentation anew
site   render the documentation into target/site
bench  `bench build [many | weights | sample]` measures builds beside the languages' own commands";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(2).collect();
    let done = match std::env::args().nth(1).as_deref() {
        Some("ci") => ci::ci(),
        Some("test") => ci::test(&words),
        Some("fuzz") => ci::fuzz(&words),
        Some("bless") => ci::bless(),
        Some("docs") => docs::docs(),
        Some("site") => docs::site(),
        Some("bench") => bench::bench(&words),
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
