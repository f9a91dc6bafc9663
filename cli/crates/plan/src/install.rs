//! Plans the installation of tools.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::{Diagnostic, list, subject};

use crate::{AbsPath, Layout, Plan, ProbeResults, ProbedTool, Provider, Tool, ToolSpec};

/// A tool to be installed, and the providers.
#[derive(Clone, Copy, Debug)]
pub struct Installation {
    /// The tool.
    pub spec: Tool,
    /// The provider to install it with.
    pub provider: &'static dyn Provider,
    /// The provider to try if that one fails.
    pub otherwise: Option<&'static dyn Provider>,
}

/// The tools that can be installed now, with all steps.
#[derive(Clone, Debug, Default)]
pub struct InstallPlan {
    /// The tools, in the order of [`Tool`].
    pub installations: Vec<Installation>,
    /// The steps.
    pub plan: Plan,
    /// Missing tools that depend on others of this plan. After it, probe and plan again.
    pub waiting: Vec<Tool>,
}

/// The providers that failed to install a tool, by tool.
pub type Failures = BTreeMap<Tool, BTreeSet<&'static str>>;

/// Those of `tools` that are missing, broken or not supported.
pub fn missing_tools(tools: &BTreeSet<Tool>, probed: &ProbeResults) -> BTreeSet<Tool> {
    tools.iter().copied().filter(|tool| probed.tool(tool).is_none()).collect()
}

/// `tools` and all tools that their providers need, transitively.
pub fn with_needs(tools: &BTreeSet<Tool>) -> BTreeSet<Tool> {
    let mut all = tools.clone();
    let mut new: Vec<Tool> = tools.iter().copied().collect();
    while let Some(tool) = new.pop() {
        for need in tool.providers.iter().flat_map(|provider| provider.needs()) {
            if all.insert(*need) {
                new.push(*need);
            }
        }
    }
    all
}

/// The files that the providers of `tools` read.
pub fn install_texts(tools: &BTreeSet<Tool>, layout: &Layout) -> Vec<AbsPath> {
    let providers = tools.iter().flat_map(|tool| tool.providers);
    providers.flat_map(|provider| provider.reads(layout)).collect()
}

/// Plans the installation of the tools in `missing`. Providers among `failures` are not tried again.
///
/// # Errors
///
/// One diagnostic for each tool that conjoin cannot install, with the official instruction.
pub fn install(
    missing: &BTreeSet<Tool>,
    probed: &ProbeResults,
    layout: &Layout,
    failures: &Failures,
) -> Result<InstallPlan, Vec<Diagnostic>> {
    let mut chooser = Chooser { probed, failures, chosen: BTreeMap::new(), waiting: BTreeSet::new() };
    let mut diagnostics = Vec::new();
    for tool in missing {
        if let Err(diagnostic) = chooser.choose(tool, &mut Vec::new()) {
            diagnostics.push(*diagnostic);
        }
    }
    let mut steps = Vec::new();
    for installation in chooser.chosen.values() {
        match installation.provider.steps(probed, layout) {
            Ok(more) => steps.extend(more),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let plan = Plan::new(steps).map_err(|error| {
        vec![Diagnostic::error("plan::inconsistent", format!("the recipes describe steps that do not fit: {error}"))]
    })?;
    let Chooser { chosen, waiting, .. } = chooser;
    Ok(InstallPlan { installations: chosen.into_values().collect(), plan, waiting: waiting.into_iter().collect() })
}

struct Chooser<'a> {
    probed: &'a ProbeResults,
    failures: &'a Failures,
    chosen: BTreeMap<Tool, Installation>,
    waiting: BTreeSet<Tool>,
}

impl Chooser<'_> {
    /// Chooses the first provider of `tool` whose own tools are available, or will be after this plan.
    fn choose(&mut self, tool: Tool, path: &mut Vec<Tool>) -> Result<(), Box<Diagnostic>> {
        if self.probed.tool(tool).is_some() || self.chosen.contains_key(&tool) || self.waiting.contains(&tool) {
            return Ok(());
        }
        path.push(tool);
        let mut reasons = Vec::new();
        for (index, provider) in tool.providers.iter().copied().enumerate() {
            if self.has_failed(tool, provider) {
                reasons.push(format!("installing it from {} has failed", provider.name()));
                continue;
            }
            let missing = self.missing_needs(provider);
            if missing.is_empty() {
                let mut later = tool.providers[index + 1..].iter().copied();
                let otherwise =
                    later.find(|other| !self.has_failed(tool, *other) && self.missing_needs(*other).is_empty());
                self.chosen.insert(tool, Installation { spec: tool, provider, otherwise });
                path.pop();
                return Ok(());
            }
            let obstacles: Vec<(Tool, Option<Box<Diagnostic>>)> = missing
                .into_iter()
                .filter_map(|need| {
                    if path.contains(&need) {
                        Some((need, None))
                    } else {
                        Some((need, Some(self.choose(need, path).err()?)))
                    }
                })
                .collect();
            reasons.extend(describe(provider, &obstacles));
            if obstacles.is_empty() {
                self.waiting.insert(tool);
                path.pop();
                return Ok(());
            }
        }
        path.pop();
        Err(Box::new(self.explain(tool, reasons)))
    }

    fn has_failed(&self, tool: Tool, provider: &dyn Provider) -> bool {
        self.failures.get(&tool).is_some_and(|names| names.contains(provider.name()))
    }

    fn missing_needs(&self, provider: &dyn Provider) -> Vec<Tool> {
        provider.needs().iter().copied().filter(|need| self.probed.tool(need).is_none()).collect()
    }

    fn explain(&self, spec: Tool, reasons: Vec<String>) -> Diagnostic {
        let mut diagnostic = missing(spec, self.probed.tools.get(spec));
        for reason in reasons {
            diagnostic = diagnostic.note(reason);
        }
        diagnostic.hint(format!("install {}: {}", name_and_window(spec), spec.by_hand))
    }
}

