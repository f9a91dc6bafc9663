//! `[[trigger.command]]`: a component that `conjoin run` runs to its end.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    kind::{Runs, Trigger, TriggerKind},
    table::{Tables, check_component},
};
use crate::{
    check::{Findings, Names},
    schema,
};

pub(super) static KIND: TriggerKind = TriggerKind {
    key: "command",
    role: "a command",
    roles: "commands",
    exports: &["wasi:cli/run"],
    export: "wasi:cli/run@0.2.12",
    lines: "",
    label: None,
    template: "cli",
    runs: Runs::ToItsEnd,
    listens: false,
};

/// A command that `conjoin run` runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "command")]
pub(super) struct Raw {
    /// The component that runs.
    #[schemars(schema_with = "schema::name")]
    component: Option<toml::Spanned<String>>,
}

/// The triggers that are right: a component is one command.
pub(super) fn check(findings: &mut Findings<'_>, tables: &Tables<Raw>, names: &Names<'_>) -> Vec<Trigger> {
    let mut triggers: Vec<Trigger> = Vec::new();
    for table in tables.iter() {
        let component = table.get_ref().component.as_ref();
        let component = check_component(findings, table, component, names, "this `[[trigger.command]]`");
        let Some(component) = component else { continue };
        if let Some(first) = triggers.iter().find(|trigger| trigger.component.value == component.value) {
            let message = format!("component `{}` has two command triggers", component.value);
            let diagnostic = findings.at("manifest::duplicate-trigger", message, component.span, "the second one");
            let diagnostic = findings.and_at(diagnostic, first.component.span.clone(), "the first one");
            findings.report(diagnostic.hint("remove one of the two"));
        } else {
            triggers.push(Trigger::new(&KIND, component, json!({})));
        }
    }
    triggers
}
