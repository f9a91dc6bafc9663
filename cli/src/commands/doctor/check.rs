//! Checks of things other than tools that make builds fail. Each is a row of the answer.

use conjoin_diagnostics::Severity;
use serde_json::json;

use super::command::heading;
use crate::ui::{Format, Ui};

/// The result of one check.
pub(super) struct Check {
    /// The name of the check, e.g. `disk`. It is part of the JSON output.
    pub(super) name: &'static str,
    /// The result in one word, e.g. `ok`, `low`.
    pub(super) state: &'static str,
    /// The severity; `None` if there is no problem.
    pub(super) severity: Option<Severity>,
    /// What it is about: a folder, an address, a file.
    pub(super) subject: String,
    /// What was found.
    pub(super) what: String,
    /// The fix; empty if there is no problem.
    pub(super) fix: String,
}

impl Check {
    /// A check without a problem.
    pub(super) fn ok(name: &'static str, subject: impl Into<String>, what: impl Into<String>) -> Self {
        let (subject, what) = (subject.into(), what.into());
        Self { name, state: "ok", severity: None, subject, what, fix: String::new() }
    }

    /// The title of the check, for people.
    pub(super) fn title(&self) -> String {
        match self.name {
            "wit" => format!("the WIT in {}", self.subject),
            "disk" => format!("room in {}", self.subject),
            "command" => format!("the command {}", self.subject),
            "port" => format!("the address {}", self.subject),
            _ => self.subject.clone(),
        }
    }

    /// A check with a problem that may make builds fail.
    pub(super) fn warning(name: &'static str, state: &'static str, subject: String, what: String, fix: String) -> Self {
        Self { name, state, severity: Some(Severity::Warning), subject, what, fix }
    }
}

/// Prints the checks as part of the answer.
pub(super) fn show(ui: &mut Ui, checks: &[Check]) {
    heading(ui, "other checks");
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
