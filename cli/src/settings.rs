//! What commands need: resolved once from arguments, environment and terminal. Commands never see clap.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use conjoin_engine::Environment;
use conjoin_plan::{AbsPath, Profile};

use crate::{
    args::{
        AddArgs, AppArgs, BindingsArgs, BuildArgs, CleanArgs, ComposeArgs, DoctorArgs, ExplainBuildArgs, NewArgs,
        PlanArgs, ProfileArgs, ProfileName, RunArgs, StepTimeout, TemplateArgs, ToolArgs,
    },
    process_context::ProcessContext,
    signals::Signals,
};

/// What every command may need.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// Environment, current folder and terminals.
    pub(crate) process: ProcessContext,
    /// Ctrl-C and SIGTERM.
    pub(crate) signals: Signals,
}

impl Machine {
    /// What programs inherit.
    pub(crate) fn environment(&self) -> Environment {
        Environment::new(self.process.environment.clone()).without(conjoin_toolchains::all().withheld())
    }
}

/// What happens when a tool is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallPolicy {
    /// Ask, where somebody can be asked; otherwise say what is missing.
    Ask,
    /// Install it.
    Install,
    /// Say what is missing: the network is not to be used.
    Offline,
}

/// How steps are carried out.
#[derive(Clone, Debug)]
pub(crate) struct WorkSettings {
    /// What happens when a tool is missing.
    pub(crate) policy: InstallPolicy,
    /// How many steps run at a time.
    pub(crate) jobs: NonZeroUsize,
    /// How long the program of a step may run; `None` means as long as it likes.
    pub(crate) step_timeout: Option<Duration>,
    /// Whether nothing more is begun once a step failed.
    pub(crate) fail_fast: bool,
    /// Whether a page about the build's time is written.
    pub(crate) timings: bool,
    /// Whether what was built before is not looked for.
    pub(crate) from_nothing: bool,
}

/// Which templates, and what is known of their variables.
#[derive(Clone, Debug)]
pub(crate) struct TemplateSettings {
    /// As they were typed: an id or a path, and `=NAME` if the component has one.
    pub(crate) templates: Vec<String>,
    /// Values as they were typed: `KEY=VALUE` or `COMPONENT.KEY=VALUE`.
    pub(crate) set: Vec<String>,
    /// A file with values.
    pub(crate) values: Option<AbsPath>,
    /// What happens to variables without a value.
    pub(crate) unanswered: Unanswered,
}

/// What happens to variables of templates that were given no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The user is asked.
    Ask,
    /// They get their default.
    Default,
}

/// For `conjoin new`.
#[derive(Clone, Debug)]
pub(crate) struct NewSettings {
    /// The app's name.
    pub(crate) name: String,
    /// The folder it is created in.
    pub(crate) parent: AbsPath,
    /// The templates.
    pub(crate) templates: TemplateSettings,
    /// How tools are seen to.
    pub(crate) work: WorkSettings,
}

/// For `conjoin add`.
#[derive(Clone, Debug)]
pub(crate) struct AddSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// What is added.
    pub(crate) what: Addition,
    /// How tools are seen to.
    pub(crate) work: WorkSettings,
}

/// What `conjoin add` adds.
#[derive(Clone, Debug)]
pub(crate) enum Addition {
    /// Components from templates.
    Templates {
        /// The templates.
        templates: TemplateSettings,
        /// The components that are to import the libraries among them.
        importers: Vec<String>,
    },
    /// A WIT package.
    Wit(AbsPath),
    /// A built component.
    Component {
        /// What it is to be called.
        name: String,
        /// The file.
        file: AbsPath,
    },
}

/// For `conjoin bindings`.
#[derive(Clone, Debug)]
pub(crate) struct BindingsSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// Only these components; all when empty.
    pub(crate) components: Vec<String>,
    /// How steps are carried out.
    pub(crate) work: WorkSettings,
}

/// For `conjoin build`.
#[derive(Clone, Debug)]
pub(crate) struct BuildSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// Only these components; all when empty.
    pub(crate) components: Vec<String>,
    /// How they are built.
    pub(crate) profile: Profile,
    /// Whether they are built a second time and compared.
    pub(crate) verify: bool,
    /// How steps are carried out.
    pub(crate) work: WorkSettings,
}

