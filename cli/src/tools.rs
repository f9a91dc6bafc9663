//! Seeing to it that the tools are there: probe, and install what is lacking as far as that is wanted.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_engine::{BuildReport, Environment, ProbeContext, ProbeRequest, Scope, probe};
use conjoin_plan::{
    AbsPath, Facts, Failures, InstallPlan, Installation, Layout, Subject, Tool, Toolchain, install, install_texts,
    lacking, missing, titled, with_needs,
};

use crate::{
    exit::CommandError,
    pipeline::{Task, attempt_plan, settle},
    settings::{InstallPolicy, Machine, WorkSettings},
    ui::Ui,
};

/// The first toolchain that needs `tool`: of several, all know what it says.
pub(crate) fn toolchain_of(tool: Tool) -> Option<&'static dyn Toolchain> {
    let toolchains = conjoin_toolchains::all().toolchains;
    toolchains.iter().copied().find(|toolchain| toolchain.requirements().contains(&tool))
}

/// Finds `tools`, without installing anything.
pub(crate) fn find(machine: &Machine, layout: &Layout, tools: &BTreeSet<Tool>, texts: &[AbsPath]) -> Facts {
    find_with(machine, layout, tools, &Wanted { programs: BTreeSet::new(), places: Vec::new(), texts: texts.to_vec() })
}

/// What is to be found beside tools.
pub(crate) struct Wanted {
    /// The programs that the manifest names.
    pub(crate) programs: BTreeSet<String>,
    /// Tools, and folders in which they may be another version.
    pub(crate) places: Vec<(Tool, AbsPath)>,
    /// The files whose text plans are made from.
    pub(crate) texts: Vec<AbsPath>,
}

/// Finds `tools` and what else is `wanted`.
pub(crate) fn find_with(machine: &Machine, layout: &Layout, tools: &BTreeSet<Tool>, wanted: &Wanted) -> Facts {
    let specs: Vec<Tool> = tools.iter().copied().collect();
    let environment = environment(machine);
    let context = ProbeContext { environment: &environment, layout, cancel: &machine.signals.cancel };
    let Wanted { programs, places, texts } = wanted;
    probe(&ProbeRequest { tools: &specs, programs, places, texts, sources: &[] }, &context)
}

/// What programs inherit.
pub(crate) fn environment(machine: &Machine) -> Environment {
    Environment::new(machine.surroundings.environment.clone())
}

/// What would install those of `tools` that are lacking, not from where that has failed; `None` if none is.
pub(crate) fn plan_installation(
    machine: &Machine,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
    failures: &Failures,
) -> Result<Option<InstallPlan>, Vec<Diagnostic>> {
    let absent = lacking(tools, &find(machine, layout, tools, &[]));
    if absent.is_empty() {
        return Ok(None);
    }
    let involved = with_needs(&absent);
    let facts = find(machine, layout, &involved, &install_texts(&involved, layout));
    install(&absent, &facts, layout, failures).map(Some)
}

/// Finds `tools`; installs what is lacking if `work` allows it, or fails with what is lacking.
///
/// What cannot be installed in one way is installed in the next.
pub(crate) fn ensure(
    ui: &mut Ui,
    machine: &Machine,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
    work: &WorkSettings,
) -> Result<(), CommandError> {
    let mut failures = Failures::new();
    let mut agreed = work.policy == InstallPolicy::Install;
    // What is installed may need something else first, so there is a round for each step down.
    let mut before: Option<BTreeSet<(Tool, &str)>> = None;
    loop {
        let facts = find(machine, layout, tools, &[]);
        let absent = lacking(tools, &facts);
        if absent.is_empty() {
            return Ok(());
        }
        let refuse = |hint: &str| Err(CommandError::environment(name_missing(&absent, &facts, hint)));
        if work.policy == InstallPolicy::Offline {
            return refuse(
                "the network is not used under `--offline`: repeat the command without it, with `--install-tools`",
            );
        }
        let plan = plan_installation(machine, layout, tools, &failures).map_err(CommandError::environment)?;
        let plan = plan.unwrap_or_default();
        let now: BTreeSet<_> = plan.installations.iter().map(|one| (one.spec, one.provider.name())).collect();
        if now.is_empty() || before.as_ref() == Some(&now) {
            return refuse("installing it did not help");
        }
        if failures.is_empty() {
            announce(ui, &plan);
        }
        if !agreed && !ui.can_ask() {
            return refuse("conjoin can install it: repeat the command with `--install-tools`");
        }
        if !agreed && !ui.confirm("Install them now?") {
            return refuse(
                "it was not installed; `conjoin doctor --fix` does it, `conjoin doctor --fix --dry-run` shows how",
            );
        }
        agreed = true;
        let task = Task { layout, plan: &plan.plan, scope: Scope::Cache, work };
        let report = attempt_plan(ui, machine, &task)?;
        let failed = failed_installations(&plan, &report);
        if failed.is_empty() || !failed.iter().all(|installation| installation.otherwise.is_some()) {
            settle(ui, machine, &task, report)?;
        } else {
            turn_to_the_next(ui, (&report, &layout.app), &failed, &mut failures);
        }
        before = Some(now);
    }
}

