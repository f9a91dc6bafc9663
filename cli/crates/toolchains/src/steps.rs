//! The shapes of steps that several toolchains share.
//!
//! Nothing here knows a language.

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::ComponentName;
use conjoin_plan::{
    AbsPath, Action, CopyAction, EncodeAction, Expectation, FoundTool, GenerateAction, Hint, Input, Invocation, Keep,
    Layout, Made, ProbeResults, Profile, ProveAction, Step, StepId, Subject, Target, Tool, WorldAction, WrittenFile,
};

/// For a compiler that fills the disk.
pub(crate) const DISK_FULL: Hint = Hint {
    when: "no space left on device",
    say: "There is no room left on the disk: `conjoin clean` removes what can be built again.",
};

/// Why components with debug information differ from folder to folder.
pub(crate) const HOLDS_PATHS: &str = "its debug information holds the path of the folder, which `--release` leaves out";

/// The tool among the probe results. The plan asks toolchains only when all they require is there, so a missing one is a bug.
pub(crate) fn found(probed: &ProbeResults, tool: Tool) -> Result<&FoundTool, Box<Diagnostic>> {
    probed.tool(tool).ok_or_else(|| {
        Box::new(
            Diagnostic::error("toolchain::missing-tool", format!("{tool} is needed, but was not found"))
                .hint("`conjoin doctor` shows which tools this app needs and how to get them"),
        )
    })
}

/// What a step that runs a program is, beside the program.
pub(crate) struct Run<'a> {
    pub(crate) id: String,
    pub(crate) subject: Subject,
    pub(crate) title: &'a str,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<AbsPath>,
    pub(crate) versions: Vec<String>,
}

impl Run<'_> {
    /// The step that runs `invocation`; its outputs are kept where they are.
    pub(crate) fn step(self, invocation: Invocation) -> Step {
        Step {
            id: StepId(self.id),
            subject: self.subject,
            title: self.title.to_owned(),
            action: Action::Run(invocation),
            inputs: self.inputs,
            outputs: self.outputs,
            versions: self.versions,
            discovery: None,
            keep: Keep::InPlace,
        }
    }
}

