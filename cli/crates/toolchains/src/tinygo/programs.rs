//! How `go` and the programs that it has built are run.

use crate::system::RM;
use crate::tinygo::GO_FOR_TINYGO;
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{AbsPath, FoundIn, FoundTool, Invocation, ProbeResults, Step, Subject, Tool, Version};

use crate::steps::{self, Run};

/// `go` in the folder of a module, with its modules below `modules` so that they can go afterwards.
///
/// The build cache and the proxy are the user's.
pub(super) fn go(probed: &ProbeResults, module: &AbsPath, modules: &AbsPath) -> Result<Invocation, Box<Diagnostic>> {
    Ok(Invocation::new(&GO_FOR_TINYGO, steps::found(probed, &GO_FOR_TINYGO)?, module)
        .env("GOMODCACHE", modules)
        // Without the first, `rm` could not remove the modules; without the second, a repository around the cache folder would
        // get into the program.
        .env("GOFLAGS", "-modcacherw -buildvcs=false")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env("GO111MODULE", "on"))
}

/// A program that the steps before have built.
pub(super) fn built(path: &AbsPath, version: Version) -> FoundTool {
    FoundTool { path: path.clone(), version, says: String::new(), found_in: FoundIn::Cache }
}

/// A step that removes the modules of an earlier attempt, which comes after the one that writes `go.mod`.
///
/// That attempt may have been killed while it removed them, and Go trusts a module of which half is gone.
pub(super) fn forget(
    name: &str,
    tool: Tool,
    modules: &AbsPath,
    (probed, write): (&ProbeResults, &Step),
) -> Result<Step, Box<Diagnostic>> {
    let rm = Invocation::new(&RM, steps::found(probed, &RM)?, &write.outputs[0].parent());
    let run = Run {
        id: format!("{name}/forget"),
        subject: Subject::Installation(tool),
        title: "forget modules of an earlier attempt",
        inputs: steps::outputs_of(write).collect(),
        outputs: vec![],
        versions: vec![],
    };
    Ok(run.step(rm.args(["-rf", "--"]).arg(modules)))
}
