//! Completions: a shell passes the words of a command line and gets the candidates at the cursor.
//!
//! The script of `conjoin completions` calls `conjoin` itself with the variable [`VARIABLE`]. The app's names come from
//! its `conjoin.toml` alone: no tool is probed and nothing is built. An unreadable manifest gives no names.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    sync::Arc,
};

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::{
    Shell,
    engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _},
    env::Shells,
};
use conjoin_diagnostics::{Foreign, printable};
use conjoin_manifest::{Named, Outline, outline};

use crate::{args::Cli, process_context::ProcessContext};

/// The variable that a shell sets to its name when it asks for candidates.
const VARIABLE: &str = "CONJOIN_COMPLETE";

/// The script with which `shell` asks for candidates.
pub(crate) fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let asks = shells.completer(&shell.to_string());
    // A shell that clap does not support here has no script. Writing to memory cannot fail.
    drop(asks.map(|asks| asks.write_registration(VARIABLE, "conjoin", "conjoin", "conjoin", &mut script)));
    String::from_utf8_lossy(&script).trim().to_owned()
}

/// The candidates at the cursor in the format of the shell; `None` if no shell asks.
pub(crate) fn candidates(args: &[OsString], process: &ProcessContext) -> Option<Vec<u8>> {
    let shell = process.variable(VARIABLE)?;
    let mut answer = Vec::new();
    let words: Vec<OsString> = args.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    let shells = Shells::builtins();
    let Some(asks) = shells.completer(&shell.to_string_lossy()) else { return Some(answer) };
    if words.is_empty() {
        return Some(answer);
    }
    let names = Arc::new(outline(&manifest(&words, &process.current_dir).unwrap_or_default()));
    let mut command = with_names(Cli::command(), &names);
    command.build();
    // A line that cannot be completed gives no candidates and no error, which would disturb the user.
    drop(asks.write_complete(&mut command, words, Some(&process.current_dir), &mut answer));
    Some(answer)
}

/// The manifest of the app that the words name, or else of the app that contains the current folder.
fn manifest(words: &[OsString], current_dir: &Path) -> Option<String> {
    let named =
        words.iter().skip(2).map(|word| current_dir.join(word).join("conjoin.toml")).find(|path| path.is_file());
    let above = || current_dir.ancestors().map(|folder| folder.join("conjoin.toml")).find(|path| path.is_file());
    fs_err::read_to_string(named.or_else(above)?).ok()
}

/// Adds candidates to those arguments of the command line that are names of the app or of templates.
fn with_names(command: Command, names: &Arc<Outline>) -> Command {
    let command = command.mut_args(|arg| with_candidates(arg, names));
    let subcommands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    subcommands.into_iter().fold(command, |command, name| command.mut_subcommand(name, |sub| with_names(sub, names)))
}

fn with_candidates(arg: Arg, names: &Arc<Outline>) -> Arg {
    let names = Arc::clone(names);
    match arg.get_id().as_str() {
        "component" | "components" | "importers" => arg.add(ArgValueCandidates::new(move || listed(&names.components))),
        "entry" => arg.add(ArgValueCandidates::new(move || listed(&names.entries))),
        "languages" => arg.add(ArgValueCandidates::new(languages)),
        "template" | "templates" => arg.add(ArgValueCompleter::new(templates)),
        _ => arg,
    }
}

fn listed(names: &[Named]) -> Vec<CompletionCandidate> {
    // Names with control characters are invalid, and nobody could type them.
    let is_plain = |named: &&Named| printable(&named.name, Foreign::Line) == named.name;
    names.iter().filter(is_plain).map(|named| candidate(&named.name, &printable(&named.what, Foreign::Line))).collect()
}

/// The languages, and the toolchains of languages that have several.
fn languages() -> Vec<CompletionCandidate> {
    let all = conjoin_toolchains::all();
    let languages = all.languages();
    let toolchains = all.toolchains.iter().map(|toolchain| toolchain.spec().name);
    let toolchains = toolchains.filter(|name| languages.choice(name).is_some());
    let toolchains = toolchains.map(|name| candidate(name, "toolchain"));
    languages.names().map(|name| candidate(name, "")).chain(toolchains).collect()
}

fn candidate(name: &str, what: &str) -> CompletionCandidate {
    CompletionCandidate::new(name).help((!what.is_empty()).then(|| what.to_owned().into()))
}

/// The ids of templates, or folders if the word starts like a path.
fn templates(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    if typed.starts_with(['.', '/']) {
        return PathCompleter::dir().complete(current);
    }
    let templates = conjoin_scaffold::templates().into_iter();
    templates
        .filter(|template| template.id.starts_with(&*typed))
        .map(|template| candidate(&template.id, &template.description))
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::ValueHint;

    use super::*;

    /// The arguments that take a value, by command and id, with whether something is offered for them.
    fn values(command: &Command, path: &str, found: &mut Vec<(String, bool)>) {
        for arg in command.get_arguments().filter(|arg| arg.get_action().takes_values()) {
            let offered = arg.get::<ArgValueCandidates>().is_some()
                || arg.get::<ArgValueCompleter>().is_some()
                || !arg.get_possible_values().is_empty()
                || arg.get_value_hint() != ValueHint::Unknown;
            found.push((format!("{path} {}", arg.get_id()), offered));
        }
        for sub in command.get_subcommands() {
            values(sub, &format!("{path} {}", sub.get_name()), found);
        }
    }

    #[test]
    fn every_argument_that_takes_a_name_has_candidates() {
        // Values that only the user knows.
        let free = ["args", "jobs", "listen", "new name", "set", "step_timeout"];
        let command = with_names(Cli::command(), &Arc::default());
        let mut found = Vec::new();
        values(&command, "conjoin", &mut found);
        let is_free = |argument: &str| free.iter().any(|free| argument.ends_with(&format!(" {free}")));
        let forgotten: Vec<_> =
            found.iter().filter(|(argument, offered)| !offered && !is_free(argument)).map(|(name, _)| name).collect();
        assert!(forgotten.is_empty(), "nothing is offered for {forgotten:?}");
        let obsolete: Vec<_> = found.iter().filter(|(name, offered)| *offered && is_free(name)).collect();
        assert!(obsolete.is_empty(), "these have candidates: {obsolete:?}");
    }

    #[test]
    fn every_shell_has_a_script_that_asks_conjoin() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = script(shell);
            assert!(script.contains(VARIABLE) && script.contains("conjoin"), "{shell}: {script}");
        }
    }
}
