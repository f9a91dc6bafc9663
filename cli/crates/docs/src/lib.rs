//! The documentation: its pages in `docs/src`, the transcripts in them, the generated reference, and the site made of
//! all.
//!
//! `cargo xtask docs` writes what is generated, and a test of the workspace compares it and runs every transcript. This
//! crate refuses to start programs: help texts and the schema are handed in.

mod book;
mod diagnostics;
mod links;
mod manifest;
mod site;
mod transcript;

pub use book::{Book, Entry, Page};
pub use diagnostics::codes_without_case;
pub use links::{anchors, dead_links};
pub use site::render_site;
pub use transcript::{Action, Block, Command, apply_diff, blocks, matches};

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use diagnostics::diagnostics_page;
use manifest::manifest_page;

/// What stands at the top of a generated page.
pub(crate) const GENERATED: &str = "<!-- Made by `cargo xtask docs`. -->\n";

/// A subcommand, or `conjoin` itself, and what it prints with `--help`.
pub struct Help {
    /// What is typed before `--help`.
    pub command: String,
    /// What is printed.
    pub text: String,
}

/// The reference of the command line, made of the help texts.
fn commands_page(help: &[Help]) -> String {
    let mut page = format!(
        "{GENERATED}\n# Commands\n\nThis is what each command prints with `--help`; `-h` prints a summary.\n\n\
         Results go to stdout: paths, plans, JSON, the guest's own output. Progress, warnings and errors go to stderr.\n"
    );
    for Help { command, text } in help {
        let _ = writeln!(page, "\n## `{command}`\n\n```text\n{}\n```", text.trim_end());
    }
    page
}

/// Generates the files that `cargo xtask docs` writes, by path in the repository `root`. `schema` is the output of
/// `conjoin schema`.
///
/// # Errors
///
/// The schema is invalid, or a source or a case cannot be read.
pub fn generated(root: &Path, schema: &str, help: &[Help]) -> Result<BTreeMap<PathBuf, String>> {
    let reference = |name: &str| PathBuf::from("docs/src/reference").join(name);
    Ok(BTreeMap::from([
        (PathBuf::from("schema/conjoin.schema.json"), schema.to_owned()),
        (reference("manifest.md"), manifest_page(&serde_json::from_str(schema)?)?),
        (reference("commands.md"), commands_page(help)),
        (reference("diagnostics.md"), diagnostics_page(root)?),
    ]))
}

/// Collects the help texts of all commands. `ask` gives the help text of the command with the given words.
///
/// # Errors
///
/// `ask` fails.
pub fn all_help(mut ask: impl FnMut(&[&str]) -> Result<String>) -> Result<Vec<Help>> {
    let top = ask(&[])?;
    let mut help = vec![Help { command: "conjoin".to_owned(), text: top.clone() }];
    for name in subcommands(&top) {
        help.push(Help { command: format!("conjoin {name}"), text: ask(&[name])? });
    }
    Ok(help)
}

/// The names of the subcommands in the text of `conjoin --help`.
fn subcommands(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}
