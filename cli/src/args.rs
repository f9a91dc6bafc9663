//! What can be typed. The comments here are the help texts.

#![expect(clippy::doc_markdown, reason = "help texts are printed as they are")]

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Write each part in the language that suits it, ship one WebAssembly component
#[derive(Debug, Parser)]
#[command(
    name = "conjoin",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Print more: why each step runs, and the output of every tool
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Print only errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// When to print colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
    /// How to report progress and errors
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    pub(crate) message_format: MessageFormat,
}

impl GlobalArgs {
    /// JSON lines, whatever else was typed.
    pub(crate) fn for_programs() -> Self {
        Self { verbose: false, quiet: false, color: Colour::Never, message_format: MessageFormat::Json }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// Lines for people, on stderr
    Human,
    /// One JSON object per line, on stdout
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an app from templates
    New(NewArgs),
    /// Add components, a WIT package or a built component to an app
    Add(AddArgs),
    /// List the templates, what each needs, and whether it is installed
    Templates,
    /// Write the bindings and declarations of the WIT that editors need
    Bindings(BindingsArgs),
    /// Build every component, compose each entry, and print the paths of the results
    Build(BuildArgs),
    /// Build what one entry needs, and compose it into a component file
    Compose(ComposeArgs),
    /// Build the app, then serve its HTTP entries or run a command
    Run(RunArgs),
    /// Print every step of a build as commands to paste, and run nothing; if tools are missing, print the steps that install them
    Plan(PlanArgs),
    /// Explain what a build would do
    #[command(subcommand)]
    Explain(ExplainCommand),
    /// Show which tools an app needs, what was found, and how to fix the rest
    Doctor(DoctorArgs),
    /// Remove everything that builds left in the app's folder
    Clean(CleanArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the JSON schema of conjoin.toml, for editors
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct AppArgs {
    /// Folder of the app; conjoin.toml is looked for in it and above it
    #[arg(value_name = "APP", value_hint = clap::ValueHint::DirPath)]
    pub(crate) app: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// Optimise for size and speed, like `--profile release`
    #[arg(long, conflicts_with = "profile")]
    pub(crate) release: bool,
    /// How to build
    #[arg(long, value_name = "PROFILE", default_value = "dev")]
    pub(crate) profile: ProfileName,
}

/// The profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// Quick to build, with names and debug information
    Dev,
    /// Small and fast to run
    Release,
}

#[derive(Debug, Args)]
pub(crate) struct ToolArgs {
    /// Install missing tools without asking
    #[arg(long, conflicts_with = "offline")]
    pub(crate) install_tools: bool,
    /// Install no tools and use no network; an app that is built needs no tools
    #[arg(long)]
    pub(crate) offline: bool,
    /// Number of steps to run at the same time; by default the number of cores
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// How long the program of a step may run, e.g. 90s, 30m or 2h, or `none` for no limit
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_step_timeout)]
    pub(crate) step_timeout: StepTimeout,
}

/// How long the program of a step may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepTimeout(Option<Duration>);

impl StepTimeout {
    /// The time; `None` means as long as it likes.
    pub(crate) fn limit(self) -> Option<Duration> {
        self.0
    }
}

impl Default for StepTimeout {
    fn default() -> Self {
        Self(Some(Duration::from_hours(1)))
    }
}

#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    /// Template to start from: an id that `conjoin templates` lists, or the path of a folder (with a `/`), with the name for the
    /// component; may be repeated
    #[arg(short, long = "template", value_name = "ID[=NAME]")]
    pub(crate) templates: Vec<String>,
    /// Value of a template variable, or `COMPONENT.KEY=VALUE` for one component only; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// TOML file with values of template variables: `KEY = VALUE`, and a table for each component that has values of its own
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) values: Option<PathBuf>,
    /// Do not ask; use the default of each variable that has no value
    #[arg(long)]
    pub(crate) defaults: bool,
}

#[derive(Debug, Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(crate) struct NewArgs {
    /// Name of the app and of its folder
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) template: TemplateArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

const NEW_EXAMPLES: &str = "\
Examples:
  conjoin new shop -t http-rust                        an app of one component
  conjoin new shop -t http-ts=gateway -t lib-python=ranking
                                                       an app of two: the gateway calls the library
  conjoin new shop -t empty                            an app without components, for `conjoin add`
  conjoin new shop -t ./my-template --set owner=Ada    an app from a template in a folder, with a value";

