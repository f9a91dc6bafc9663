//! The table of tools: what was found, what is needed and why, and how to fix it.

use std::collections::BTreeSet;

use conjoin_plan::{Companion, Failures, FoundIn, Locate, ProbeResults, ProbedTool, Tool, ToolSpec, version};
use serde_json::json;

use super::{
    command::heading,
    scope::{Group, Scope},
};
use crate::{
    install::plan_installation,
    session::Session,
    ui::{Format, Ui},
};

/// The row of a tool.
pub(super) struct Row {
    /// The tool; for a companion, the tool that starts it.
    pub(super) tool: Tool,
    /// Its name.
    pub(super) name: &'static str,
    state: &'static str,
    version: Option<String>,
    path: Option<String>,
    found_in: Option<String>,
    /// A further problem besides the state.
    trouble: Option<String>,
    needed: String,
    because: &'static str,
    cure: Cure,
}

/// How to get a tool.
struct Cure {
    /// The providers that conjoin would install it from, the preferred one first.
    from: Vec<&'static str>,
    /// Why conjoin cannot install it.
    obstacles: Vec<String>,
    by_hand: &'static str,
}

impl Row {
    /// Whether a build would fail because of it.
    pub(super) fn is_wrong(&self) -> bool {
        self.state != "ok"
    }

    /// Whether `doctor --fix` fixes it.
    pub(super) fn can_install(&self) -> bool {
        !self.cure.from.is_empty()
    }
}

/// Creates the rows of each group.
pub(super) fn rows(session: &Session<'_>, scope: &Scope) -> Vec<Vec<Row>> {
    let probed = session.probe(&scope.layout, &scope.request());
    let of_group = |group: &Group| {
        let tools = group.toolchain.requirements().iter();
        let mut rows: Vec<Row> = tools.map(|tool| row(session, scope, tool, &probed)).collect();
        let companions = group.toolchain.companions().iter();
        rows.extend(companions.filter_map(|companion| companion_row(session, companion, &probed)));
        rows
    };
    scope.groups.iter().map(of_group).collect()
}

/// Prints the table as part of the answer.
pub(super) fn show(ui: &mut Ui, scope: &Scope, rows: &[Vec<Row>]) {
    let mut shown = BTreeSet::new();
    for (group, rows) in scope.groups.iter().zip(rows) {
        heading(ui, &group.title());
        for row in rows {
            match ui.format {
                Format::Human => {
                    let again = !shown.insert(row.name);
                    for line in lines(row, again) {
                        ui.answer(&line);
                    }
                }
                Format::Json => ui.answer_json("tool", json(group, row)),
            }
        }
    }
}

fn row(session: &Session<'_>, scope: &Scope, spec: Tool, probed: &ProbeResults) -> Row {
    let fact = probed.tools.get(spec);
    let (state, found) = match fact {
        Some(ProbedTool::Found(found)) => ("ok", Some(found)),
        Some(ProbedTool::OutsideWindow(found)) => ("unfit", Some(found)),
        Some(ProbedTool::Broken { .. }) => ("broken", None),
        Some(ProbedTool::Missing) | None => ("missing", None),
    };
    let (path, trouble) = match fact {
        Some(ProbedTool::Broken { path, command, .. }) => (Some(path.to_string()), Some(format!("`{command}` fails"))),
        _ => (found.map(|found| found.path.to_string()), None),
    };
    let known = found.filter(|found| found.version != (0, 0, 0));
    Row {
        tool: spec,
        name: spec.name,
        state,
        version: known.map(|found| version(found.version)),
        path,
        found_in: found.map(|found| whence(spec, found.found_in)),
        trouble,
        needed: spec.window.to_string(),
        because: spec.window.because,
        cure: if state == "ok" { Cure::by_hand(spec.by_hand) } else { cure(session, scope, spec) },
    }
}

/// Where it was found. A folder that another tool names is not on `PATH`, even if that tool is.
fn whence(spec: &ToolSpec, found_in: FoundIn) -> String {
    match spec.locate {
        Locate::FolderOf { tool, .. } if found_in == FoundIn::Path => format!("as {} says", tool.name),
        Locate::FolderOf { .. } | Locate::Path { .. } | Locate::Cache { .. } | Locate::Named => found_in.to_string(),
    }
}

