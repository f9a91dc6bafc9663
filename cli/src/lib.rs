//! The command line `conjoin`: the shell around the pipeline.
//!
//! Text becomes a model, the model a plan, the plan artifacts, the artifacts one component, and the component runs:
//!
//! | stage | door | crate |
//! |---|---|---|
//! | read | [`conjoin_manifest::parse`], [`conjoin_wit::parse`] | `manifest`, `wit` |
//! | wire | [`conjoin_plan::wire`] | `plan` |
//! | probe | [`conjoin_plan::requirements`], [`conjoin_engine::probe`] | `plan`, `engine` |
//! | install | [`conjoin_plan::install`] and probe again, where tools are missing | `plan`, `toolchains` |
//! | plan | [`conjoin_plan::build`], which asks each [`conjoin_plan::Toolchain`] for its steps | `plan`, `toolchains` |
//! | execute | [`conjoin_engine::execute`] | `engine` |
//! | compose | [`conjoin_compose::compose`], carried out as a step | `compose` |
//! | run | [`conjoin_runtime::Runtime`] | `runtime` |
//! | scaffold | [`conjoin_scaffold::render`] | `scaffold` |
//!
//! In this crate: `args` is what can be typed, `settings` what commands need, `session` what they work with, `commands`
//! one file per command. `app` reads an app; `build` goes once through requirements, probe, `install`, plan, `execute`
//! and `report`; `performer` carries out what the engine cannot, `run_printer` prints what runs, `ui` is the only code
//! that prints.

mod app;
mod args;
mod attribution;
mod backtrace;
mod build;
mod cache_root;
mod choices;
mod commands;
mod completion;
mod draft;
mod editors;
mod execute;
mod exit;
mod install;
mod missing;
mod performer;
mod prebuilt;
mod process_context;
mod report;
mod run_printer;
mod schema;
mod session;
mod settings;
mod signals;
mod timings;
mod ui;
mod verify;
mod wit_folder;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
};

use clap::Parser as _;
use conjoin_diagnostics::{Diagnostic, Foreign, Style, printable};
use conjoin_plan::ToolchainSet;

pub use exit::Exit;
pub use process_context::ProcessContext;

use args::{Cli, Colour, Command, ExplainCommand, GlobalArgs, MessageFormat};
use exit::CommandError;
use session::Session;
use settings::{
    AddSettings, BindingsSettings, BuildSettings, CleanSettings, ComposeSettings, DoctorSettings, ExplainSettings,
    Machine, NewSettings, PlanSettings, RunSettings,
};
use signals::Signals;
use ui::{Format, Stream, Ui, Verbosity};

/// Runs the command line `args` and gives the exit code of the process.
pub fn main(args: &[OsString], process: ProcessContext) -> ExitCode {
    if let Some(candidates) = completion::candidates(args, &process) {
        // A shell that does not read its candidates has none.
        drop(io::stdout().write_all(&candidates));
        return ExitCode::SUCCESS;
    }
    let toolchains = conjoin_toolchains::all();
    let Cli { command, global } = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            if !error.use_stderr() {
                // Help and version are answers; what clap could not print, nobody can read.
                drop(error.print());
            } else if wants_json(args) {
                make_ui(&GlobalArgs::for_programs(), &process, toolchains).0.diagnostic(&usage_diagnostic(&error));
            } else {
                // An argument may be the name of any file. Nothing can be told where stderr is closed.
                drop(io::stderr().write_all(usage_error(&error, style(Colour::Auto, &process)).as_bytes()));
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8));
        }
    };
    let (mut ui, streams) = make_ui(&global, &process, toolchains);
    panic::set_hook(Box::new(|panic| {
        let text = format!("conjoin: {panic}\n");
        // Nothing can be told where stderr is closed.
        drop(io::stderr().write_all(printable(&text, Foreign::Lines).as_bytes()));
    }));
    let ended = guarded(|| {
        let signals = Signals::receive().map_err(|error| CommandError::io("machine::signals", &error))?;
        let hurried = streams.clone();
        signals.listen(move || hurried.iter().for_each(Stream::hurry));
        let machine = Machine { process, signals };
        let code = dispatch(&mut Session { ui: &mut ui, machine: &machine, toolchains }, command)?;
        // Who reads a file of it later must not take a part for the whole.
        ui.output_error.take().map_or(Ok(code), |error| Err(output_error(&error)))
    });
    match ended {
        // It was asked to end before it had said everything.
        Ok(_) if streams.iter().any(Stream::is_stuck) => ExitCode::from(Exit::Interrupted as u8),
        Ok(code) => ExitCode::from(code),
        Err(CommandError { exit, diagnostics }) => {
            for diagnostic in &diagnostics {
                ui.diagnostic(diagnostic);
            }
            if exit == Exit::Internal {
                ui.diagnostic(&report_request());
            }
            ExitCode::from(exit as u8)
        }
    }
}

/// The answer of a command that succeeded could not be written.
fn output_error(error: &io::Error) -> CommandError {
    CommandError::io("machine::stdout", &io::Error::new(error.kind(), format!("stdout cannot be written: {error}")))
}

