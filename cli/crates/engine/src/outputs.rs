//! The outputs of a step.

use conjoin_plan::{AbsPath, Action, Step};

/// All files that a step writes, including those that only its action names.
pub(crate) fn outputs_of(step: &Step) -> Vec<AbsPath> {
    let mut outputs = step.outputs.clone();
    let more: Vec<&AbsPath> = match &step.action {
        Action::Run(_) => Vec::new(),
        Action::Write(files) => files.iter().map(|file| &file.path).collect(),
        Action::WriteWorld(world) => world.files.iter().map(|file| &file.path).collect(),
        Action::Copy(copy) | Action::Strip(copy) => vec![&copy.to],
        Action::Generate(generate) => vec![&generate.list],
        Action::Encode(encode) => vec![&encode.output],
        Action::Compose(compose) => vec![&compose.output],
        Action::Prove(prove) => vec![&prove.output],
        Action::Precompile(precompile) => vec![&precompile.output],
    };
    for output in more {
        if !outputs.contains(output) {
            outputs.push(output.clone());
        }
    }
    outputs
}
