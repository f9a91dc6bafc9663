//! A component that a command of the user's makes: any other language.
//!
//! The command finds its world in `CONJOIN_WIT` (a folder) and `CONJOIN_WORLD`, and the profile in `CONJOIN_PROFILE`. What it makes
//! is a component or a core module, from which conjoin makes one. What conjoin cannot know of the command, its version and what it
//! reads, is the program's contents and the files that the manifest lists.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::CustomBuild;
use conjoin_plan::{
    AbsPath, FoundIn, FoundTool, Input, Invocation, Keep, Layout, Locate, Made, ProbeResults, Step, Target, ToolSpec,
    names_file,
};

use crate::steps::{self, Run};

/// A program that the user's manifest names.
static CUSTOM: ToolSpec = ToolSpec { locate: Locate::Named, ..ToolSpec::new("custom", "a program of the app") };

/// The steps from the command's inputs to the component.
pub(crate) fn steps(
    target: &Target<'_>,
    build: &CustomBuild,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Vec<Step>, Box<Diagnostic>> {
    let (program, args) = build.command.split_first().ok_or_else(|| Box::new(no_program(target, "")))?;
    let own = names_file(program).then(|| target.dir.join(program.trim_start_matches("./")));
    let found = match &own {
        Some(path) => script(path.clone()),
        None => probed.programs.get(program).cloned().ok_or_else(|| Box::new(no_program(target, program)))?,
    };
    let (world, wit) = steps::write_bare_world(target, layout);
    let output = target.dir.join(build.output.value.as_path());
    let invocation = Invocation::new(&CUSTOM, &found, &target.dir)
        .args(args.iter().map(String::as_str))
        .env("CONJOIN_WIT", &wit)
        .env("CONJOIN_WORLD", target.world)
        .env("CONJOIN_PROFILE", target.profile.to_string());
    let mut inputs = files(target, build, &output);
    inputs.extend(own.map(Input::File));
    inputs.extend(steps::outputs_of(&world));
    inputs.push(steps::world_value(target));
    let run = Run {
        id: format!("{}/build", target.name),
        subject: steps::component(target.name),
        title: "build",
        inputs,
        outputs: vec![output],
        versions: Some(found.says.clone()).filter(|says| !says.is_empty()).into_iter().collect(),
    };
    let run = Step { keep: Keep::Stored, ..run.step(invocation) };
    let encode = steps::encode(target, wit, Made::Either, &run, layout);
    Ok(vec![world, run, encode])
}

/// The files that the manifest lists, but for what the command makes.
///
/// What leads out of the component's folder is looked for in the folder that it names: of one file that is the file itself, so that
/// all that lies beside it need not be looked at.
fn files(target: &Target<'_>, build: &CustomBuild, output: &AbsPath) -> Vec<Input> {
    let mut globs: BTreeMap<AbsPath, Vec<String>> = BTreeMap::new();
    let mut inputs = Vec::new();
    for pattern in build.inputs.iter().map(|glob| glob.value.as_str()) {
        let wild = pattern.find(['*', '?', '[', '{']);
        let name = pattern[..wild.unwrap_or(pattern.len())].rfind('/').map_or(0, |slash| slash + 1);
        let (folder, glob) = pattern.split_at(name);
        let folder = target.dir.join(folder).normal();
        match folder.as_path().strip_prefix(target.dir.as_path()) {
            Ok(below) if glob != ".." => {
                globs.entry(target.dir.clone()).or_default().push(below.join(glob).display().to_string());
            }
            _ if wild.is_none() => inputs.push(Input::File(folder.join(glob).normal())),
            _ => globs.entry(folder).or_default().push(glob.to_owned()),
        }
    }
    let globs = globs.into_iter().map(|(dir, globs)| {
        let except = vec![output.clone()];
        Input::Globs { dir, globs, except, without: &[], must_match: true }
    });
    inputs.extend(globs);
    inputs
}

/// A program of the project is an input, so it needs no version.
fn script(path: AbsPath) -> FoundTool {
    FoundTool { path, version: (0, 0, 0), says: String::new(), found_in: FoundIn::Path }
}

fn no_program(target: &Target<'_>, program: &str) -> Diagnostic {
    Diagnostic::error(
        "custom::no-program",
        format!("component `{}` is built by `{program}`, which is not on PATH", target.name),
    )
    .hint("install it, or name a file of the component's folder with a path: `command = [\"./build.sh\"]`")
}
