//! What makes builds fail and is no tool: a row each.

use conjoin_diagnostics::Severity;
use serde_json::json;

use super::command::heading;
use crate::ui::{Format, Ui};

/// What came of one check.
pub(super) struct Check {
    /// What was looked at, e.g. `disk`; part of what programs are told.
    pub(super) name: &'static str,
    /// One word for what came of it, e.g. `ok`, `low`.
    pub(super) state: &'static str,
    /// How bad it is; `None` if it is as it should be.
    pub(super) severity: Option<Severity>,
    /// What it is about: a folder, an address, a file.
    pub(super) subject: String,
    /// What was found.
    pub(super) what: String,
    /// What fixes it; empty if nothing has to be.
    pub(super) fix: String,
}

impl Check {
    /// Everything is as it should be.
    pub(super) fn ok(name: &'static str, subject: impl Into<String>, what: impl Into<String>) -> Self {
        let (subject, what) = (subject.into(), what.into());
        Self { name, state: "ok", severity: None, subject, what, fix: String::new() }
    }

    /// What was looked at, for people.
    pub(super) fn title(&self) -> String {
        match self.name {
            "wit" => format!("the WIT in {}", self.subject),
            "disk" => format!("room in {}", self.subject),
            "command" => format!("the command {}", self.subject),
            "port" => format!("the address {}", self.subject),
            _ => self.subject.clone(),
        }
    }

    /// Builds may fail.
    pub(super) fn warning(name: &'static str, state: &'static str, subject: String, what: String, fix: String) -> Self {
        Self { name, state, severity: Some(Severity::Warning), subject, what, fix }
    }
}

/// The rows, as part of the answer.
pub(super) fn show(ui: &mut Ui, checks: &[Check]) {
    heading(ui, "beside the tools");
    for check in checks {
        let Check { name, state, severity, subject, what, fix } = check;
        match ui.format {
            Format::Human => {
                ui.answer(&format!("  {state:<8} {}: {what}", check.title()));
                if !fix.is_empty() {
                    ui.answer(&format!("           fix it: {fix}"));
                }
            }
            Format::Json => {
                let severity = severity.map(|severity| match severity {
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                });
                let fix = (!fix.is_empty()).then_some(fix);
                ui.answer_json(
                    "check",
                    json!({
                        "check": name, "state": state, "severity": severity,
                        "subject": subject, "what": what, "fix": fix,
                    }),
                );
            }
        }
    }
}
