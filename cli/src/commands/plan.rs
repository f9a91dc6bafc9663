//! `conjoin plan`: every step, and nothing done.

use conjoin_plan::{Action, Extent, Failures, Plan, Selection, Step};
use serde_json::json;

use crate::{
    app::load,
    exit::CommandError,
    pipeline,
    settings::{Machine, PlanSettings},
    tools,
    ui::{Format, Ui, quote_path},
};

/// Prints the installation of what is lacking, or else the build, as commands to paste.
pub(crate) fn plan(ui: &mut Ui, machine: &Machine, settings: &PlanSettings) -> Result<(), CommandError> {
    let app = load(&machine.surroundings, &settings.app, settings.profile)?;
    let components = settings.components.iter().map(|name| app.component(name)).collect::<Result<Vec<_>, _>>()?;
    let selection = Selection { components, entry: None };
    let needed = pipeline::tools_of(&app, &selection)?;
    let installation =
        tools::plan_installation(machine, &app.layout, &needed, &Failures::new()).map_err(CommandError::environment)?;
    if let Some(installation) = installation {
        ui.status("Missing", "tools; these steps install them, and the plan of the build follows once they are there");
        print(ui, &installation.plan);
        return Ok(());
    }
    print(ui, &pipeline::plan_with(machine, &app, &needed, &selection, Extent::Everything)?);
    Ok(())
}

/// Prints the steps in their order.
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

/// The step as lines for a POSIX shell; what conjoin does itself is a comment.
fn commands(step: &Step) -> String {
    match &step.action {
        Action::Run(invocation) => invocation.to_string(),
        Action::Write(files) => {
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