impl Cure {
    fn by_hand(by_hand: &'static str) -> Self {
        Self { from: Vec::new(), obstacles: Vec::new(), by_hand }
    }
}

/// How to get the tool here: the providers that conjoin would use, or why it cannot install it.
fn cure(session: &Session<'_>, scope: &Scope, spec: Tool) -> Cure {
    let mut cure = Cure::by_hand(spec.by_hand);
    if spec.providers.is_empty() {
        return cure;
    }
    match plan_installation(session, &scope.layout, &[spec].into(), &Failures::new()) {
        Ok(plan) => {
            let chosen = plan.installations.iter().find(|installation| installation.spec == spec);
            cure.from = match chosen {
                Some(chosen) => [Some(chosen.provider), chosen.otherwise].into_iter().flatten().collect::<Vec<_>>(),
                None => spec.providers.iter().copied().take(1).collect(),
            }
            .iter()
            .map(|provider| provider.name())
            .collect();
        }
        Err(diagnostics) => {
            let notes = diagnostics.into_iter().flat_map(|diagnostic| diagnostic.notes);
            cure.obstacles = notes.filter(|note| note.starts_with("installing it")).collect();
        }
    }
    cure
}

/// The row of a companion of a tool that conjoin did not install. Tools that conjoin installs include their companions.
fn companion_row(session: &Session<'_>, companion: &'static Companion, probed: &ProbeResults) -> Option<Row> {
    let of = probed.tool(companion.of).filter(|found| found.found_in != FoundIn::Cache)?;
    let beside = fs_err::canonicalize(&of.path).ok().and_then(|path| Some(path.parent()?.to_owned()));
    let folders = session.machine.environment().path_folders().into_iter().chain(beside);
    let path = folders.map(|folder| folder.join(companion.program)).find(|path| path.is_file());
    Some(Row {
        tool: companion.of,
        name: companion.program,
        state: if path.is_some() { "ok" } else { "missing" },
        version: None,
        found_in: path.as_ref().map(|_| FoundIn::Path.to_string()),
        path: path.map(|path| path.display().to_string()),
        trouble: None,
        needed: "any".to_owned(),
        because: companion.because,
        cure: Cure::by_hand(companion.by_hand),
    })
}

/// The lines of a tool: one with its state, and below it the problems. A repeated tool gets a short line.
fn lines(row: &Row, again: bool) -> Vec<String> {
    let Row { name, state, version, path, found_in, trouble, needed, because, cure, .. } = row;
    let number = version.as_ref().map_or(String::new(), |version| format!(" {version}"));
    let place = path.as_deref().unwrap_or_default();
    if !row.is_wrong() {
        let found_in = found_in.as_deref().unwrap_or_default();
        return vec![format!("  {state:<8} {name}{number} ({place}, {found_in})")];
    }
    let window = if needed == "any" { String::new() } else { format!(" {needed}") };
    let mut lines = vec![match (path, trouble) {
        (Some(path), Some(trouble)) => format!("  {state:<8} {name} ({path}): {trouble}"),
        (Some(path), None) => format!("  {state:<8} {name}{number} ({path});{window} is needed"),
        (None, _) => format!("  {state:<8} {name}{window}"),
    }];
    if again {
        return lines;
    }
    if !because.is_empty() {
        lines.push(format!("           because {because}"));
    }
    lines.extend(cure.obstacles.iter().map(|obstacle| format!("           {obstacle}")));
    lines.push(if cure.from.is_empty() {
        format!("           fix it: {}", cure.by_hand)
    } else {
        let from = cure.from.join(", or else from ");
        format!("           fix it: conjoin doctor --fix (from {from}); by hand: {}", cure.by_hand)
    });
    lines
}

fn json(group: &Group, row: &Row) -> serde_json::Value {
    let Row { name, state, version, path, found_in, trouble, needed, because, cure, .. } = row;
    json!({
        "toolchain": group.toolchain.spec().name,
        "languages": group.languages.iter().map(|language| language.name).collect::<Vec<_>>(),
        "components": group.components.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "tool": name, "state": state, "found": version, "path": path, "found_in": found_in, "trouble": trouble,
        "needed": needed, "because": because, "can_install": row.can_install(), "install_from": cure.from,
        "obstacles": cure.obstacles, "by_hand": cure.by_hand,
    })
}