/// Describes why a provider cannot be used: one line for all tools that are not installed, and a line for each other
/// obstacle.
fn describe(provider: &dyn Provider, obstacles: &[(Tool, Option<Box<Diagnostic>>)]) -> Vec<String> {
    let mut absent = Vec::new();
    let mut lines = Vec::new();
    for (spec, why) in obstacles {
        let Some(why) = why else { continue };
        if why.code == MISSING {
            absent.push(spec.name);
        } else {
            lines.push(format!(
                "installing it from {} needs {}: {} ({})",
                provider.name(),
                spec.name,
                why.message,
                spec.by_hand
            ));
        }
    }
    if let Some((all, verb)) = subject(&absent) {
        lines.push(format!("installing it from {} needs {all}, which {verb} not installed", provider.name()));
    }
    lines
}

/// The code of a diagnostic about a tool that was not found.
const MISSING: &str = "tool::missing";

/// A diagnostic about a tool that is missing, broken or not supported, still without a hint.
pub fn missing(spec: &ToolSpec, fact: Option<&ProbedTool>) -> Diagnostic {
    match fact {
        Some(ProbedTool::OutsideWindow(found)) => Diagnostic::error(
            "tool::outside-window",
            format!("{} {} is not supported: {} is needed", spec.name, version(found.version), spec.window),
        )
        .note(format!("found {} ({})", found.path, found.says))
        .note(format!("because {}", spec.window.because)),
        Some(ProbedTool::Broken { path, command, output }) => {
            Diagnostic::error("tool::broken", format!("{} does not work", spec.name))
                .note(format!("found {path}"))
                .note(format!("tried `{command}`, which said:\n{output}"))
        }
        Some(ProbedTool::Found(_) | ProbedTool::Missing) | None => Diagnostic::error(
            MISSING,
            format!("{} is not installed", spec.name),
        )
        .note(format!("looked for it at ${}, {}", spec.variable, places(spec))),
    }
}

fn places(spec: &ToolSpec) -> String {
    match spec.locate {
        crate::Locate::Path { names, cached: Some(_) } => {
            format!("on PATH as {} and in conjoin's cache", list(names))
        }
        crate::Locate::Path { names, cached: None } => format!("on PATH as {}", list(names)),
        crate::Locate::Cache { .. } => "in conjoin's cache".to_owned(),
        crate::Locate::Named => "where conjoin.toml says".to_owned(),
        crate::Locate::FolderOf { tool, args, cached, .. } => {
            let cached = if cached.is_some() { " and in conjoin's cache" } else { "" };
            format!("in the folder that `{tool} {}` names{cached}", args.join(" "))
        }
    }
}

/// A tool's name, with the versions that will do unless any will.
pub fn name_and_window(spec: &ToolSpec) -> String {
    if spec.window.is_any() { spec.name.to_owned() } else { format!("{} {}", spec.name, spec.window) }
}

/// A version in its usual form.
pub fn version((major, minor, patch): crate::Version) -> String {
    format!("{major}.{minor}.{patch}")
}