/// The installations of which a step has failed, unless the user has asked for the end.
fn failed_installations(plan: &InstallPlan, report: &BuildReport) -> Vec<Installation> {
    let has_failed = |installation: &&Installation| {
        let subject = Subject::Installation(installation.spec);
        report.failed.iter().any(|failed| failed.subject == subject)
    };
    if report.cancelled { Vec::new() } else { plan.installations.iter().filter(has_failed).copied().collect() }
}

/// Says what has failed and what is done in its place.
fn turn_to_the_next(
    ui: &mut Ui,
    (report, app): (&BuildReport, &AbsPath),
    failed: &[Installation],
    failures: &mut Failures,
) {
    for step in &report.failed {
        ui.failure(step, app, Severity::Warning);
    }
    for Installation { spec, provider, otherwise } in failed {
        failures.entry(spec).or_default().insert(provider.name());
        let next = otherwise.map_or("nothing", |provider| provider.name());
        ui.status(
            "Instead",
            &format!("{}: {} did not give it, so it is taken from {next}", spec.name, provider.name()),
        );
    }
}

/// Offers to install what is lacking of `tools`, before they are needed; gives what is lacking still. Only an installation that
/// was wanted and fails is an error.
pub(crate) fn offer(
    ui: &mut Ui,
    machine: &Machine,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
    work: &WorkSettings,
) -> Result<BTreeSet<Tool>, CommandError> {
    let absent = lacking(tools, &find(machine, layout, tools, &[]));
    let wanted = match work.policy {
        _ if absent.is_empty() => return Ok(absent),
        InstallPolicy::Offline => false,
        InstallPolicy::Install => true,
        InstallPolicy::Ask if !ui.can_ask() => false,
        InstallPolicy::Ask => match plan_installation(machine, layout, tools, &Failures::new()) {
            Ok(Some(plan)) if !plan.installations.is_empty() => {
                announce(ui, &plan);
                ui.confirm("Install them now?")
            }
            Ok(_) | Err(_) => false,
        },
    };
    if !wanted {
        return Ok(absent);
    }
    let work = WorkSettings { policy: InstallPolicy::Install, ..work.clone() };
    ensure(ui, machine, layout, tools, &work).map(|()| BTreeSet::new())
}

/// Says what is lacking, and the command that mends it in the app that is `shown` so.
pub(crate) fn tell_lacking(ui: &mut Ui, lacking: &BTreeSet<Tool>, shown: &str) {
    for tool in lacking {
        ui.status("Missing", &titled(tool));
    }
    if lacking.is_empty() {
        return;
    }
    let go = if shown == "." { String::new() } else { format!("cd {} && ", conjoin_plan::quote(shown.as_ref())) };
    ui.status("Mend it", &format!("{go}conjoin doctor --fix; until then the app cannot be built"));
}

/// Says what will be installed, from what, and what that changes outside of the cache folder.
fn announce(ui: &mut Ui, plan: &InstallPlan) {
    for installation in &plan.installations {
        let provider = installation.provider;
        let elsewhere = provider.changes_elsewhere().map_or(String::new(), |what| format!(" ({what})"));
        let otherwise = installation.otherwise.map_or(String::new(), |next| format!(", or else from {}", next.name()));
        ui.status(
            "Missing",
            &format!("{}: to be installed from {}{elsewhere}{otherwise}", titled(installation.spec), provider.name()),
        );
    }
}

fn name_missing(tools: &BTreeSet<Tool>, facts: &Facts, hint: &str) -> Vec<Diagnostic> {
    tools
        .iter()
        .map(|spec| {
            let diagnostic = missing(spec, facts.tools.get(spec)).hint(hint);
            if spec.providers.is_empty() { diagnostic.hint(spec.by_hand) } else { diagnostic }
        })
        .collect()
}
