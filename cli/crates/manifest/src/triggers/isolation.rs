//! `isolation`: how long an instance of a composition lives.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Trigger;
use crate::{
    ComponentName, Spanned,
    check::{Findings, spanned},
    raw::Table,
    schema,
};

/// How many calls an instance serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Isolation {
    /// A fresh instance per call.
    #[default]
    Fresh,
    /// An instance serves up to this many calls.
    Reuse(u32),
}

/// How long an instance of a composition lives.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "isolation")]
pub(super) struct RawIsolation {
    /// The number of requests that one instance serves, one after the other. It is dropped at the first error.
    #[schemars(schema_with = "schema::reuse")]
    reuse: Option<toml::Spanned<i64>>,
}

/// What triggers of one kind say about the instances of each entry.
#[derive(Default)]
pub(super) struct Isolations(BTreeMap<ComponentName, Spanned<Isolation>>);

impl Isolations {
    /// Reads what one trigger of `component` says. All triggers of an entry lead to the same instances, so they have to agree.
    pub(super) fn check(
        &mut self,
        findings: &mut Findings<'_>,
        raw: &toml::Spanned<Table<RawIsolation>>,
        component: Option<&ComponentName>,
    ) {
        let (Some(isolation), Some(component)) = (check_isolation(findings, raw), component) else { return };
        match self.0.get(component) {
            Some(first) if first.value != isolation.value => {
                let message = format!("component `{component}` has two different isolations");
                let diagnostic =
                    findings.at("manifest::conflicting-isolation", message, isolation.span, "a different number");
                let diagnostic = findings.and_at(diagnostic, first.span.clone(), "first said here");
                findings.report(diagnostic.hint("all routes to a component share its instances: say it once"));
            }
            Some(_) => {}
            None => {
                self.0.insert(component.clone(), isolation);
            }
        }
    }

    /// Gives each trigger the isolation of its entry.
    pub(super) fn apply(&self, triggers: &mut [Trigger]) {
        for trigger in triggers {
            let isolation = self.0.get(&trigger.component.value);
            trigger.isolation = isolation.map(|isolation| isolation.value).unwrap_or_default();
            trigger.isolation_place = isolation.map(|isolation| isolation.span.clone());
        }
    }
}

fn check_isolation(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<Table<RawIsolation>>,
) -> Option<Spanned<Isolation>> {
    let reuse = findings.required(raw.get_ref().reuse.as_ref(), raw.span(), "this `isolation`", "reuse = 100")?;
    if let Ok(times @ 1..) = u32::try_from(*reuse.get_ref()) {
        return Some(spanned(reuse, if times == 1 { Isolation::Fresh } else { Isolation::Reuse(times) }));
    }
    let message = format!("an instance cannot be reused for {} requests", reuse.get_ref());
    let diagnostic =
        findings.at("manifest::bad-isolation", message, reuse.span(), format!("a number from 1 to {}", u32::MAX));
    findings.report(
        diagnostic.hint(
            "write how many requests one instance may serve, such as `100`; without the line each gets a fresh one",
        ),
    );
    None
}
