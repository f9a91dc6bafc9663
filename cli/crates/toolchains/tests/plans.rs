//! Folders of `conjoin.toml`, `wit/` and project files become the steps of each component as text, or diagnostics:
//! `tests/plans/*/expected.txt`. And what installs each tool becomes text: `tests/installs/*.txt`. Each folder, and each way to install a
//! tool, is a test of its own.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, Style, render};
use conjoin_manifest::{Component, Manifest, Origin};
use conjoin_plan::{
    AbsPath, Action, Discovery, Expectation, FoundIn, FoundTool, Input, Layout, ProbeResults, ProbedTool, Profile,
    Provider, ReadList, Step, Target, Tool, ToolSpec, Toolchain,
};
use conjoin_wit::Wit;
use libtest_mimic::{Arguments, Trial};
use snapbox::{Data, assert_data_eq};

fn main() {
    let mut trials = vec![
        trial("no_two_tools_have_one_id", no_two_tools_have_one_id_and_each_says_where_it_is_looked_for),
        trial("no_hint_is_hidden_by_another", no_hint_is_hidden_by_another_of_its_toolchain),
    ];
    for entry in fs_err::read_dir("tests/plans").expect("the cases") {
        let case = entry.expect("a case").path();
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        trials.push(trial(&format!("plans/{name}"), move || steps_of_components(&case)));
    }
    for spec in conjoin_toolchains::all().tools() {
        for provider in spec.providers {
            let name = format!("{spec:?} from {}", provider.name()).replace(' ', "-");
            let file = format!("tests/installs/{name}.txt");
            trials.push(trial(&format!("installs/{name}"), move || steps_of_installation(spec, *provider, &file)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn steps_of_components(case: &Path) {
    let profile = if case.ends_with("release") { Profile::Release } else { Profile::Dev };
    let actual = components(case, profile).unwrap_or_else(|diagnostics| rendered(&diagnostics));
    assert_data_eq!(actual, Data::read_from(&case.join("expected.txt"), None));
}

fn steps_of_installation(spec: &ToolSpec, provider: &dyn Provider, file: &str) {
    let mut text = format!("{} {} from {}, needs {:?}\n", spec.name, spec.window, provider.name(), provider.needs());
    if let Some(change) = provider.changes_elsewhere() {
        let _ = writeln!(text, "{change}");
    }
    match provider.steps(&machine(), &layout(Profile::Dev)) {
        Ok(steps) => steps.iter().for_each(|step| write_step(&mut text, step)),
        Err(diagnostic) => text.push_str(&rendered(&[*diagnostic])),
    }
    // The name of this recipe is a hash of its source.
    if let conjoin_plan::Locate::FolderOf { cached: Some((recipe, _)), .. } = spec.locate {
        text = text.replace(recipe, "rust-std-1.HASH");
    }
    assert_data_eq!(text, Data::read_from(Path::new(file), None));
}

fn no_two_tools_have_one_id_and_each_says_where_it_is_looked_for() {
    let mut seen = BTreeMap::new();
    for tool in conjoin_toolchains::all().tools() {
        assert!(tool.variable.starts_with("CONJOIN_") && !tool.by_hand.is_empty(), "{tool:?}");
        let tools = tool.providers.iter().flat_map(|provider| provider.needs()).copied().chain([tool]);
        for other in tools {
            let first = *seen.entry(other.id).or_insert(other);
            assert!(std::ptr::eq(first, other), "two tools are called {}", other.id);
        }
    }
    for toolchain in conjoin_toolchains::all().toolchains {
        for tool in toolchain.requirements() {
            assert!(std::ptr::eq(seen[tool.id], *tool), "two tools are called {}", tool.id);
        }
    }
}

fn no_hint_is_hidden_by_another_of_its_toolchain() {
    for toolchain in conjoin_toolchains::all().toolchains {
        for (index, hint) in toolchain.hints().iter().enumerate() {
            let earlier = &toolchain.hints()[..index];
            assert!(earlier.iter().all(|other| !hint.when.contains(other.when)), "{:?} is never reached", hint.when);
            assert!(hint.say.ends_with('.') && !hint.when.is_empty(), "{hint:?}");
        }
    }
}

fn tool(id: &str) -> Tool {
    let tools = conjoin_toolchains::all().tools();
    tools.into_iter().find(|tool| tool.id == id).expect("there is such a tool")
}

fn components(case: &Path, profile: Profile) -> Result<String, Vec<Diagnostic>> {
    let source = |path: &Path| {
        let name = path.strip_prefix(case).expect("it is below").to_string_lossy().into_owned();
        Arc::new(Source::new(name, fs_err::read_to_string(path).expect("it can be read")))
    };
    let manifest =
        conjoin_manifest::parse(&source(&case.join("conjoin.toml")), &conjoin_toolchains::all().languages())?;
    let mut files: Vec<Arc<Source>> = vec![source(&case.join("wit/app.wit"))];
    let missing = conjoin_wit::missing_wasi(&files, "wit");
    let deps = conjoin_wit::wasi_deps(&missing);
    files.extend(deps.iter().map(|file| Arc::new(Source::new(format!("wit/{}", file.path.display()), &file.text))));
    let wit = conjoin_wit::parse(&files, "wit")?;
    let mut text = String::new();
    let mut diagnostics = Vec::new();
    for component in manifest.components.values() {
        match steps(component, &manifest, &wit, case, profile) {
            Ok(steps) => steps.iter().for_each(|step| write_step(&mut text, step)),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(text) } else { Err(diagnostics) }
}

fn steps(
    component: &Component,
    manifest: &Manifest,
    wit: &Wit,
    case: &Path,
    profile: Profile,
) -> Result<Vec<Step>, Box<Diagnostic>> {
    let layout = layout(profile);
    let set = conjoin_toolchains::all();
    let (toolchain, language, path) = match &component.origin {
        Origin::Built(built) => (set.toolchain(built.toolchain), Some(built.language.value), &built.path.value),
        Origin::Custom(custom) => (None, None, &custom.path.value),
        Origin::Source(_) => panic!("the cases build all they have"),
    };
    let world = wit.world(&component.world.value).expect("the world is there");
    let surface = world.surface();
    let names = |items: &[conjoin_wit::Item]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
    let dir = layout.app.join(path.as_path());
    let mut probed = machine();
    if case.ends_with("rust-own-std") {
        probed.tools.insert(tool("rust-target"), ProbedTool::Found(own_std()));
    }
    for path in toolchain.iter().flat_map(|toolchain| toolchain.reads(&dir)) {
        let relative = path.as_path().strip_prefix("/app").expect("it reads of the app");
        if let Ok(bytes) = fs_err::read(case.join(relative)) {
            let wrong = std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to());
            probed.not_utf_8.extend(wrong.map(|offset| (path.clone(), offset)));
            probed.texts.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        } else if let Ok(entries) = fs_err::read_dir(case.join(relative)) {
            for entry in entries {
                let entry = entry.expect("an entry");
                probed
                    .texts
                    .insert(path.join(entry.file_name()), fs_err::read_to_string(entry.path()).expect("a source"));
            }
        }
    }
    let dialect = toolchain.map(Toolchain::dialect).unwrap_or_default();
    let target = Target {
        name: &component.name.value,
        language,
        dir,
        profile,
        world: &component.world.value,
        world_digest: "0123456789abcdef0123456789abcdef",
        world_text: "0123456789abcdef0123456789abcdef",
        wit: &world.render(&dialect),
        imports: &names(&surface.imports),
        exports: &names(&surface.exports),
        shared_wit: layout.app.join(manifest.app.wit.as_path()),
        permissions: &component.permissions,
    };
    if let Origin::Custom(custom) = &component.origin {
        return (set.custom)(&target, custom, &probed, &layout);
    }
    let toolchain = toolchain.expect("it is known");
    let mut steps = toolchain.bindings(&target, &probed, &layout)?;
    steps.extend(toolchain.steps(&target, &probed, &layout)?);
    Ok(steps)
}

fn layout(profile: Profile) -> Layout {
    let path = |text: &str| AbsPath::new(text).expect("it is absolute");
    Layout { app: path("/app"), cache: path("/cache"), profile }
}

/// A machine on which every tool is found, all but those that conjoin installs on PATH.
fn machine() -> ProbeResults {
    let mut probed = ProbeResults::default();
    let sources = AbsPath::new("/etc/apt/sources.list").expect("it is absolute");
    probed.texts.insert(sources, "deb http://deb.example/debian stable main\n".to_owned());
    for spec in conjoin_toolchains::all().tools() {
        let (path, found_in) = match spec.locate {
            conjoin_plan::Locate::Path { names, cached: None } => (format!("/bin/{}", names[0]), FoundIn::Path),
            conjoin_plan::Locate::Path { cached: Some((recipe, file)), .. }
            | conjoin_plan::Locate::Cache { recipe, file } => {
                (format!("/cache/toolchains/{recipe}/{file}"), FoundIn::Cache)
            }
            conjoin_plan::Locate::FolderOf { .. } => ("/lib/rustlib".to_owned(), FoundIn::Path),
            conjoin_plan::Locate::Named => panic!("no toolchain needs {spec}"),
        };
        let found = FoundTool {
            path: AbsPath::new(path).expect("it is absolute"),
            version: spec.window.at_least,
            says: format!("{} as it says", spec.name),
            found_in,
        };
        probed.tools.insert(spec, ProbedTool::Found(found));
    }
    let make = FoundTool {
        path: AbsPath::new("/bin/make").expect("it is absolute"),
        version: (0, 0, 0),
        says: "make, by its contents".to_owned(),
        found_in: FoundIn::Path,
    };
    probed.programs.insert("make".to_owned(), make);
    probed
}

/// The standard library of Rust that conjoin has built.
fn own_std() -> FoundTool {
    let path = "/cache/toolchains/rust-std-1-1.95.0/sysroot/lib/rustlib/wasm32-wasip2/lib";
    FoundTool {
        path: AbsPath::new(path).expect("it is absolute"),
        version: (1, 95, 0),
        says: "rustc as it says".to_owned(),
        found_in: FoundIn::Cache,
    }
}

fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect::<Vec<_>>().join("\n")
}

fn write_step(text: &mut String, step: &Step) {
    let keep = match step.keep {
        conjoin_plan::Keep::Stored => ", stored",
        conjoin_plan::Keep::InPlace => "",
    };
    let _ = writeln!(text, "\n{}: {}{keep}", step.id, step.title);
    let _ = match &step.action {
        Action::Run(invocation) => writeln!(text, "  $ {invocation}"),
        Action::Write(files) | Action::WriteWorld(conjoin_plan::WorldAction { files, .. }) => {
            let wit = files.iter().filter(|file| file.path.file_name() == "world.wit");
            let shown: String = wit.map(|file| String::from_utf8_lossy(&file.contents)).collect();
            writeln!(text, "  write {} files\n{shown}", files.len())
        }
        Action::Copy(copy) => writeln!(text, "  copy {} {}", copy.from, copy.to),
        Action::Strip(copy) => writeln!(text, "  strip {} {}", copy.from, copy.to),
        Action::Prove(prove) => match &prove.expectation {
            Expectation::Prints(line) => writeln!(text, "  {} prints {line:?}", prove.component),
            Expectation::Hello(line) => writeln!(text, "  {} says {line:?}", prove.component),
        },
        Action::Generate(_) | Action::Encode(_) | Action::Compose(_) | Action::Precompile(_) => {
            writeln!(text, "  {:?}", step.action)
        }
    };
    for input in &step.inputs {
        let _ = match input {
            Input::File(path) => writeln!(text, "  < {path}"),
            Input::OptionalFile(path) => writeln!(text, "  < {path}, if it is there"),
            Input::Tree { dir, except } => writeln!(text, "  < {dir}/ except {except:?}"),
            Input::Names { dir, globs, except, unseen } => {
                writeln!(text, "  < names of {dir}/ {globs:?} except {except:?}, unseen: {unseen:?}")
            }
            Input::Above { dir, names } => writeln!(text, "  < {names:?} in {dir}/ and above, if they are there"),
            Input::Globs { dir, globs, except, .. } if except.is_empty() => writeln!(text, "  < {dir}/ {globs:?}"),
            Input::Globs { dir, globs, except, .. } => {
                let except: Vec<String> = except.iter().map(ToString::to_string).collect();
                writeln!(text, "  < {dir}/ {globs:?} except {}", except.join(", "))
            }
            Input::Value { name, value } => writeln!(text, "  < {name} = {value}"),
            Input::Step(id) => writeln!(text, "  < after {id}"),
        };
    }
    if let Some(Discovery { list, except, packages }) = &step.discovery {
        let except: Vec<String> = except.iter().map(ToString::to_string).collect();
        let list = match list {
            ReadList::DepInfo(path) => path.to_string(),
            ReadList::GoList(invocation) => format!("`{invocation}`"),
        };
        let _ = writeln!(text, "  < what {list} lists, except below {}", except.join(", "));
        if let Some(packages) = packages {
            let _ = writeln!(text, "  < packages by {} except {:?}", packages.manifest, packages.except);
        }
    }
    for version in &step.versions {
        let _ = writeln!(text, "  < {version}");
    }
    for output in &step.outputs {
        let _ = writeln!(text, "  > {output}");
    }
}
