//! `cargo xtask bench build`: conjoin beside what one would do without it, in one run.
//!
//! Each case measures both sides in alternation, five rounds of them, and prints medians and their ratio. Nothing is asserted:
//! machines differ, ratios less so.
//!
//! | file | what it measures |
//! |---|---|
//! | `sample` | the sample app: nothing to do, one line changed, a cold build, a changed interface |
//! | `many` | generated apps of 10 to 1,000 components |
//! | `weights` | components of equal weight, built from nothing |
//! | `conjoin` | the binary and what it says of its plan |
//! | `table` | what is printed |

mod conjoin;
mod many;
mod sample;
mod table;
mod weights;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use self::{conjoin::Conjoin, table::Table};
use crate::process::{cargo, say};

/// How often each side is measured.
const ROUNDS: usize = 5;

/// A group of cases.
type Case = fn(&Conjoin, &mut Table) -> Result<()>;

/// The groups of cases by name, in order.
const CASES: [(&str, Case); 3] = [("many", many::run), ("weights", weights::run), ("sample", sample::run)];

/// Runs the benchmark `build`: the cases named after it, all if none is.
pub(crate) fn bench(args: &[String]) -> Result<()> {
    let cases = match args.split_first() {
        Some((name, cases)) if name == "build" => cases,
        Some(_) | None => bail!("there is one benchmark: cargo xtask bench build [many | weights | sample]..."),
    };
    if let Some(unknown) = cases.iter().find(|name| CASES.iter().all(|(case, _)| case != name)) {
        bail!("there is no case `{unknown}`: many, weights or sample");
    }
    cargo(&["build", "--release", "--locked", "--workspace", "--all-targets"], &[])?;
    let conjoin = Conjoin::new()?;
    let mut table = Table::new();
    for (_, case) in CASES.iter().filter(|(name, _)| cases.is_empty() || cases.iter().any(|case| case == name)) {
        case(&conjoin, &mut table)?;
    }
    say(&format!("\n{table}"));
    Ok(())
}

/// How long `work` takes.
fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// The middle one.
fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}
