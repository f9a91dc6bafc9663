//! `conjoin completions`: a script for a shell.

use clap_complete::Shell;

use crate::{completion, exit::CommandError, ui::Ui};

/// Prints the completion script for `shell`.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same shape")]
pub(crate) fn completions(ui: &mut Ui, shell: Shell) -> Result<(), CommandError> {
    ui.answer(&completion::script(shell));
    Ok(())
}
