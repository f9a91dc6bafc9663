//! Python components: componentize-py puts the modules and an interpreter into a component.
//!
//! It runs in `support/python/build.py`. The entry is the module `app.py`; packages of others are taken from the folder `vendor`
//! (`pip install --target vendor NAME`), never from the machine. A component holds the modules that were imported when it was
//! built, so imports belong at the top of a file.
//!
//! Bindings for editors go to the project's folder `bindings`, which no build reads. A component that exports
//! `wasi:http/incoming-handler` also gets the module `conjoin_http`, there and in the component.

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Language, ToolchainSpec};
use conjoin_plan::{
    AbsPath, Discovery, FoundTool, Hint, Input, Invocation, Keep, Layout, ProbeResults, Profile, ReadList, Reading,
    Step, Takes, Target, Tool, Toolchain, WrittenFile,
};
use conjoin_policy::RANDOM;
use conjoin_wit::Dialect;

mod language;
mod messages;
mod pip;
mod tools;

pub(crate) use pip::COMPONENTIZE_PY;
pub(crate) use tools::{PIP, PYTHON};

use crate::{
    pypi::SITE,
    steps::{self, Run},
};

/// The script that builds.
pub(crate) const RUNNER: &str = include_str!("../../support/python/build.py");

/// The script that writes bindings for editors.
const BINDINGS_RUNNER: &str = include_str!("../../support/python/bindings.py");

/// The module through which a component answers HTTP.
const HTTP: &str = include_str!("../../support/python/conjoin_http.py");

/// The folder of bindings in a project.
const BINDINGS: &str = "bindings";

/// What Python keeps beside modules.
const CACHE: &str = "__pycache__";

/// What lies in a project and is no part of its component, unless a module imports it. What else of the project the component
/// reads while it is built nobody tells.
const NOT_BUILT: &[&str] = &[CACHE, BINDINGS, "tests", "test", "README.md", "venv"];

/// The module in which a component begins.
const MODULE: &str = "app";

const HINTS: &[Hint] = &[
    Hint {
        when: "No module named pip",
        say: "Python's installer is missing: install the package python3-pip of your system, or `python3 -m ensurepip --user`.",
    },
    Hint {
        when: "conjoin has not made it",
        say: "conjoin generates bindings into the component's folder `bindings`: give yours another name.",
    },
    Hint {
        when: "are the module wit_world",
        say: "Bindings have the same name in every component: `from wit_world import exports`.",
    },
    Hint {
        when: "a component holds only the modules that were imported when it was built",
        say: "Move these imports to the top of the file.",
    },
    Hint {
        when: "ModuleNotFoundError: No module named",
        say: "The component sees its own folder and `vendor` in it: put packages there by `pip install --target vendor NAME` in \
              the component's folder.",
    },
    Hint {
        when: "which cannot run in a component",
        say: "A component holds no machine code: remove the package from `vendor` and use one that is written in Python alone.",
    },
    Hint {
        when: "has no class",
        say: "Write a class named like the interface, in PascalCase, that inherits from the one in `wit_world.exports`.",
    },
    Hint {
        when: "Can't instantiate abstract class",
        say: "The world exports a function that the class does not define: add a method of that name.",
    },
];

/// componentize-py.
#[derive(Debug)]
pub(crate) struct Python;

