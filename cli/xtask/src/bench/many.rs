//! Generated apps of many components, each with a command that copies its module and twenty files that it reads.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};

use super::{Conjoin, ROUNDS, conjoin::fresh_folder, median, table::Table};
use crate::process::say;

/// How many components the apps have.
const SIZES: [usize; 3] = [10, 100, 1000];

/// How many files each component reads.
const FILES: usize = 20;

/// The component of no functions: nothing but the header.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// How long it takes to find out that nothing is to be done.
pub(super) fn run(conjoin: &Conjoin, table: &mut Table) -> Result<()> {
    for size in SIZES {
        let app = fresh_folder(&format!("many-{size}"))?;
        write(&app, size)?;
        say(&format!("{size} components: the first build"));
        conjoin.measure(&app, &["build"])?;
        // A file that was touched a moment ago is read again, so the first look is not like the others.
        conjoin.measure(&app, &["build"])?;
        let rounds = (0..ROUNDS).map(|_| conjoin.measure(&app, &["build"])).collect::<Result<Vec<_>>>()?;
        let wall = median(rounds.iter().map(|round| round.wall).collect()).context("there are rounds")?;
        let peak = rounds.iter().map(|round| round.peak).max().unwrap_or_default();
        let figure = format!("{:.0} ms, {} MB", wall.as_secs_f64() * 1e3, peak.div_ceil(1_000_000));
        table.note(&format!("nothing to do, {size} components, {} files", size * FILES), &figure);
    }
    Ok(())
}

fn write(app: &Path, size: usize) -> Result<()> {
    let mut manifest = "conjoin = 1\n\n[app]\nname = \"many\"\n".to_owned();
    let mut wit = "package many:api;\n\n".to_owned();
    for number in 0..size {
        let name = format!("part{number}");
        write!(
            manifest,
            "\n[component.{name}]\npath = \"parts/{name}\"\nbuild = {{ command = [\"cp\", \"made.wasm\", \"out.wasm\"], \
             inputs = [\"**\"], output = \"out.wasm\" }}\n"
        )?;
        writeln!(wit, "world {name} {{}}")?;
        let folder = app.join("parts").join(&name);
        fs_err::create_dir_all(folder.join("src"))?;
        fs_err::write(folder.join("made.wasm"), COMPONENT)?;
        for file in 1..FILES {
            fs_err::write(folder.join(format!("src/file{file}.txt")), format!("{name} {file}\n").repeat(50))?;
        }
    }
    fs_err::create_dir_all(app.join("wit"))?;
    fs_err::write(app.join("wit/app.wit"), wit)?;
    fs_err::write(app.join("conjoin.toml"), manifest)?;
    Ok(())
}
