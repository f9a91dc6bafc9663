//! What both engines for JavaScript and TypeScript have in common: how WIT looks from JavaScript.
//!
//! | file | what it holds |
//! |---|---|
//! | `names` | how names of WIT are written in JavaScript, and by which names its interfaces are imported |
//! | `declarations` | a world as declarations for TypeScript |
//! | `types` | a type of WIT as a type of TypeScript |
//!
//! Nothing here knows an engine.

mod declarations;
mod names;
mod types;

use conjoin_plan::{Action, GenerateAction, Generator, Keep, Layout, Step, StepId, Target};
use wit_parser::{Resolve, WorldId};

use crate::{GeneratedFile, steps};

/// The folder in a component for what is generated of its world.
pub(crate) const FOLDER: &str = "bindings";

/// The steps that write the declarations of the world into the component's folder. A build does not need them.
pub(crate) fn bindings(target: &Target<'_>, layout: &Layout) -> Vec<Step> {
    let (world, wit) = steps::write_described_world(target, layout);
    let into = target.dir.join(FOLDER);
    let action = GenerateAction {
        generator: Generator::TypeScript,
        wit,
        world: target.world.to_owned(),
        list: into.join("bindings.txt"),
        into,
    };
    let declarations = Step {
        id: StepId(format!("{}/bindings", target.name)),
        subject: steps::component(target.name),
        title: "declare the types of the world".to_owned(),
        inputs: steps::outputs_of(&world).collect(),
        outputs: vec![action.list.clone()],
        action: Action::Generate(action),
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    };
    vec![world, declarations]
}

/// What an editor and `tsc` need to know the types of a world. The folder hides itself from version control.
pub(crate) fn declaration_files(resolve: &Resolve, world: WorldId) -> Vec<GeneratedFile> {
    let file = |path: &str, text: String| GeneratedFile { path: path.to_owned(), text };
    vec![file(".gitignore", "*\n".to_owned()), file("wit.d.ts", declarations::declarations(resolve, world))]
}
