//! `conjoin templates`: what there is to start from, what each needs, and whether it is there.

use std::collections::BTreeSet;

use conjoin_plan::{Facts, Layout, Profile, Tool, ToolFact};
use conjoin_scaffold::{Answers, TemplateSummary, render};
use serde_json::json;

use crate::{
    commands::new::tools_of,
    draft::{add_wasi, check_files},
    settings::Machine,
    tools,
    ui::{Format, Ui},
};

/// Lists the templates.
pub(crate) fn templates(ui: &mut Ui, machine: &Machine) {
    let here = &machine.surroundings;
    let dir = here.absolute(std::path::Path::new("."));
    let layout = Layout { app: dir, cache: here.cache(), profile: Profile::Dev };
    let templates: Vec<(TemplateSummary, BTreeSet<Tool>)> = conjoin_scaffold::templates()
        .into_iter()
        .map(|template| (template.clone(), needs(machine, &template)))
        .collect();
    let all: BTreeSet<Tool> = templates.iter().flat_map(|(_, tools)| tools.iter().copied()).collect();
    let facts = tools::find(machine, &layout, &all, &[]);
    match ui.format {
        Format::Human => table(ui, &templates, &facts),
        Format::Json => {
            for (template, tools) in &templates {
                ui.answer_json("template", row(template, tools, &facts));
            }
        }
    }
}

/// The tools that what the template makes needs.
fn needs(machine: &Machine, template: &TemplateSummary) -> BTreeSet<Tool> {
    let made = conjoin_scaffold::find(&template.id).and_then(|template| {
        let without = template.variables().iter().filter(|variable| variable.default.is_none());
        let answers = without.fold(Answers::new("app"), |answers, variable| answers.with(&variable.name, "x"));
        let mut files = render(&template, &answers)?;
        add_wasi(&mut files)?;
        Ok(files)
    });
    let dir = machine.surroundings.absolute(std::path::Path::new("app"));
    let app = made.ok().and_then(|files| check_files(machine, &dir, &files).ok());
    app.and_then(|app| tools_of(&app).ok()).unwrap_or_default()
}

fn table(ui: &mut Ui, templates: &[(TemplateSummary, BTreeSet<Tool>)], facts: &Facts) {
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let id = width(&mut templates.iter().map(|(template, _)| template.id.len()));
    let description = width(&mut templates.iter().map(|(template, _)| template.description.chars().count()));
    for (template, tools) in templates {
        let lacking: Vec<&str> = tools.iter().filter(|tool| state(tool, facts) != "ok").map(|tool| tool.name).collect();
        let there = match (tools.is_empty(), lacking.is_empty()) {
            (true, _) => "needs nothing".to_owned(),
            (false, true) => format!("ready: {}", names(tools).join(", ")),
            (false, false) => format!("lacks {}", lacking.join(", ")),
        };
        ui.answer(&format!("{:<id$}  {:<description$}  {there}", template.id, template.description));
    }
    ui.note("`conjoin new my-app -t ID` makes an app, `conjoin add -t ID=NAME` adds a component to one; what lacks is installed if you agree.");
}

fn names(tools: &BTreeSet<Tool>) -> Vec<&'static str> {
    tools.iter().map(|tool| tool.name).collect()
}

fn state(tool: Tool, facts: &Facts) -> &'static str {
    match facts.tools.get(tool) {
        Some(ToolFact::Found(_)) => "ok",
        Some(ToolFact::OutsideWindow(_)) => "unfit",
        Some(ToolFact::Broken { .. }) => "broken",
        Some(ToolFact::Missing) | None => "missing",
    }
}

fn row(template: &TemplateSummary, tools: &BTreeSet<Tool>, facts: &Facts) -> serde_json::Value {
    let kind = match template.kind {
        conjoin_scaffold::Kind::Component => "component",
        conjoin_scaffold::Kind::App | conjoin_scaffold::Kind::Skeleton => "app",
    };
    let needs: Vec<_> = tools.iter().map(|tool| json!({ "tool": tool.name, "state": state(tool, facts) })).collect();
    json!({
        "id": template.id, "description": template.description, "kind": kind, "languages": template.languages,
        "needs": needs, "ready": tools.iter().all(|tool| state(tool, facts) == "ok"),
    })
}