impl Toolchain for Python {
    fn spec(&self) -> &'static ToolchainSpec {
        &language::BY_COMPONENTIZE_PY
    }

    fn languages(&self) -> &'static [Language] {
        const { &[&language::PYTHON] }
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
        const { &[&PYTHON, &COMPONENTIZE_PY] }
    }

    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    fn reads(&self, dir: &AbsPath) -> Vec<AbsPath> {
        vec![dir.join("app.py")]
    }

    fn bindings(
        &self,
        target: &Target<'_>,
        probed: &ProbeResults,
        layout: &Layout,
    ) -> Result<Vec<Step>, Box<Diagnostic>> {
        let (world, wit) = steps::write_described_world(target, layout);
        let script = layout.work(target.name).join("bindings.py");
        let http = http_module(target, layout);
        let mut files = vec![WrittenFile::text(script.clone(), BINDINGS_RUNNER)];
        files.extend(http.clone().map(|path| WrittenFile::text(path, HTTP)));
        let runner = steps::write(
            format!("{}/bindings-runner", target.name),
            steps::component(target.name),
            "write the script for bindings",
            files,
        );
        let python = steps::found(probed, &PYTHON)?;
        let componentize = steps::found(probed, &COMPONENTIZE_PY)?;
        let out = target.dir.join(BINDINGS);
        let mut invocation = run(python, &target.dir, &script)
            .arg("--toolchain")
            .arg(site(componentize))
            .arg("--wit")
            .arg(&wit)
            .args(["--world", target.world, "--out"])
            .arg(&out);
        if let Some(path) = &http {
            invocation = invocation.arg("--add").arg(path);
        }
        let step = Run {
            id: format!("{}/bindings", target.name),
            subject: steps::component(target.name),
            title: "generate bindings",
            inputs: [&world, &runner].into_iter().flat_map(steps::outputs_of).collect(),
            // It lists all others with their digests.
            outputs: vec![out.join("bindings.txt")],
            versions: vec![componentize.says.clone()],
        };
        Ok(vec![world, runner, step.step(invocation)])
    }

    fn steps(&self, target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let folder = target.dir.as_path().strip_prefix(layout.app.as_path()).unwrap_or(target.dir.as_path()).display();
        if probed.text(&target.dir.join("app.py")).is_none() {
            return Err(Box::new(
                Diagnostic::error("python::no-app", format!("there is no `{folder}/app.py`"))
                    .note("a component written in Python begins in the module `app.py` of its folder")
                    .hint("`path = \"...\"` in conjoin.toml names the folder if it is another one"),
            ));
        }
        let wasi = wasi_of(target)?;
        let (world, wit) = steps::write_bare_world(target, layout);
        let script = layout.work(target.name).join("build.py");
        let runner = steps::write(
            format!("{}/runner", target.name),
            steps::component(target.name),
            "write the build script",
            vec![WrittenFile::text(script.clone(), RUNNER)],
        );
        let mut inputs = vec![
            Input::Tree { dir: target.dir.clone(), except: NOT_BUILT },
            // Installed packages are often ignored by version control.
            Input::Globs {
                dir: target.dir.clone(),
                globs: vec!["vendor/**".to_owned()],
                except: vec![],
                without: &[CACHE],
                must_match: false,
            },
        ];
        inputs.extend([&runner, &world].into_iter().flat_map(steps::outputs_of));
        let http = http_module(target, layout);
        inputs.extend(http.clone().map(Input::File));
        inputs.push(steps::world_value(target));

        let python = steps::found(probed, &PYTHON)?;
        let componentize = steps::found(probed, &COMPONENTIZE_PY)?;
        let work = layout.work(target.name);
        let (output, read) = (work.join("component.wasm"), work.join("read.d"));
        let mut invocation = run(python, &target.dir, &script)
            .arg("--toolchain")
            .arg(site(componentize))
            .arg("--wit")
            .arg(&wit)
            .args(["--world", target.world, "--module", MODULE, "--path", ".", "--path", "vendor"]);
        if let Some(path) = &http {
            invocation = invocation.arg("--path").arg(path.parent());
        }
        if wasi == Wasi::Stubbed {
            invocation = invocation.arg("--stub-wasi");
        }
        let step = Run {
            id: format!("{}/componentize", target.name),
            subject: steps::component(target.name),
            title: "componentize-py",
            inputs,
            outputs: vec![output.clone()],
            versions: vec![python.says.clone(), componentize.says.clone()],
        }
        .step(invocation.arg("--out").arg(&output).arg("--read").arg(&read));
        let discovery = Some(Discovery { list: ReadList::DepInfo(read), except: vec![], packages: None });
        let artifact = steps::strip_artifact(target, output, layout);
        Ok(vec![world, runner, Step { discovery, keep: Keep::Stored, ..step }, artifact])
    }

    fn findings(&self, output: &str) -> Reading {
        messages::findings(output)
    }

    fn hints(&self) -> &'static [Hint] {
        HINTS
    }

    fn varies(&self, _: Profile) -> Option<&'static str> {
        Some("the snapshot of its memory is another one each time")
    }

    fn takes(&self) -> Takes {
        Takes { disk: 60, memory: 450 }
    }
}

/// Where the packages of componentize-py lie, which was found by the file that the installation writes last.
fn site(componentize: &FoundTool) -> AbsPath {
    componentize.path.parent().join(SITE)
}

/// The module through which `target` answers HTTP, if it does that; in a folder of its own.
fn http_module(target: &Target<'_>, layout: &Layout) -> Option<AbsPath> {
    let answers = target.exports.iter().any(|name| name.without_version() == "wasi:http/incoming-handler");
    answers.then(|| layout.work(target.name).join("modules/conjoin_http.py"))
}

/// The build script, run without what the machine's owner set up for other programs in Python.
pub(crate) fn run(python: &FoundTool, cwd: &AbsPath, script: &AbsPath) -> Invocation {
    let invocation = Invocation::new(&PYTHON, python, cwd).args(["-I", "-B"]).arg(script);
    ["RUST_BACKTRACE", "VIRTUAL_ENV"].into_iter().fold(invocation, Invocation::env_remove)
}

/// Whether the component has anything to do with WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wasi {
    /// It is left out: the component imports nothing of it, and so can do nothing beyond computing, on any host. The numbers of
    /// `random` are always the same, and `time.time()`, `print` and the report of an exception end in a trap without a message.
    Stubbed,
    /// Python finds all of it, as far as it was granted.
    Imported,
}

/// Python seeds its random numbers when an instance is called first, and with a denied `random` that is a trap: so a component has
/// either that permission, or nothing of WASI at all.
fn wasi_of(target: &Target<'_>) -> Result<Wasi, Box<Diagnostic>> {
    if target.permissions.has(&RANDOM) {
        return Ok(Wasi::Imported);
    }
    let asked = target.imports.iter().chain(target.exports).find(|name| name.is_wasi());
    let why = match asked {
        Some(name) => format!("its world names `{name}`"),
        None if !target.permissions.is_empty() => "it was granted other permissions".to_owned(),
        None => return Ok(Wasi::Stubbed),
    };
    Err(Box::new(
        Diagnostic::error(
            "python::random",
            format!("component `{}` has no permission to read random bytes", target.name),
        )
        .note("Python seeds its random numbers before the first call, so every call would end in a trap")
        .note(format!("only a component without anything of WASI can do without, but {why}"))
        .hint(format!("write `{}` in `[component.{}]`", RANDOM.line(None), target.name)),
    ))
}
