//! The sample app in four languages.

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};

use super::{
    Conjoin, ROUNDS,
    conjoin::{paste, sample},
    median,
    table::Table,
    timed,
};
use crate::process::say;

/// A line of each language that can be changed so that the component is another one: component, file, text.
const LINES: [(&str, &str, &str); 4] = [
    ("gateway", "gateway/src/gateway.ts", "the token is wrong"),
    ("business-logic", "business-logic/src/rules.rs", "nothing speaks against it"),
    ("sentiment-analyzer", "sentiment-analyzer/lexicon.py", "masterpiece"),
    ("logger", "logger/line/line.go", "\"message\""),
];

/// Nothing to do, one line changed, a build from nothing, and a changed interface.
pub(super) fn run(conjoin: &Conjoin, table: &mut Table) -> Result<()> {
    let app = sample()?;
    say("the sample: tools and first build");
    conjoin.measure(&app, &["build", "--install-tools"])?;
    nothing(conjoin, &app, table)?;
    one_line(conjoin, &app, table)?;
    from_nothing(conjoin, &app, table)?;
    interface(conjoin, &app, table)
}

/// All of the tools' own commands, one after the other.
fn by_hand(commands: &[(String, String)]) -> Result<()> {
    commands.iter().try_for_each(|(_, command)| paste(command))
}

fn nothing(conjoin: &Conjoin, app: &Path, table: &mut Table) -> Result<()> {
    say("the sample: nothing to do");
    let commands = conjoin.tool_commands(app)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(timed(|| by_hand(&commands))?);
        // What the tools have written by hand is compared once, and what was written a moment ago is read again.
        conjoin.measure(app, &["build"])?;
        conjoin.measure(app, &["build"])?;
        ours.push(conjoin.measure(app, &["build"])?.wall);
    }
    compare(table, "sample, nothing to do", ours, theirs, "the four tools, one after the other")
}

fn one_line(conjoin: &Conjoin, app: &Path, table: &mut Table) -> Result<()> {
    let commands = conjoin.tool_commands(app)?;
    for (component, file, text) in LINES {
        say(&format!("the sample: one line of {component}"));
        let original = fs_err::read_to_string(app.join(file))?;
        ensure!(original.contains(text), "{file} has no `{text}`");
        let change = |number: usize| {
            let end =
                text.strip_suffix('"').map_or_else(|| format!("{text} {number}"), |text| format!("{text} {number}\""));
            fs_err::write(app.join(file), original.replacen(text, &end, 1))
        };
        let of_this = |step: &str| step.starts_with(&format!("{component}/"));
        let own: Vec<_> = commands.iter().filter(|(step, _)| of_this(step)).cloned().collect();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            change(2 * round)?;
            theirs.push(timed(|| by_hand(&own))?);
            change(2 * round + 1)?;
            ours.push(conjoin.measure(app, &["build"])?.wall);
        }
        let case = format!("sample, one line of {component}, to the composition");
        compare(table, &case, ours, theirs, "its tools alone, without composition")?;
        fs_err::write(app.join(file), original)?;
    }
    Ok(())
}

fn from_nothing(conjoin: &Conjoin, app: &Path, table: &mut Table) -> Result<()> {
    say("the sample: from nothing");
    let commands = conjoin.tool_commands(app)?;
    let (mut ours, mut theirs, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        conjoin.forget(app)?;
        let build = conjoin.build(app)?;
        ours.push(build.wall);
        bound.push(build.bound);
        // conjoin writes what the tools read before they run; that is left.
        remove_outputs(app)?;
        theirs.push(timed(|| by_hand(&commands))?);
    }
    compare(table, "sample, cold build", ours.clone(), theirs, "the four tools, one after the other")?;
    compare(table, "sample, cold build", ours, bound, "max(critical path, work / cores)")
}

/// What the languages' tools keep, so that they begin from nothing: all below the work folder but what conjoin writes for them.
fn remove_outputs(app: &Path) -> Result<()> {
    for component in fs_err::read_dir(app.join(".conjoin/work/dev"))? {
        for entry in fs_err::read_dir(component?.path())? {
            let path = entry?.path();
            if ["target", "cargo"].iter().any(|name| path.file_name().is_some_and(|found| found == *name)) {
                fs_err::remove_dir_all(path)?;
            }
        }
    }
    Ok(())
}

fn interface(conjoin: &Conjoin, app: &Path, table: &mut Table) -> Result<()> {
    say("the sample: the WIT");
    conjoin.measure(app, &["build"])?;
    let file = app.join("wit/pipeline.wit");
    let wit = fs_err::read_to_string(&file)?;
    let opening = "interface processing {\n";
    ensure!(wit.contains(opening), "the sample has no interface `processing`");
    let components = |steps: Vec<String>| {
        let compiled = steps.iter().filter(|step| runs_tool(step)).filter_map(|step| step.split('/').next());
        compiled.collect::<BTreeSet<_>>().len().to_string()
    };
    fs_err::write(&file, wit.replacen(opening, "interface processing {\n  // Of no importance.\n", 1))?;
    table.note("sample, a comment in the WIT: components built", &components(conjoin.build(app)?.steps));
    fs_err::write(&file, wit.replacen(opening, "interface processing {\n  type unused = u8;\n", 1))?;
    let changed = components(conjoin.build(app)?.steps);
    table.note("sample, an interface of two of four components: components built", &changed);
    fs_err::write(&file, wit)?;
    Ok(())
}

/// Whether the step is the one that compiles: others write what a world looks like.
fn runs_tool(step: &str) -> bool {
    ["/cargo", "/componentize", "/tinygo"].iter().any(|end| step.ends_with(end))
}

fn compare(table: &mut Table, case: &str, ours: Vec<Duration>, theirs: Vec<Duration>, what: &str) -> Result<()> {
    let [ours, theirs] = [ours, theirs].map(|times| median(times).context("there are rounds"));
    table.compare(case, ours?, theirs?, what);
    Ok(())
}
