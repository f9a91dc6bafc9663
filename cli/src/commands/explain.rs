//! `conjoin explain build`: what a build would do and why, and on request what up-to-date steps were compared with.

use conjoin_engine::{DirtyReason, Examined, Verdict, error_chain};
use conjoin_plan::{Extent, Selection, Subject};
use serde_json::json;

use crate::{
    app::load,
    build::examine_app,
    exit::CommandError,
    session::{Goal, Session},
    settings::ExplainSettings,
    ui::{Format, Verbosity},
};

/// Prints a paragraph for each component and composition that would be built, with a line per step that would run, and
/// then a line for each of the others. For one component, or with `-v`, it prints all steps.
pub(crate) fn explain(session: &mut Session<'_>, settings: &ExplainSettings) -> Result<(), CommandError> {
    let app = load(&session.machine.process, &settings.app, settings.profile)?;
    let components = settings.component.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    let examined =
        examine_app(session, &app, Goal { selection: &selection, extent: Extent::Everything, work: &settings.work })?;
    if session.ui.format == Format::Json {
        for step in &examined {
            session.ui.answer_json("explanation", row(step));
        }
        return Ok(());
    }
    let all = settings.component.is_some() || session.ui.verbosity == Verbosity::Verbose;
    let (done, to_do): (Vec<&Subject>, Vec<&Subject>) = subjects(&examined)
        .into_iter()
        .partition(|subject| examined.iter().filter(|step| step.subject == **subject).all(is_done));
    for (subjects, state) in [(to_do, "to be built"), (done, "up to date")] {
        for subject in subjects {
            session.ui.answer(&format!("{subject}: {state}"));
            for step in examined.iter().filter(|step| step.subject == *subject && (all || !is_done(step))) {
                session.ui.answer(&format!("  {}: {}", step.step, sentence(step)));
            }
        }
    }
    Ok(())
}

/// The subjects of the steps, in order.
fn subjects(examined: &[Examined]) -> Vec<&Subject> {
    let mut subjects: Vec<&Subject> = Vec::new();
    for step in examined {
        if !subjects.contains(&&step.subject) {
            subjects.push(&step.subject);
        }
    }
    subjects
}

fn is_done(step: &Examined) -> bool {
    matches!(step.verdict, Verdict::UpToDate(_))
}

fn sentence(step: &Examined) -> String {
    match &step.verdict {
        Verdict::ToDo(reasons) => {
            format!("{}, because {}", step.title, DirtyReason::in_words(reasons))
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
    let mut row = json!({ "step": step.step.0, "subject": step.subject.to_string(), "title": step.title });
    if let (Some(row), serde_json::Value::Object(verdict)) = (row.as_object_mut(), verdict) {
        row.extend(verdict);
    }
    row
}
