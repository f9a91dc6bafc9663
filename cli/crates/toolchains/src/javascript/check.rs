//! Checking types with the project's own `tsc`, beside its build.
//!
//! It is done where the project has a `tsconfig.json` and TypeScript installed: by its own dependencies, which the build installs, or by
//! `npm install`. A build installs nothing only for that, so that it needs no network for a project that needs no packages.

use crate::javascript::NODE;
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{AbsPath, Discovery, Input, Invocation, Layout, ProbeResults, ReadList, Step, Target, WrittenFile};

use super::{FOLDER, run_by_us};
use crate::{
    package_json::Package,
    steps::{self, Run},
};

/// The script that checks.
const SCRIPT: &str = include_str!("../../support/javascript/check.mjs");

/// The steps that check the types of the project in `target` after `install`; none where nothing can check them.
pub(crate) fn check(
    target: &Target<'_>,
    package: &Package,
    install: Option<&Step>,
    probed: &ProbeResults,
    layout: &Layout,
) -> Result<Vec<Step>, Box<Diagnostic>> {
    if !package.checks_types {
        return Ok(Vec::new());
    }
    let work = layout.work(target.name);
    let (script, read) = (work.join("check.mjs"), work.join("types.d"));
    let runner = steps::write(
        format!("{}/check-runner", target.name),
        steps::component(target.name),
        "write the script that checks types",
        vec![WrittenFile::text(script.clone(), SCRIPT)],
    );
    let node = steps::found(probed, &NODE)?;
    let invocation = Invocation::new(&NODE, node, &target.dir).arg(&script).arg("--read").arg(&read);
    let mut inputs = vec![
        Input::Tree { dir: target.dir.clone(), except: &["node_modules", FOLDER] },
        // The declarations of its world, which version control ignores.
        Input::File(declarations(target)),
        Input::OptionalFile(target.dir.join("package-lock.json")),
    ];
    inputs.extend([&runner].into_iter().chain(install).flat_map(steps::outputs_of));
    let step = Run {
        id: format!("{}/types", target.name),
        subject: steps::component(target.name),
        title: "tsc",
        inputs,
        outputs: vec![read.clone()],
        versions: vec![node.says.clone()],
    }
    .step(run_by_us(invocation));
    let discovery =
        Some(Discovery { list: ReadList::DepInfo(read), except: vec![declarations(target).parent()], packages: None });
    Ok(vec![runner, Step { discovery, ..step }])
}

/// The list of the files that declare the world of `target`.
fn declarations(target: &Target<'_>) -> AbsPath {
    target.dir.join(FOLDER).join("bindings.txt")
}
