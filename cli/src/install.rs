//! Seeing to it that tools are there: what is missing is installed, as far as that is wanted. An installation is a plan like any other.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_engine::{BuildReport, Scope};
use conjoin_plan::{
    Failures, InstallPlan, Installation, Layout, ProbeRequest, ProbeResults, Subject, Tool, install, install_texts,
    missing_tools, name_and_window, with_needs,
};

use crate::{
    cache_root::CacheRoot,
    execute::{Task, execute},
    exit::CommandError,
    missing::{assume, name_missing, refuse},
    report::conclude,
    session::Session,
    settings::{InstallPolicy, WorkSettings},
    ui::Ui,
};

/// What would install the tools of `absent`, which are missing, from where that has not failed.
pub(crate) fn plan_installation(
    session: &Session<'_>,
    layout: &Layout,
    absent: &BTreeSet<Tool>,
    failures: &Failures,
) -> Result<InstallPlan, Vec<Diagnostic>> {
    let tools = with_needs(absent);
    let texts = install_texts(&tools, layout);
    let probed = session.probe(layout, &ProbeRequest { tools, texts, ..ProbeRequest::default() });
    install(absent, &probed, layout, failures)
}

/// Finds what `request` names; installs the tools that are missing if `work` allows it, or fails with what is missing. Gives what
/// is found in the end. Under `--offline`, what the app was last built with stands in for what is missing.
///
/// What cannot be installed in one way is installed in the next.
pub(crate) fn ensure(
    session: &mut Session<'_>,
    layout: &Layout,
    request: &ProbeRequest,
    work: &WorkSettings,
) -> Result<ProbeResults, CommandError> {
    let mut failures = Failures::new();
    let mut agreed = work.policy == InstallPolicy::Install;
    // What is installed may need something else first, so there is a round for each step down.
    let mut before: Option<BTreeSet<(Tool, &str)>> = None;
    loop {
        let mut probed = session.probe(layout, request);
        assume(session, layout, request, work, &mut probed);
        let absent = missing_tools(&request.tools, &probed);
        if absent.is_empty() {
            return Ok(probed);
        }
        let refusal = |hint: &str| CommandError::environment(name_missing(&absent, &probed, hint));
        if work.policy == InstallPolicy::Offline {
            return Err(refuse(&absent, &probed));
        }
        let plan = plan_installation(session, layout, &absent, &failures).map_err(CommandError::environment)?;
        let now: BTreeSet<_> = plan.installations.iter().map(|one| (one.spec, one.provider.name())).collect();
        if now.is_empty() || before.as_ref() == Some(&now) {
            return Err(refusal("installing it did not help"));
        }
        if failures.is_empty() {
            announce(session.ui, &plan);
        }
        if !agreed && !session.ui.can_ask() {
            return Err(refusal("conjoin can install it: repeat the command with `--install-tools`"));
        }
        if !agreed && !session.ui.confirm("Install them now?") {
            return Err(refusal(
                "it was not installed; `conjoin doctor --fix` does it, `conjoin doctor --fix --dry-run` shows how",
            ));
        }
        agreed = true;
        let task = Task { layout, plan: &plan.plan, probed: None, scope: Scope::Cache, work };
        let report = execute(session, &task)?;
        let failed = failed_installations(&plan, &report);
        if failed.is_empty() || !failed.iter().all(|installation| installation.otherwise.is_some()) {
            conclude(session, &task, &report)?;
        } else {
            for step in &report.failed {
                session.ui.failure(step, &layout.app, Severity::Warning);
            }
            turn_to_the_next(session.ui, &failed, &mut failures);
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

/// Notes which providers have failed, and says what is done in their place.
fn turn_to_the_next(ui: &mut Ui, failed: &[Installation], failures: &mut Failures) {
    for Installation { spec, provider, otherwise } in failed {
        failures.entry(spec).or_default().insert(provider.name());
        let next = otherwise.map_or("nothing", |provider| provider.name());
        ui.status(
            "Instead",
            &format!("{}: {} did not give it, so it is taken from {next}", spec.name, provider.name()),
        );
    }
}

/// Offers to install what is missing of `tools`, before they are needed; gives what is missing still. Only an installation that
/// was wanted and fails is an error.
pub(crate) fn offer(
    session: &mut Session<'_>,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
    work: &WorkSettings,
) -> Result<BTreeSet<Tool>, CommandError> {
    if !tools.is_empty() {
        CacheRoot::open(&session.machine.process)?;
    }
    let request = ProbeRequest { tools: tools.clone(), ..ProbeRequest::default() };
    let absent = missing_tools(tools, &session.probe(layout, &request));
    let wanted = match work.policy {
        _ if absent.is_empty() => return Ok(absent),
        InstallPolicy::Offline => false,
        InstallPolicy::Install => true,
        InstallPolicy::Ask if !session.ui.can_ask() => false,
        InstallPolicy::Ask => match plan_installation(session, layout, &absent, &Failures::new()) {
            Ok(plan) if !plan.installations.is_empty() => {
                announce(session.ui, &plan);
                session.ui.confirm("Install them now?")
            }
            Ok(_) | Err(_) => false,
        },
    };
    if !wanted {
        return Ok(absent);
    }
    let work = WorkSettings { policy: InstallPolicy::Install, ..work.clone() };
    ensure(session, layout, &request, &work).map(|_| BTreeSet::new())
}

/// Says what is missing, and the command that fixes it in the app that is `shown` so.
pub(crate) fn report_missing_tools(session: &mut Session<'_>, missing_tools: &BTreeSet<Tool>, shown: &str) {
    for spec in missing_tools {
        session.ui.status("Missing", &name_and_window(spec));
    }
    if missing_tools.is_empty() {
        return;
    }
    let go = if shown == "." { String::new() } else { format!("cd {} && ", conjoin_plan::quote(shown.as_ref())) };
    session.ui.status("Fix it", &format!("{go}conjoin doctor --fix; until then the app cannot be built"));
}

/// Says what will be installed, from what, and what that changes outside of the cache folder.
fn announce(ui: &mut Ui, plan: &InstallPlan) {
    for installation in &plan.installations {
        let provider = installation.provider;
        let elsewhere = provider.changes_elsewhere().map_or(String::new(), |what| format!(" ({what})"));
        let otherwise = installation.otherwise.map_or(String::new(), |next| format!(", or else from {}", next.name()));
        ui.status(
            "Missing",
            &format!(
                "{}: to be installed from {}{elsewhere}{otherwise}",
                name_and_window(installation.spec),
                provider.name()
            ),
        );
    }
}
