//! `conjoin templates`: what there is to start from, what each needs, and whether it is there.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_plan::{ProbeRequest, ProbeResults, ProbedTool, Profile, Selection, Tool};
use conjoin_scaffold::{Answers, TemplateSummary, render};
use serde_json::json;

use crate::{
    cache_root::CacheRoot,
    draft::{add_wasi, check_files},
    session::Session,
    ui::Format,
};

/// Lists the templates.
pub(crate) fn templates(session: &mut Session<'_>) {
    let here = &session.machine.process;
    let dir = here.absolute(std::path::Path::new("."));
    let (cache, unusable) = CacheRoot::open_if_usable(here);
    if let Some(unusable) = unusable {
        session.ui.diagnostic(&Diagnostic { severity: Severity::Warning, ..unusable });
    }
    let layout = cache.layout(dir, Profile::Dev);
    let templates: Vec<(TemplateSummary, BTreeSet<Tool>)> = conjoin_scaffold::templates()
        .into_iter()
        .map(|template| (template.clone(), needs(session, &template)))
        .collect();
    let all: BTreeSet<Tool> = templates.iter().flat_map(|(_, tools)| tools.iter().copied()).collect();
    let probed = session.probe(&layout, &ProbeRequest { tools: all, ..ProbeRequest::default() });
    match session.ui.format {
        Format::Human => table(session, &templates, &probed),
        Format::Json => {
            for (template, tools) in &templates {
                session.ui.answer_json("template", row(template, tools, &probed));
            }
        }
    }
}

/// The tools that what the template makes needs.
fn needs(session: &Session<'_>, template: &TemplateSummary) -> BTreeSet<Tool> {
    let made = conjoin_scaffold::find(&template.id).and_then(|template| {
        let without = template.variables().iter().filter(|variable| variable.default.is_none());
        let answers = without.fold(Answers::new("app"), |answers, variable| answers.with(&variable.name, "x"));
        let mut files = render(&template, &answers)?;
        add_wasi(&mut files)?;
        Ok(files)
    });
    let dir = session.machine.process.absolute(std::path::Path::new("app"));
    let app = made.ok().and_then(|files| check_files(session.machine, &dir, &files).ok());
    let request = app.and_then(|app| session.requirements(&app, &Selection::default()).ok());
    request.map(|request| request.tools).unwrap_or_default()
}

fn table(session: &mut Session<'_>, templates: &[(TemplateSummary, BTreeSet<Tool>)], probed: &ProbeResults) {
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let id = width(&mut templates.iter().map(|(template, _)| template.id.len()));
    let description = width(&mut templates.iter().map(|(template, _)| template.description.chars().count()));
    for (template, tools) in templates {
        let missing_tools: Vec<&str> =
            tools.iter().filter(|tool| state(tool, probed) != "ok").map(|tool| tool.name).collect();
        let all: Vec<&str> = tools.iter().map(|tool| tool.name).collect();
        let there = match (tools.is_empty(), missing_tools.is_empty()) {
            (true, _) => "needs nothing".to_owned(),
            (false, true) => format!("ready: {}", all.join(", ")),
            (false, false) => format!("needs {}", missing_tools.join(", ")),
        };
        session.ui.answer(&format!("{:<id$}  {:<description$}  {there}", template.id, template.description));
    }
    session.ui.note("`conjoin new my-app -t ID` makes an app, `conjoin add -t ID=NAME` adds a component to one; what is missing is installed if you agree.");
}

fn state(tool: Tool, probed: &ProbeResults) -> &'static str {
    match probed.tools.get(tool) {
        Some(ProbedTool::Found(_)) => "ok",
        Some(ProbedTool::OutsideWindow(_)) => "unfit",
        Some(ProbedTool::Broken { .. }) => "broken",
        Some(ProbedTool::Missing) | None => "missing",
    }
}

fn row(template: &TemplateSummary, tools: &BTreeSet<Tool>, probed: &ProbeResults) -> serde_json::Value {
    let kind = match template.kind {
        conjoin_scaffold::TemplateKind::Component => "component",
        conjoin_scaffold::TemplateKind::App | conjoin_scaffold::TemplateKind::Skeleton => "app",
    };
    let needs: Vec<_> = tools.iter().map(|tool| json!({ "tool": tool.name, "state": state(tool, probed) })).collect();
    json!({
        "id": template.id, "description": template.description, "kind": kind, "languages": template.languages,
        "needs": needs, "ready": tools.iter().all(|tool| state(tool, probed) == "ok"),
    })
}
