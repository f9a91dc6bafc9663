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

/// Runs the benchmark of this name.
pub(crate) fn bench(name: Option<&str>) -> Result<()> {
    if name != Some("build") {
        bail!("there is one benchmark: cargo xtask bench build");
    }
    cargo(&["build", "--release", "--locked", "--workspace", "--all-targets"], &[])?;
    let conjoin = Conjoin::new()?;
    let mut table = Table::new();
    many::run(&conjoin, &mut table)?;
    weights::run(&conjoin, &mut table)?;
    sample::run(&conjoin, &mut table)?;
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
