//! `conjoin explain build`: what a build would do, and why; and for what it would not do, what that was compared with.

use conjoin_engine::{Examined, Verdict, error_chain};
use conjoin_plan::{Selection, Subject};
use serde_json::json;

use crate::{
    app::load,
    exit::CommandError,
    pipeline::examine_app,
    settings::{ExplainSettings, Machine},
    ui::{Format, Ui},
};

/// Answers with a paragraph per component and composition, a line per step.
pub(crate) fn explain(ui: &mut Ui, machine: &Machine, settings: &ExplainSettings) -> Result<(), CommandError> {
    let app = load(&machine.surroundings, &settings.app, settings.profile)?;
    let components = settings.component.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let examined = examine_app(ui, machine, &app, &Selection { components, entry: None }, &settings.work)?;
    if ui.format == Format::Json {
        for step in &examined {
            ui.answer_json("explanation", row(step));
        }
        return Ok(());
    }
    let mut subjects: Vec<&Subject> = Vec::new();
    for step in &examined {
        if !subjects.contains(&&step.subject) {
            subjects.push(&step.subject);
        }
    }
    for subject in subjects {
        let steps: Vec<&Examined> = examined.iter().filter(|step| step.subject == *subject).collect();
        let done = steps.iter().all(|step| matches!(step.verdict, Verdict::UpToDate(_)));
        ui.answer(&format!("{}: {}", name(subject), if done { "up to date" } else { "to be built" }));
        for step in steps {
            ui.answer(&format!("  {}: {}", step.step, sentence(step)));
        }
    }
    Ok(())
}

fn name(subject: &Subject) -> String {
    match subject {
        Subject::Component(name) => name.to_string(),
        Subject::Bindings(name) => format!("bindings of {name}"),
        Subject::Composition(name) => format!("composition of {name}"),
        Subject::NativeCode(name) => format!("native code of {name}"),
        Subject::Installation(tool) => crate::tools::tool_name(*tool).to_owned(),
    }
}

fn sentence(step: &Examined) -> String {
    match &step.verdict {
        Verdict::ToDo(reasons) => {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            format!("{}, because {}", step.title, reasons.join("; "))
        }
        Verdict::After(steps) => {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            format!("depends on what becomes of {}", steps.join(", "))
        }
        Verdict::Unreadable(error) => format!("would fail: {}", error_chain(error)),
        Verdict::UpToDate(compared) => {
            let mut with = Vec::new();
            match (compared.declared, compared.discovered) {
                (0, 0) => {}
                (declared, 0) => with.push(files(declared)),
                (declared, more) => with.push(format!("{}, {more} more that its tool has read", files(declared))),
            }
            with.extend(compared.values.iter().cloned());
            with.extend(compared.versions.iter().cloned());
            with.push("its command".to_owned());
            let took = std::time::Duration::from_millis(compared.milliseconds).as_secs_f64();
            format!("as when it took {took:.1} s, compared with {}", with.join(", "))
        }
    }
}

fn files(number: usize) -> String {
    if number == 1 { "1 file".to_owned() } else { format!("{number} files") }
}

fn row(step: &Examined) -> serde_json::Value {
    let verdict = match &step.verdict {
        Verdict::UpToDate(compared) => json!({
            "verdict": "up-to-date", "files": compared.declared, "discovered-files": compared.discovered,
            "values": compared.values, "versions": compared.versions, "milliseconds": compared.milliseconds,
        }),
        Verdict::ToDo(reasons) => {
            let texts: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            json!({ "verdict": "to-do", "reasons": texts })
        }
        Verdict::After(steps) => {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            json!({ "verdict": "after", "steps": steps })
        }
        Verdict::Unreadable(error) => json!({ "verdict": "unreadable", "error": error_chain(error) }),
    };
    let mut row = json!({ "step": step.step.0, "subject": name(&step.subject), "title": step.title });
    if let (Some(row), serde_json::Value::Object(verdict)) = (row.as_object_mut(), verdict) {
        row.extend(verdict);
    }
    row
}
