//! What of a Go module, and of the folders that stand in for modules it requires, counts as read.
//!
//! Which files a build reads is what `go list` says after it. A source more can change that, ignored by version control or not.

use conjoin_plan::{AbsPath, Discovery, HiddenFiles, Input, Invocation, ReadList};

use crate::go_mod::Module;

/// The folder of bindings in a component.
pub(crate) const BINDINGS: &str = "bindings";

/// The inputs of a build of the module in `dir`.
pub(crate) fn inputs(dir: &AbsPath, module: &Module) -> Vec<Input> {
    let own = [(dir, &[BINDINGS][..])].into_iter();
    own.chain(module.folders.iter().map(|folder| (folder, &[][..]))).flat_map(|(dir, except)| of(dir, except)).collect()
}

fn of(dir: &AbsPath, except: &'static [&'static str]) -> Vec<Input> {
    let sources = &["**/*.{go,s,syso}"];
    let mut inputs = vec![Input::Names { dir: dir.clone(), globs: sources, except, unseen: HiddenFiles::Count }];
    inputs.extend(["go.mod", "go.sum", "vendor/modules.txt"].map(|name| Input::OptionalFile(dir.join(name))));
    inputs
}

/// What a build in `dir` has read, as `list` prints it: `go list` or its like, to which its arguments are added.
pub(crate) fn discovery(list: Invocation, dir: &AbsPath) -> Discovery {
    Discovery {
        list: ReadList::GoList(Box::new(list.args(["-deps", "-json", "."]))),
        // The digest of the world, or the list of the bindings, stands for them.
        except: vec![dir.join(BINDINGS)],
        packages: None,
    }
}
