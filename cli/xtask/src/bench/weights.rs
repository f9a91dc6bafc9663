//! Four components of equal weight: a command that counts for about a second.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};

use super::{
    Conjoin, ROUNDS,
    conjoin::{fresh_folder, paste},
    median,
    table::Table,
    timed,
};
use crate::process::say;

/// A component of no functions, written after the work is done.
const SCRIPT: &str = "#!/bin/sh\nawk 'BEGIN { for (i = 0; i < 12000000; i++) sum += i % 7; exit sum < 0 }'\n\
                      printf '\\000asm\\015\\000\\001\\000' > out.wasm\n";

/// The build from nothing against the same commands one after the other, and against the best that the machine's cores allow.
pub(super) fn run(conjoin: &Conjoin, table: &mut Table) -> Result<()> {
    let app = fresh_folder("weights")?;
    write(&app)?;
    say("four components of equal weight");
    let (mut ours, mut theirs, mut best) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        conjoin.forget(&app)?;
        let commands = conjoin.tool_commands(&app)?;
        theirs.push(timed(|| commands.iter().try_for_each(|(_, command)| paste(command)))?);
        conjoin.forget(&app)?;
        let build = conjoin.build(&app)?;
        ours.push(build.wall);
        best.push(build.bound);
    }
    let [ours, theirs, best] = [ours, theirs, best].map(|times| median(times).context("there are rounds"));
    let ours = ours?;
    table.compare("cold build, four equal components", ours, theirs?, "their commands, one after the other");
    table.compare("cold build, four equal components", ours, best?, "max(critical path, work / cores)");
    Ok(())
}

fn write(app: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut manifest = "conjoin = 1\n\n[app]\nname = \"weights\"\n".to_owned();
    let mut wit = "package weights:api;\n\n".to_owned();
    for number in 0..4 {
        let name = format!("part{number}");
        write!(
            manifest,
            "\n[component.{name}]\nbuild = {{ command = [\"./build.sh\"], inputs = [\"name\"], output = \"out.wasm\" }}\n"
        )?;
        writeln!(wit, "world {name} {{}}")?;
        let folder = app.join(&name);
        fs_err::create_dir_all(&folder)?;
        fs_err::write(folder.join("name"), &name)?;
        fs_err::write(folder.join("build.sh"), SCRIPT)?;
        fs_err::set_permissions(folder.join("build.sh"), std::fs::Permissions::from_mode(0o755))?;
    }
    fs_err::create_dir_all(app.join("wit"))?;
    fs_err::write(app.join("wit/app.wit"), wit)?;
    fs_err::write(app.join("conjoin.toml"), manifest)?;
    Ok(())
}