/// For `conjoin compose`.
#[derive(Clone, Debug)]
pub(crate) struct ComposeSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// The entry; the only one when `None`.
    pub(crate) entry: Option<String>,
    /// The file to write; where `build` puts it when `None`.
    pub(crate) output: Option<AbsPath>,
    /// What comes out.
    pub(crate) form: ComposeForm,
    /// How components are built.
    pub(crate) profile: Profile,
    /// How steps are carried out.
    pub(crate) work: WorkSettings,
}

/// What `conjoin compose` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComposeForm {
    /// A component.
    Component,
    /// The wiring as text.
    Wac,
}

/// For `conjoin run`.
#[derive(Clone, Debug)]
pub(crate) struct RunSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// The entry; all HTTP entries or the only command when `None`.
    pub(crate) entry: Option<String>,
    /// Where HTTP is served.
    pub(crate) listen: SocketAddr,
    /// How components are built.
    pub(crate) profile: Profile,
    /// How steps are carried out.
    pub(crate) work: WorkSettings,
    /// Arguments for a command.
    pub(crate) args: Vec<String>,
}

/// For `conjoin plan`.
#[derive(Clone, Debug)]
pub(crate) struct PlanSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// Only these components; all when empty.
    pub(crate) components: Vec<String>,
    /// How they would be built.
    pub(crate) profile: Profile,
}

/// For `conjoin explain build`.
#[derive(Clone, Debug)]
pub(crate) struct ExplainSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
    /// Only this component; all when `None`.
    pub(crate) component: Option<String>,
    /// How components would be built.
    pub(crate) profile: Profile,
    /// How steps would be carried out.
    pub(crate) work: WorkSettings,
}

/// For `conjoin doctor`.
#[derive(Clone, Debug)]
pub(crate) struct DoctorSettings {
    /// Only these languages.
    pub(crate) languages: Vec<String>,
    /// The folder in or above which the app is; where `None`, there may be one in or above the current folder.
    pub(crate) app: Option<AbsPath>,
    /// What is done about what is found.
    pub(crate) cure: Cure,
    /// Whether nothing is really removed.
    pub(crate) dry_run: bool,
    /// Whether it is removed without asking.
    pub(crate) yes: bool,
    /// The address that has to be free.
    pub(crate) listen: Option<SocketAddr>,
    /// How steps are carried out.
    pub(crate) work: WorkSettings,
}

/// What `conjoin doctor` does about what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Name it.
    Name,
    /// Fix it.
    Fix,
    /// Print the steps that would fix it.
    Show,
    /// Remove what was installed.
    Remove,
}

/// For `conjoin clean`.
#[derive(Clone, Debug)]
pub(crate) struct CleanSettings {
    /// The folder in or above which the app is.
    pub(crate) app: AbsPath,
}

fn app_folder(args: AppArgs, process: &ProcessContext) -> AbsPath {
    let AppArgs { app } = args;
    process.absolute(&app.unwrap_or_else(|| PathBuf::from(".")))
}

impl From<ProfileArgs> for Profile {
    fn from(args: ProfileArgs) -> Self {
        let ProfileArgs { release, profile } = args;
        if release || profile == ProfileName::Release { Self::Release } else { Self::Dev }
    }
}

impl WorkSettings {
    fn new(args: &ToolArgs) -> Self {
        let ToolArgs { install_tools, offline, jobs, step_timeout } = args;
        let policy = match (install_tools, offline) {
            (true, _) => InstallPolicy::Install,
            (false, true) => InstallPolicy::Offline,
            (false, false) => InstallPolicy::Ask,
        };
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())).unwrap_or(cores);
        let step_timeout = step_timeout.limit();
        Self { policy, jobs, step_timeout, fail_fast: false, timings: false, from_nothing: false }
    }
}

impl NewSettings {
    /// From what was typed.
    pub(crate) fn new(args: NewArgs, process: &ProcessContext) -> Self {
        let NewArgs { name, template, tools } = args;
        Self {
            name,
            parent: process.absolute(&PathBuf::from(".")),
            templates: TemplateSettings::new(template, process),
            work: WorkSettings::new(&tools),
        }
    }
}

