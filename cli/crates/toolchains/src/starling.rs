//! JavaScript and TypeScript on the engine StarlingMonkey: esbuild makes one file of the sources, componentize-js a component of it.
//!
//! Both run in `support/starling/build.mjs`. The entry is the first that exists of `src/index.ts`, `src/index.js`, `index.ts` and
//! `index.js`, otherwise what `package.json` calls `main`. Types are checked beside
//! that, by the project's own `tsc` where it is installed.

use crate::javascript::language;
use crate::javascript::{NODE, NPM};
use crate::npm::COMPONENTIZE_JS;
use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Complaint, Finding, Hint, Layout, ProbeResults, Profile, Project, Reading, Step, Takes, Target, Tool,
    Toolchain,
};
use conjoin_policy::{CLOCKS, OUTBOUND_HTTP, RANDOM, STDIO};
use conjoin_wit::Dialect;

use crate::{
    javascript::{self, Componentize},
    package_json::{self, Package},
    projects, steps,
};

/// The patch version of WASI 0.2 that this componentize-js speaks: with any other, it does not find the handler.
pub(crate) const WASI: &str = "0.2.10";

/// The script that builds, and what it shares with that of the other engine.
pub(crate) const SCRIPTS: &[(&str, &str)] =
    &[("build.mjs", include_str!("../support/starling/build.mjs")), ("bundle.mjs", javascript::BUNDLE)];

const HINTS: &[Hint] = &[
    javascript::NOT_INSTALLED,
    javascript::STALE_LOCK,
    javascript::NO_NETWORK,
    Hint {
        when: "No such file or directory (os error 44)",
        say: "The JavaScript toolchain in conjoin's cache is damaged: remove its folder, and `conjoin doctor --fix` installs it anew.",
    },
    Hint { when: "is called at the top of a file", say: javascript::TOO_EARLY },
    Hint { when: "Exception while evaluating top-level script", say: javascript::TOO_EARLY },
];

/// componentize-js.
#[derive(Debug)]
pub(crate) struct Starling;

impl Toolchain for Starling {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_STARLING
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::JAVASCRIPT, &language::TYPESCRIPT] }
    }

    fn template(&self, language: Language) -> &'static str {
        language::template(language)
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY_OF_STARLING
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn offline(&self) -> &'static [(&'static str, &'static str)] {
        language::OFFLINE
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&NODE, &NPM, &COMPONENTIZE_JS] }
    }

    fn dialect(&self) -> Dialect {
        Dialect { wasi_0_2: Some(WASI) }
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        package_json::reads(dir)
    }

    fn bindings(&self, target: &Target<'_>, _: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        Ok(javascript::bindings(target, layout))
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        check(target)?;
        let package = Package::read(target, probed, layout)?;
        let (world, wit) = steps::write_bare_world(target, layout);
        let scripts = layout.work(target.name).join("starling");
        let runner = javascript::write_scripts(target, &scripts, SCRIPTS);
        let install = javascript::npm_ci(target, &package, probed)?;
        let types = javascript::check(target, &package, install.as_ref(), probed, layout)?;
        let inputs = [&runner, &world].into_iter().chain(&install).flat_map(steps::outputs_of).collect();
        let mut options = vec!["--wasi", WASI];
        options.extend(disabled_features(target).into_iter().flat_map(|feature| ["--disable", feature]));
        let build = Componentize {
            tool: (&COMPONENTIZE_JS, "componentize-js"),
            script: scripts.join("build.mjs"),
            package: &package,
            wit,
            options: options.into_iter().map(Into::into).collect(),
            inputs,
        }
        .step(target, probed, layout)?;
        let artifact = steps::strip_artifact(target, build.outputs[0].clone(), layout);
        let steps = [Some(world), Some(runner), install, Some(build), Some(artifact)];
        Ok(steps.into_iter().flatten().chain(types).collect())
    }

    fn findings(&self, output: &str) -> Reading {
        javascript::messages::findings(output)
    }

    fn warnings(&self, output: &str) -> Vec<Finding> {
        javascript::messages::warnings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn varies(&self, _: Profile) -> Option<&'static str> {
        Some("the snapshot of its memory is another one each time")
    }

    fn takes(&self) -> Takes {
        Takes { disk: 60, memory: 750 }
    }

    fn examines(&self, project: &Project) -> Vec<AbsPath> {
        projects::files_of_npm(project)
    }

    fn examine(&self, project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
        projects::examine_npm(project, probed)
    }
}

/// What the engine can do without, so that the component imports no more than it was granted.
fn disabled_features(target: &Target<'_>) -> Vec<&'static str> {
    let answers_http = answers_http(target);
    let features = [
        ("stdio", target.permissions.has(&STDIO)),
        ("random", target.permissions.has(&RANDOM)),
        // The event loop behind a handler reads the monotonic clock: without it every request would trap.
        ("clocks", target.permissions.has(&CLOCKS) || answers_http),
        ("http", target.permissions.has(&OUTBOUND_HTTP)),
        ("fetch-event", answers_http),
    ];
    features.into_iter().filter(|(_, wanted)| !wanted).map(|(name, _)| name).collect()
}

fn answers_http(target: &Target<'_>) -> bool {
    target.exports.iter().any(|name| name.without_version() == "wasi:http/incoming-handler")
}

/// Finds what this engine cannot do before it fails without saying so.
fn check(target: &Target<'_>) -> Result<(), Box<Diagnostic>> {
    if let Some(handler) = target.exports.iter().find(|name| name.without_version() == "wasi:http/handler") {
        return Err(Box::new(
            Diagnostic::error("starling::http-0-3", format!("StarlingMonkey cannot answer HTTP by `{handler}`"))
                .hint(format!("let the world `{}` export `wasi:http/incoming-handler@0.2.12`", target.world)),
        ));
    }
    if answers_http(target) && !target.permissions.has(&CLOCKS) {
        return Err(Box::new(
            Diagnostic::error(
                "starling::clocks",
                format!("component `{}` has no permission to read clocks", target.name),
            )
            .note("it answers HTTP on StarlingMonkey, whose event loop reads the monotonic clock before each request")
            .hint(format!("write `{}` in `[component.{}]`", CLOCKS.line(None), target.name)),
        ));
    }
    Ok(())
}