/// How `command` ends; a panic, which has told itself on stderr, is a bug of conjoin.
fn guarded(command: impl FnOnce() -> Result<u8, CommandError>) -> Result<u8, CommandError> {
    panic::catch_unwind(AssertUnwindSafe(command))
        .unwrap_or_else(|_| Err(CommandError { exit: Exit::Internal, diagnostics: Vec::new() }))
}

fn dispatch(session: &mut Session<'_>, command: Command) -> Result<u8, CommandError> {
    let here = &session.machine.process;
    let done = |()| Exit::Done as u8;
    match command {
        Command::New(args) => commands::new(session, &NewSettings::new(args, here)).map(done),
        Command::Add(args) => commands::add(session, &AddSettings::new(args, here)).map(done),
        Command::Templates => {
            commands::templates(session);
            Ok(Exit::Done as u8)
        }
        Command::Bindings(args) => commands::bindings(session, &BindingsSettings::new(args, here)).map(done),
        Command::Build(args) => commands::build(session, &BuildSettings::new(args, here)).map(done),
        Command::Compose(args) => commands::compose(session, &ComposeSettings::new(args, here)).map(done),
        Command::Run(args) => commands::run(session, &RunSettings::new(args, here)),
        Command::Plan(args) => commands::plan(session, &PlanSettings::new(args, here)).map(done),
        Command::Explain(ExplainCommand::Build(args)) => {
            commands::explain(session, &ExplainSettings::new(args, here)).map(done)
        }
        Command::Doctor(args) => commands::doctor(session, &DoctorSettings::new(args, here)).map(done),
        Command::Clean(args) => commands::clean(session, &CleanSettings::new(args, here)).map(done),
        Command::Completions(args) => commands::completions(session.ui, args.shell).map(done),
        Command::Schema => commands::schema(session.ui).map(done),
    }
}

/// The `Ui`, and the streams that it writes to.
fn make_ui(global: &GlobalArgs, process: &ProcessContext, toolchains: ToolchainSet) -> (Ui, Vec<Stream>) {
    let GlobalArgs { verbose, quiet, color, message_format } = global;
    let (out, err) = (Stream::start(io::stdout()).ok(), Stream::start(io::stderr()).ok());
    let streams = out.iter().chain(&err).cloned().collect();
    let live = err.clone().filter(|_| process.stderr_is_terminal && !is_dumb(process));
    let ui = Ui {
        out: by_lines(out, io::stdout()),
        out_is_terminal: process.stdout_is_terminal,
        output_error: None,
        err: by_lines(err, io::stderr()),
        input: (process.stdin_is_terminal && process.stderr_is_terminal)
            .then(|| Box::new(io::BufReader::new(io::stdin())) as Box<dyn io::BufRead>),
        style: style(*color, process),
        live,
        verbosity: match (quiet, verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
        format: match message_format {
            MessageFormat::Human => Format::Human,
            MessageFormat::Json => Format::Json,
        },
        toolchains,
    };
    (ui, streams)
}

/// The stream, written to a line at a time; what it would write to, if it could not be started.
fn by_lines(stream: Option<Stream>, instead: impl io::Write + 'static) -> Box<dyn io::Write> {
    match stream {
        Some(stream) => Box::new(io::LineWriter::new(stream)),
        None => Box::new(instead),
    }
}

/// Whether stderr has colours.
fn style(colour: Colour, process: &ProcessContext) -> Style {
    let coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => process.stderr_is_terminal && process.variable("NO_COLOR").is_none() && !is_dumb(process),
    };
    if coloured { Style::Coloured } else { Style::Plain }
}

/// Whether the terminal can neither draw colours nor move its cursor.
fn is_dumb(process: &ProcessContext) -> bool {
    process.variable("TERM").is_some_and(|term| term == "dumb")
}

/// What clap says of the arguments, for people.
fn usage_error(error: &clap::Error, style: Style) -> String {
    let text = match style {
        Style::Plain => error.render().to_string(),
        Style::Coloured => error.render().ansi().to_string(),
    };
    printable(&text, Foreign::Output(style)).into_owned()
}

/// Whether JSON lines were asked for, by arguments that cannot be parsed as a whole.
fn wants_json(args: &[OsString]) -> bool {
    args.windows(2).any(|pair| pair[0] == "--message-format" && pair[1] == "json")
        || args.iter().any(|arg| arg == "--message-format=json")
}

/// What clap says of the arguments; the lines after the first are a note.
fn usage_diagnostic(error: &clap::Error) -> Diagnostic {
    let text = error.to_string();
    let (message, rest) = text.split_once('\n').unwrap_or((&text, ""));
    Diagnostic::error("usage::arguments", message.trim_start_matches("error: ")).note(rest.trim())
}

fn report_request() -> Diagnostic {
    Diagnostic::error("internal::bug", "this is a bug in conjoin, not in your app")
        .note(format!("conjoin {}", env!("CARGO_PKG_VERSION")))
        .hint("please report it with the command that you typed and the text above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_bug_of_conjoin() {
        let ended = guarded(|| panic!("index out of bounds"));
        assert_eq!(ended.expect_err("it panicked").exit, Exit::Internal);
        assert_eq!(guarded(|| Ok(7)).expect("it did not panic"), 7);
    }
}