impl TemplateSettings {
    fn new(args: TemplateArgs, process: &ProcessContext) -> Self {
        let TemplateArgs { templates, set, values, defaults } = args;
        Self {
            templates,
            set,
            values: values.map(|file| process.absolute(&file)),
            unanswered: if defaults { Unanswered::Default } else { Unanswered::Ask },
        }
    }
}

impl AddSettings {
    /// From what was typed.
    pub(crate) fn new(args: AddArgs, process: &ProcessContext) -> Self {
        let AddArgs { app, template, importers, wit, built, tools } = args;
        let what = match (wit, <[String; 2]>::try_from(built)) {
            (Some(path), _) => Addition::Wit(process.absolute(&path)),
            (None, Ok([name, file])) => Addition::Component { name, file: process.absolute(&PathBuf::from(file)) },
            (None, Err(_)) => Addition::Templates { templates: TemplateSettings::new(template, process), importers },
        };
        Self { app: app_folder(app, process), what, work: WorkSettings::new(&tools) }
    }
}

impl BindingsSettings {
    /// From what was typed.
    pub(crate) fn new(args: BindingsArgs, process: &ProcessContext) -> Self {
        let BindingsArgs { app, components, tools } = args;
        Self { app: app_folder(app, process), components, work: WorkSettings::new(&tools) }
    }
}

impl BuildSettings {
    /// From what was typed.
    pub(crate) fn new(args: BuildArgs, process: &ProcessContext) -> Self {
        let BuildArgs { app, components, profile, keep_going: _, fail_fast, timings, verify, tools } = args;
        Self {
            app: app_folder(app, process),
            components,
            profile: profile.into(),
            verify,
            work: WorkSettings { fail_fast, timings, ..WorkSettings::new(&tools) },
        }
    }
}

impl ComposeSettings {
    /// From what was typed.
    pub(crate) fn new(args: ComposeArgs, process: &ProcessContext) -> Self {
        let ComposeArgs { app, entry, output, wac, profile, tools } = args;
        Self {
            app: app_folder(app, process),
            entry,
            output: output.map(|output| process.absolute(&output)),
            form: if wac { ComposeForm::Wac } else { ComposeForm::Component },
            profile: profile.into(),
            work: WorkSettings::new(&tools),
        }
    }
}

impl RunSettings {
    /// From what was typed.
    pub(crate) fn new(args: RunArgs, process: &ProcessContext) -> Self {
        let RunArgs { app, entry, listen, profile, tools, args } = args;
        Self {
            app: app_folder(app, process),
            entry,
            listen,
            profile: profile.into(),
            work: WorkSettings::new(&tools),
            args,
        }
    }
}

impl PlanSettings {
    /// From what was typed.
    pub(crate) fn new(args: PlanArgs, process: &ProcessContext) -> Self {
        let PlanArgs { app, components, profile } = args;
        Self { app: app_folder(app, process), components, profile: profile.into() }
    }
}

impl DoctorSettings {
    /// From what was typed.
    pub(crate) fn new(args: DoctorArgs, process: &ProcessContext) -> Self {
        let DoctorArgs { languages, app, fix, remove, yes, dry_run, listen, tools } = args;
        let cure = match (fix, remove, dry_run) {
            (_, true, _) => Cure::Remove,
            (false, false, _) => Cure::Name,
            (true, false, false) => Cure::Fix,
            (true, false, true) => Cure::Show,
        };
        let app = app.map(|app| process.absolute(&app));
        Self { languages, app, cure, dry_run, yes, listen, work: WorkSettings::new(&tools) }
    }
}

impl ExplainSettings {
    /// From what was typed.
    pub(crate) fn new(args: ExplainBuildArgs, process: &ProcessContext) -> Self {
        let ExplainBuildArgs { component, app, profile } = args;
        let tools = ToolArgs { install_tools: false, offline: true, jobs: None, step_timeout: StepTimeout::default() };
        Self {
            app: app_folder(AppArgs { app }, process),
            component,
            profile: profile.into(),
            work: WorkSettings::new(&tools),
        }
    }
}

impl CleanSettings {
    /// From what was typed.
    pub(crate) fn new(args: CleanArgs, process: &ProcessContext) -> Self {
        let CleanArgs { app } = args;
        Self { app: app_folder(app, process) }
    }
}
