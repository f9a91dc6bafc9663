//! JavaScript and TypeScript on the engine QuickJS: esbuild makes one file of the sources, componentize-qjs a component of it.
//!
//! Both run in `support/quickjs/build.mjs`, which adds what a web page has and the engine lacks. Libraries are synchronous; a
//! handler of HTTP exports that of WASI 0.3. What was granted decides what the world imports beside what its author wrote, and a
//! component that was granted nothing imports nothing of WASI.

use std::sync::Arc;

use crate::javascript::language;
use crate::javascript::{NODE, NPM};
use crate::npm::COMPONENTIZE_QJS;
use conjoin_diagnostics::{Diagnostic, Source};
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Arg, Complaint, Finding, GenerateAction, Generator, Hint, Layout, ProbeResults, Profile, Project, Reading,
    Step, Takes, Target, Tool, Toolchain,
};
use conjoin_policy::{CLOCKS, InterfaceName, OUTBOUND_HTTP, Permission, RANDOM, STDIO};
use conjoin_wit::{Dialect, Wit, WitFile, missing_wasi, wasi_deps};

use crate::{
    javascript::{self, Componentize},
    package_json::{self, Package},
    projects, steps,
};

/// The script that builds, what it shares with that of the other engine, and the code that becomes part of components.
pub(crate) const SCRIPTS: &[(&str, &str)] = &[
    ("build.mjs", include_str!("../support/quickjs/build.mjs")),
    ("bundle.mjs", javascript::BUNDLE),
    ("values.js", include_str!("../support/quickjs/values.js")),
    ("globals/console.js", include_str!("../support/quickjs/globals/console.js")),
    ("globals/encoding.js", include_str!("../support/quickjs/globals/encoding.js")),
    ("globals/fetch.js", include_str!("../support/quickjs/globals/fetch.js")),
    ("globals/handler.js", include_str!("../support/quickjs/globals/handler.js")),
    ("globals/host.js", include_str!("../support/quickjs/globals/host.js")),
    ("globals/random.js", include_str!("../support/quickjs/globals/random.js")),
    ("globals/streams.js", include_str!("../support/quickjs/globals/streams.js")),
    ("globals/timers.js", include_str!("../support/quickjs/globals/timers.js")),
    ("globals/url.js", include_str!("../support/quickjs/globals/url.js")),
];

const HINTS: &[Hint] = &[
    javascript::NOT_INSTALLED,
    javascript::STALE_LOCK,
    javascript::NO_NETWORK,
    Hint { when: "\n    at <anonymous> (", say: javascript::TOO_EARLY },
];

/// componentize-qjs.
#[derive(Debug)]
pub(crate) struct QuickJs;

impl Toolchain for QuickJs {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_QUICKJS
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::JAVASCRIPT, &language::TYPESCRIPT] }
    }

    fn template(&self, language: Language) -> &'static str {
        language::template(language)
    }

    fn machinery(&self) -> &'static [&'static str] {
        language::MACHINERY
    }

    fn withheld(&self) -> &'static [(&'static str, &'static str)] {
        language::WITHHELD
    }

    fn offline(&self) -> &'static [(&'static str, &'static str)] {
        language::OFFLINE
    }

    fn requirements(&self) -> &'static [Tool] {
        const { &[&NODE, &NPM, &COMPONENTIZE_QJS] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
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
        let sources = sources(target.wit);
        let wit = conjoin_wit::parse(&sources, "").map_err(|mut found| Box::new(found.remove(0)))?;
        let gifts = Conveniences::of(target, &wit);
        let wit = gifts.added_to(target, &wit, &sources)?;
        // A world with other gifts is another one: the folder of its WIT and the keys are named by its digest.
        let digest = format!("{}{}", gifts.mark(), target.world_digest);
        let target = &Target { wit: &wit, world_digest: &digest, ..target.clone() };
        let (world, folder) = steps::write_bare_world(target, layout);
        let scripts = layout.work(target.name).join("quickjs");
        let runner = javascript::write_scripts(target, &scripts, SCRIPTS);
        let description = describe(target, &world, &folder, layout);
        let install = javascript::npm_ci(target, &package, probed)?;
        let types = javascript::check(target, &package, install.as_ref(), probed, layout)?;
        let inputs = [&runner, &world, &description].into_iter().chain(&install).flat_map(steps::outputs_of).collect();
        let described = layout.work(target.name).join("values").join(javascript::WORLD);
        let build = Componentize {
            tool: (&COMPONENTIZE_QJS, "componentize-qjs"),
            script: scripts.join("build.mjs"),
            package: &package,
            wit: folder,
            options: gifts.options(target.profile, &described),
            inputs,
        }
        .step(target, probed, layout)?;
        let artifact = steps::strip_artifact(target, build.outputs[0].clone(), layout);
        let steps = [Some(world), Some(runner), Some(description), install, Some(build), Some(artifact)];
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
        Takes { disk: 20, memory: 200 }
    }

    fn examines(&self, project: &Project) -> Vec<AbsPath> {
        projects::files_of_npm(project)
    }

    fn examine(&self, project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
        projects::examine_npm(project, probed)
    }
}

/// What of the host our own code may use in a component.
struct Conveniences {
    /// What of [`USED`] was granted.
    granted: Vec<&'static Permission>,
    calls: Calls,
}

/// The permissions that the engine or our own code makes use of.
const USED: [&Permission; 3] = [&STDIO, &CLOCKS, &RANDOM];