#[derive(Debug, Args)]
#[command(after_help = ADD_EXAMPLES)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    #[command(flatten)]
    pub(crate) template: TemplateArgs,
    /// Component that should import the interface of each added library; may be repeated
    #[arg(long = "for", value_name = "COMPONENT", requires = "templates")]
    pub(crate) importers: Vec<String>,
    /// WIT package to copy into the app, a file or a folder, with the packages in its `deps/`
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath, conflicts_with_all = ["templates", "built"])]
    pub(crate) wit: Option<PathBuf>,
    /// Name for a built component in the app, and the file to copy
    #[arg(
        long = "component",
        num_args = 2,
        value_names = ["NAME", "FILE"],
        value_hint = clap::ValueHint::AnyPath,
        conflicts_with = "templates"
    )]
    pub(crate) built: Vec<String>,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

const ADD_EXAMPLES: &str = "\
Examples:
  conjoin add -t lib-js=rules                     add a library
  conjoin add -t lib-js=rules --for gateway       add a library, and import it into the world of `gateway`
  conjoin add --wit ../protocols/audit.wit        copy a WIT package into wit/deps
  conjoin add --component legacy build/old.wasm   copy a built component into vendor/";

#[derive(Debug, Args)]
pub(crate) struct BindingsArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// Only for this component; may be repeated
    #[arg(short, long = "component", value_name = "NAME")]
    pub(crate) components: Vec<String>,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// Build only this component and what it imports; may be repeated
    #[arg(short, long = "component", value_name = "NAME")]
    pub(crate) components: Vec<String>,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    /// After a failure, go on with everything that does not need the failed step (the default)
    #[arg(long, conflicts_with = "fail_fast")]
    pub(crate) keep_going: bool,
    /// After a failure, start no further step
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Write .conjoin/timings.html, a page that shows the steps over time
    #[arg(long)]
    pub(crate) timings: bool,
    /// Build a second time, from nothing and in another folder, and compare the components byte by byte
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ComposeArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// Entry to compose; required if the app has several
    #[arg(short, long, value_name = "ENTRY")]
    pub(crate) entry: Option<String>,
    /// File to write, in a folder that exists; by default the file that `build` writes
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Print the wiring as WAC text instead of composing
    #[arg(long, conflicts_with = "output")]
    pub(crate) wac: bool,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// Entry to run; by default all HTTP entries, or the only command
    #[arg(short, long, value_name = "ENTRY")]
    pub(crate) entry: Option<String>,
    /// Address to serve HTTP on; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000", value_parser = parse_address)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
    /// Arguments for a command entry
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// Plan only this component and what it imports; may be repeated
    #[arg(short, long = "component", value_name = "NAME")]
    pub(crate) components: Vec<String>,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExplainCommand {
    /// Show which steps would run, and why; with a name or `-v`, also what the other steps were compared with
    Build(ExplainBuildArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ExplainBuildArgs {
    /// Only this component and what it imports
    #[arg(value_name = "NAME")]
    pub(crate) component: Option<String>,
    /// Folder of the app; conjoin.toml is looked for in it and above it
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    pub(crate) app: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool until the settings make sense of them")]
pub(crate) struct DoctorArgs {
    /// Languages to check; by default those of the app, outside of an app all
    #[arg(value_name = "LANGUAGE")]
    pub(crate) languages: Vec<String>,
    /// Folder of the app; conjoin.toml is looked for in it and above it
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) app: Option<PathBuf>,
    /// Install what is missing and repair what conjoin can repair; on a terminal ask before installing, elsewhere do not ask
    #[arg(long, group = "cure")]
    pub(crate) fix: bool,
    /// Remove what conjoin installed for the languages and no other language needs
    #[arg(long, requires = "languages", group = "cure")]
    pub(crate) remove: bool,
    /// With --remove: do not ask
    #[arg(long, requires = "remove")]
    pub(crate) yes: bool,
    /// With --fix or --remove: only show what would be done
    #[arg(long, requires = "cure")]
    pub(crate) dry_run: bool,
    /// Address to check, which must be free; by default the one that `conjoin run` serves on
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    pub(crate) listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) app: AppArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// The time in `text`, or how one is written.
fn parse_step_timeout(text: &str) -> Result<StepTimeout, String> {
    if text == "none" {
        return Ok(StepTimeout(None));
    }
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let time = units.iter().find_map(|(unit, seconds)| {
        // Five digits are more than any build takes, and fewer than overflow.
        let number = text.strip_suffix(unit).filter(|number| number.len() <= 5)?;
        number.parse::<u64>().ok().filter(|number| *number > 0).map(|number| Duration::from_secs(number * seconds))
    });
    time.map(|time| StepTimeout(Some(time)))
        .ok_or_else(|| "write a number with `s`, `m` or `h`, e.g. 30m, or `none`".to_owned())
}

/// The address in `text`, or how one is written.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("3000");
    text.parse().map_err(|_| {
        format!("write an IP address and a port, e.g. 127.0.0.1:{port}, or 0.0.0.0:{port} for all networks")
    })
}