/// A step that writes `files`.
pub(crate) fn write(id: String, subject: Subject, title: &str, files: Vec<WrittenFile>) -> Step {
    let outputs = files.iter().map(|file| file.path.clone()).collect();
    Step {
        id: StepId(id),
        subject,
        title: title.to_owned(),
        action: Action::Write(files),
        inputs: vec![],
        outputs,
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

/// A step that copies a file.
pub(crate) fn copy(id: String, subject: Subject, title: &str, from: AbsPath, to: AbsPath) -> Step {
    Step {
        id: StepId(id),
        subject,
        title: title.to_owned(),
        inputs: vec![Input::File(from.clone())],
        outputs: vec![to.clone()],
        action: Action::Copy(CopyAction { from, to }),
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

/// A step that puts `made`, a file in the folder that the tool works in, where artifacts lie.
pub(crate) fn copy_artifact(target: &Target<'_>, made: AbsPath, layout: &Layout) -> Step {
    let subject = component(target.name);
    copy(format!("{}/artifact", target.name), subject, "copy the component", made, layout.artifact(target.name))
}

/// The same for a tool that cannot leave out names and debug information: when the component is to be shipped, conjoin does.
pub(crate) fn strip_artifact(target: &Target<'_>, made: AbsPath, layout: &Layout) -> Step {
    let mut step = copy_artifact(target, made, layout);
    if let (Profile::Release, Action::Copy(copy)) = (target.profile, &step.action) {
        step.action = Action::Strip(copy.clone());
        "leave out names".clone_into(&mut step.title);
    }
    step
}

/// A step that writes what is generated of the world that `world` has written; `id` is the last word of its name.
pub(crate) fn generate(target: &Target<'_>, id: &str, title: &str, world: &Step, action: GenerateAction) -> Step {
    Step {
        id: StepId(format!("{}/{id}", target.name)),
        subject: component(target.name),
        title: title.to_owned(),
        inputs: outputs_of(world).collect(),
        outputs: vec![action.list.clone()],
        action: Action::Generate(action),
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

/// A step that makes a component of what `compile` has written.
pub(crate) fn encode(target: &Target<'_>, wit: AbsPath, made: Made, compile: &Step, layout: &Layout) -> Step {
    let output = layout.artifact(target.name);
    let mut inputs: Vec<Input> = outputs_of(compile).collect();
    inputs.push(world_value(target));
    Step {
        id: StepId(format!("{}/encode", target.name)),
        subject: component(target.name),
        title: "make it a component".to_owned(),
        action: Action::Encode(EncodeAction {
            module: compile.outputs[0].clone(),
            wit,
            world: target.world.to_owned(),
            made,
            strip: false,
            output: output.clone(),
        }),
        inputs,
        outputs: vec![output],
        versions: vec![],
        discovery: None,
        keep: Keep::Stored,
    }
}

/// A step that runs `component` and expects something of it; `output` is written when it did.
pub(crate) fn prove(id: String, tool: Tool, component: AbsPath, expectation: Expectation, output: AbsPath) -> Step {
    Step {
        id: StepId(id),
        subject: Subject::Installation(tool),
        title: "prove that it works".to_owned(),
        inputs: vec![Input::File(component.clone())],
        action: Action::Prove(ProveAction { component, expectation, output: output.clone() }),
        outputs: vec![output],
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

/// The steps that make a component of the module of `link`, which says hello, and run it.
pub(crate) fn prove_module((name, tool): (&str, Tool), link: &Step, wit: AbsPath) -> [Step; 2] {
    let module = link.outputs[0].clone();
    let component = module.parent().join("hello.wasm");
    let encode = Step {
        id: StepId(format!("{name}/encode")),
        subject: link.subject.clone(),
        title: "make it a component".to_owned(),
        inputs: outputs_of(link).collect(),
        outputs: vec![component.clone()],
        action: Action::Encode(EncodeAction {
            module,
            wit,
            world: "hello".to_owned(),
            made: Made::Either,
            strip: false,
            output: component.clone(),
        }),
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    };
    let proven = component.parent().join("proven");
    let hello = Expectation::Hello("hello".to_owned());
    let prove = prove(format!("{name}/prove"), tool, component, hello, proven);
    [encode, prove]
}

/// The folder of the recipe that has installed `found`, whose path in that folder is `below`.
pub(crate) fn recipe_of(found: &FoundTool, below: &str) -> AbsPath {
    below.split('/').fold(found.path.clone(), |path, _| path.parent())
}

/// What a step needs that comes after `step`.
pub(crate) fn after(step: &Step) -> Input {
    Input::Step(step.id.clone())
}

/// The step that says that everything before it has succeeded: only then is an installation found.
pub(crate) fn complete(name: &str, tool: Tool, root: &AbsPath, last: &Step) -> Step {
    let file = WrittenFile::text(root.join("complete"), "complete\n");
    let mut step =
        write(format!("{name}/complete"), Subject::Installation(tool), "note that it is complete", vec![file]);
    step.inputs = vec![after(last)];
    step
}

/// The subject of the steps that build `name`.
pub(crate) fn component(name: &ComponentName) -> Subject {
    Subject::Component(name.clone())
}

/// Writes the world of `target` where its toolchain can read it; gives the step and the folder.
///
/// The folder is named by the world's digest, because files of an older world beside those of the new one would be read as well.
pub(crate) fn write_world(target: &Target<'_>, layout: &Layout) -> (Step, AbsPath) {
    write_world_as(target, "wit", &layout.wit(target.name), str::to_owned)
}

/// The same in a folder of its own, for an editor, where the toolchain has its world without comments.
pub(crate) fn write_described_world(target: &Target<'_>, layout: &Layout) -> (Step, AbsPath) {
    write_world_as(target, "described-wit", &layout.work(target.name).join("described-wit"), str::to_owned)
}

/// The same without comments, for toolchains whose results do not depend on them: a comment in the shared WIT must not build
/// anything anew.
pub(crate) fn write_bare_world(target: &Target<'_>, layout: &Layout) -> (Step, AbsPath) {
    write_world_as(target, "wit", &layout.wit(target.name), |text| {
        let lines = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("//"));
        lines.collect()
    })
}

fn write_world_as(target: &Target<'_>, id: &str, into: &AbsPath, form: impl Fn(&str) -> String) -> (Step, AbsPath) {
    let digest: String = target.world_digest.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let folder = into.join(digest);
    let files = target.wit.iter().map(|file| WrittenFile::text(folder.join(&file.path), form(&file.text))).collect();
    let mut step = write(format!("{}/{id}", target.name), component(target.name), "write the world", files);
    if let Action::Write(files) = step.action {
        step.action = Action::WriteWorld(WorldAction { folder: folder.clone(), files });
    }
    (step, folder)
}

/// The files that `step` writes, as inputs of another.
pub(crate) fn outputs_of(step: &Step) -> impl Iterator<Item = Input> + '_ {
    step.outputs.iter().cloned().map(Input::File)
}

/// What stands for the world of `target` in a key.
pub(crate) fn world_value(target: &Target<'_>) -> Input {
    Input::value(format!("world {}", target.world), target.world_text)
}