/// How the world's exports are called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    /// Each at once.
    Sync,
    /// Some wait.
    Async,
    /// They answer HTTP.
    Handler,
}

impl Conveniences {
    fn of(target: &Target<'_>, wit: &Wit) -> Self {
        let granted = USED.into_iter().filter(|permission| target.permissions.has(permission)).collect();
        let calls = if target.exports.iter().any(|name| name.without_version() == "wasi:http/handler") {
            Calls::Handler
        } else if wit.world(target.world).is_some_and(|world| world.has_async_functions()) {
            Calls::Async
        } else {
            Calls::Sync
        };
        Self { granted, calls }
    }

    /// The interfaces that our code imports.
    fn imports(&self) -> Vec<&'static str> {
        let mut imports = vec!["wasi:cli/stdout@0.2.12", "wasi:cli/stderr@0.2.12", "wasi:random/random@0.2.12"];
        if self.calls == Calls::Handler {
            imports.push("wasi:clocks/monotonic-clock@0.3.0");
        }
        imports.retain(|import| {
            InterfaceName::parse(import).is_ok_and(|name| self.granted.iter().any(|permission| permission.opens(&name)))
        });
        imports
    }

    /// Whether all that the engine itself imports can be replaced by functions that trap: the engine reads clocks and random
    /// numbers, and our code writes lines and answers requests.
    fn none(&self) -> bool {
        self.granted.is_empty() && self.calls == Calls::Sync
    }

    /// What the digest of the world begins with: the first letter of each granted permission.
    fn mark(&self) -> String {
        self.granted.iter().filter_map(|permission| permission.key.chars().next()).collect()
    }

    /// What the build script is told of them, of the profile and of the file that describes the world's values.
    fn options(&self, profile: Profile, described: &AbsPath) -> Vec<Arg> {
        let flags = [
            (self.calls == Calls::Handler, "--handler"),
            (self.calls == Calls::Sync, "--sync"),
            (self.none(), "--stub"),
            (profile == Profile::Release, "--small"),
        ];
        let mut options: Vec<Arg> = vec!["--described".into(), described.into()];
        options.extend(self.granted.iter().flat_map(|permission| ["--grant".into(), permission.key.into()]));
        options.extend(flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag.into()));
        options
    }

    /// The WIT of the world with these imports; `wit` is that of `sources`.
    fn added_to(
        &self,
        target: &Target<'_>,
        wit: &Wit,
        sources: &[Arc<Source>],
    ) -> Result<Vec<WitFile>, Box<Diagnostic>> {
        let mut imports = self.imports();
        imports.retain(|name| !target.imports.iter().any(|import| import.as_str() == *name));
        let changed = wit.with_imports(target.world, &imports);
        // WASI is that of conjoin, whole: what is imported now may need what the world did not reach before.
        let packages = conjoin_wit::packages(sources, "").into_iter();
        let own = packages.filter(|(package, _)| !package.starts_with("wasi:")).flat_map(|(_, files)| files);
        let mut sources: Vec<Arc<Source>> = own
            .map(|file| match &changed {
                Some((source, text)) if source.name == file.name => {
                    Arc::new(Source::new(file.name.clone(), text.clone()))
                }
                Some(_) | None => file,
            })
            .collect();
        sources.extend(self::sources(&wasi_deps(&missing_wasi(&sources, ""))));
        let wit = conjoin_wit::parse(&sources, "").map_err(|mut found| Box::new(found.remove(0)))?;
        Ok(wit.world(target.world).map_or_else(Vec::new, |world| world.render(&Dialect::default())))
    }
}

/// The files as what their parser reads.
fn sources(files: &[WitFile]) -> Vec<Arc<Source>> {
    let source = |file: &WitFile| Arc::new(Source::new(file.path.display().to_string(), file.text.as_str()));
    files.iter().map(source).collect()
}

/// Describes the values of the world for the code that converts them.
fn describe(target: &Target<'_>, world: &Step, wit: &AbsPath, layout: &Layout) -> Step {
    let into = layout.work(target.name).join("values");
    steps::generate(
        target,
        "values",
        "describe the values of the world",
        world,
        GenerateAction {
            generator: Generator::new(javascript::Values),
            wit: wit.clone(),
            world: target.world.to_owned(),
            list: into.join("list.txt"),
            into,
        },
    )
}

/// Finds what this engine cannot do before it fails without saying so.
fn check(target: &Target<'_>) -> Result<(), Box<Diagnostic>> {
    let wrong = |code: &'static str, message: String| Diagnostic::error(code, message);
    if let Some(handler) = target.exports.iter().find(|name| name.without_version() == "wasi:http/incoming-handler") {
        return Err(Box::new(wrong("quickjs::http-0-2", format!("QuickJS cannot answer HTTP by `{handler}`")).hint(
            format!("let the world `{}` export `wasi:http/handler@0.3.0`; the code can stay as it is", target.world),
        )));
    }
    if target.permissions.has(&OUTBOUND_HTTP) {
        return Err(Box::new(
            wrong(
                "quickjs::outbound-http",
                format!("component `{}` may send HTTP requests, which it cannot on QuickJS", target.name),
            )
            .note("conjoin has no `fetch()` for this engine")
            .hint(format!(
                "write `engine = \"starling\"` in `[component.{}]`, or remove `{}` from its permissions",
                target.name, OUTBOUND_HTTP.key
            )),
        ));
    }
    Ok(())
}
