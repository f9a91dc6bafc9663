//! `conjoin plan`: prints every step and runs nothing.

use conjoin_plan::{Action, Extent, Failures, Plan, Selection, Step, WorldAction, build, missing_tools};
use serde_json::json;

use crate::{
    app::load,
    exit::CommandError,
    install::plan_installation,
    session::Session,
    settings::PlanSettings,
    ui::{Format, Ui, quote_path},
};

/// Prints the steps that install missing tools, or else those of the build, as commands to paste.
pub(crate) fn plan(session: &mut Session<'_>, settings: &PlanSettings) -> Result<(), CommandError> {
    let app = load(&session.machine.process, &settings.app, settings.profile)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    let request = session.requirements(&app, &selection)?;
    let probed = session.probe(&app.layout, &request);
    let absent = missing_tools(&request.tools, &probed);
    if absent.is_empty() {
        let plan = build(&app.model(&session.toolchains), &probed, &selection, Extent::Everything);
        print(session.ui, &plan.map_err(CommandError::project)?);
        return Ok(());
    }
    let installation = plan_installation(session, &app.layout, &absent, &Failures::new());
    let installation = installation.map_err(CommandError::environment)?;
    session
        .ui
        .status("Missing", "tools; these steps install them, and the plan of the build follows once they are there");
    print(session.ui, &installation.plan);
    Ok(())
}

/// Prints the steps in order.
pub(crate) fn print(ui: &mut Ui, plan: &Plan) {
    for (index, step) in plan.steps().iter().enumerate() {
        let after: Vec<&str> =
            plan.dependencies(index).iter().map(|before| plan.steps()[*before].id.0.as_str()).collect();
        match ui.format {
            Format::Human => ui.answer(&format!("# {}: {}\n{}\n", step.id, step.title, commands(step))),
            Format::Json => ui.answer_json(
                "step",
                json!({
                    "step": step.id.0, "title": step.title, "after": after, "command": commands(step),
                    "outputs": step.outputs.iter().map(ToString::to_string).collect::<Vec<_>>(),
                }),
            ),
        }
    }
}

/// The step as lines for a POSIX shell. Work that conjoin does itself is a comment.
fn commands(step: &Step) -> String {
    match &step.action {
        Action::Run(invocation) => invocation.to_string(),
        Action::Write(files) | Action::WriteWorld(WorldAction { files, .. }) => {
            let lines: Vec<_> = files
                .iter()
                .map(|file| format!("# conjoin writes {} ({} bytes)", file.path, file.contents.len()))
                .collect();
            lines.join("\n")
        }
        Action::Copy(copy) => format!("cp {} {}", quote_path(&copy.from), quote_path(&copy.to)),
        Action::Strip(copy) => {
            format!("# conjoin copies {} to {}, without names and debug information", copy.from, copy.to)
        }
        Action::Generate(generate) => {
            format!(
                "# conjoin writes bindings of the world `{}` in {} to {}",
                generate.world, generate.wit, generate.into
            )
        }
        Action::Encode(encode) => format!(
            "# conjoin makes the component {} of the world `{}` in {} from the core module {}",
            encode.output, encode.world, encode.wit, encode.module
        ),
        Action::Compose(compose) => {
            let parts: Vec<_> = compose.components.values().map(ToString::to_string).collect();
            format!("# conjoin composes {} from {}", compose.output, parts.join(", "))
        }
        Action::Precompile(precompile) => {
            format!("# conjoin compiles {} to native code, into {}", precompile.component, precompile.into)
        }
        Action::Prove(prove) => format!("# conjoin runs {} to prove that it works", prove.component),
    }
}
