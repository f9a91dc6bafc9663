//! `conjoin completions`: a script for a shell.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{args::Cli, exit::CommandError, ui::Ui};

/// Prints the completion script for `shell`.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same shape")]
pub(crate) fn completions(ui: &mut Ui, shell: Shell) -> Result<(), CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "conjoin", &mut script);
    ui.answer(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
