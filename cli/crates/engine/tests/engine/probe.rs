//! Finding tools and asking their versions, once.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::FileTimes,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use conjoin_engine::{CancelToken, Environment, ProbeContext, probe};
use conjoin_plan::{AbsPath, Locate, Probe, ProbeRequest, ProbeResults, ProbedTool, Tool, ToolSpec, Window};
use conjoin_test_support::TestEnv;

use crate::fixture::{abs, layout};

const WINDOW: Window = Window { at_least: (1, 2, 0), below: Some((2, 0, 0)), because: "tests say so" };

static TOOL: ToolSpec = ToolSpec {
    variable: "CONJOIN_TINYGO",
    locate: Locate::Path { names: &["tool", "tool-1"], cached: Some(("tool-recipe", "bin/tool")) },
    probe: Probe::Run { args: &["--version"], after: "version " },
    window: WINDOW,
    ..ToolSpec::new("tinygo", "TinyGo")
};

static RUSTC: ToolSpec = ToolSpec {
    variable: "CONJOIN_RUSTC",
    locate: Locate::Path { names: &["rustc"], cached: None },
    probe: Probe::Run { args: &["--version"], after: "" },
    probe_env: &[("RUSTUP_AUTO_INSTALL", "0")],
    ..ToolSpec::new("rustc", "Rust")
};

static GO: ToolSpec = ToolSpec {
    variable: "CONJOIN_GO",
    locate: Locate::Path { names: &["go"], cached: None },
    probe: Probe::Run { args: &["version"], after: "go version go" },
    ..ToolSpec::new("go", "Go")
};

static TARGET: ToolSpec = ToolSpec {
    variable: "CONJOIN_RUST_TARGET",
    locate: Locate::FolderOf {
        tool: &RUSTC,
        args: &["--print", "target-libdir"],
        file_starts_with: "libstd-",
        cached: None,
    },
    probe: Probe::SameAs(&RUSTC),
    ..ToolSpec::new("rust-target", "Rust for wasm32-wasip2")
};

static RECIPE: ToolSpec = ToolSpec {
    variable: "CONJOIN_COMPONENTIZE_JS",
    locate: Locate::Cache { recipe: "js-recipe", file: "node_modules/x.js" },
    probe: Probe::Fixed((0, 23, 0)),
    ..ToolSpec::new("componentize-js", "componentize-js")
};

struct Machine {
    env: TestEnv,
    places: Vec<(Tool, AbsPath)>,
    variables: BTreeMap<OsString, OsString>,
}

impl Machine {
    fn new() -> Self {
        let env = TestEnv::new();
        let variables = env.variables();
        Self { env, places: Vec::new(), variables }
    }

    fn with_tool(version: &str) -> Self {
        let machine = Self::new();
        machine.tool(version);
        machine
    }

    fn tool(&self, version: &str) {
        self.env.fake_tool("tool", &format!("when --version\n say tool version {version}\n"));
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }

    fn probe(&self, tools: &[&'static ToolSpec]) -> ProbeResults {
        self.env.forget_starts();
        let layout = layout(self.env.app(), self.env.cache());
        let (environment, cancel) = (Environment::new(self.variables.clone()), CancelToken::new().unwrap());
        let context = ProbeContext { environment: &environment, layout: &layout, cancel: &cancel };
        let places = self.places.clone();
        probe(&ProbeRequest { tools: tools.iter().copied().collect(), places, ..ProbeRequest::default() }, &context)
    }

    /// What is found out of one tool, on one line.
    fn find(&self, spec: &'static ToolSpec) -> String {
        let text = match &self.probe(&[spec]).tools[&spec] {
            ProbedTool::Found(tool) => {
                format!("{:?} {} in {} at {}", tool.version, tool.says, tool.found_in, tool.path)
            }
            ProbedTool::Missing => "missing".to_owned(),
            ProbedTool::OutsideWindow(tool) => format!("outside: {} at {}", tool.says, tool.path),
            ProbedTool::Broken { path, command, output } => format!("broken: {path}: {command}: {output}"),
        };
        self.env.redact(&text)
    }

    fn questions(&self) -> usize {
        self.env.starts().len()
    }
}

#[test]
fn a_tool_on_path_is_asked_once() {
    let machine = Machine::with_tool("1.2.3");
    let found = "(1, 2, 3) tool version 1.2.3 in PATH at [ROOT]/bin/tool";
    assert_eq!(machine.find(&TOOL), found);
    assert_eq!(machine.env.starts()[0].cwd, machine.env.app());
    assert_eq!(machine.find(&TOOL), found);
    assert_eq!(machine.questions(), 0, "it was remembered");
    machine.tool("1.3.0");
    assert_eq!(machine.find(&TOOL), "(1, 3, 0) tool version 1.3.0 in PATH at [ROOT]/bin/tool");
}

#[test]
fn an_unreadable_memory_is_none_and_an_unwritable_one_is_no_matter() {
    let machine = Machine::with_tool("1.2.3");
    let found = machine.find(&TOOL);
    machine.env.write("cache/probes.json", "{ not json");
    assert_eq!(machine.find(&TOOL), found);
    assert_eq!(machine.questions(), 1);
    fs_err::remove_dir_all(machine.env.cache()).unwrap();
    machine.env.write("cache", "a file, not a folder");
    assert_eq!(machine.find(&TOOL), found);
}

#[test]
fn the_first_program_in_the_window_wins() {
    let machine = Machine::with_tool("1.1.0");
    assert_eq!(machine.find(&TOOL), "outside: tool version 1.1.0 at [ROOT]/bin/tool");
    let cached = machine.env.path("cache/toolchains/tool-recipe");
    conjoin_test_support::fake_tool_in(&cached.join("bin"), "tool", "when --version\n say tool version 1.9\n");
    assert_eq!(
        machine.find(&TOOL),
        "outside: tool version 1.1.0 at [ROOT]/bin/tool",
        "the installation is not complete"
    );
    fs_err::write(cached.join("complete"), "").unwrap();
    let from_cache = "(1, 9, 0) tool version 1.9 in conjoin's cache at [ROOT]/cache/toolchains/tool-recipe/bin/tool";
    assert_eq!(machine.find(&TOOL), from_cache);
    machine.env.fake_tool("tool", "when\n exit 1\n");
    assert_eq!(machine.find(&TOOL), from_cache);
    machine.env.fake_tool("tool-1", "when --version\n say tool version 1.2.0\n");
    assert_eq!(machine.find(&TOOL), "(1, 2, 0) tool version 1.2.0 in PATH at [ROOT]/bin/tool-1");
}

#[test]
fn a_variable_is_taken_as_it_is() {
    let mut machine = Machine::with_tool("1.2.3");
    let other = machine.env.path("other");
    conjoin_test_support::fake_tool_in(&other, "mine", "when --version\n say tool version 3.0.0\n");
    machine.set("CONJOIN_TINYGO", other.join("mine"));
    assert_eq!(machine.find(&TOOL), "outside: tool version 3.0.0 at [ROOT]/other/mine");
    machine.set("CONJOIN_TINYGO", other.join("none"));
    let expected = "broken: [ROOT]/other/none: CONJOIN_TINYGO=[ROOT]/other/none: there is no such file";
    assert_eq!(machine.find(&TOOL), expected);
    machine.set("CONJOIN_TINYGO", "mine");
    assert_eq!(
        machine.find(&TOOL),
        "broken: [ROOT]/app/mine: CONJOIN_TINYGO=mine: the variable must hold an absolute path"
    );
}

#[test]
fn a_tool_that_is_not_there_or_cannot_say_its_version_is_a_fact() {
    let machine = Machine::new();
    assert_eq!(machine.find(&TOOL), "missing");
    machine.env.fake_tool("tool", "when\n complain no such library\n exit 127\n");
    let command = "cd [ROOT]/app && [ROOT]/bin/tool --version";
    let broken = |output: &str| format!("broken: [ROOT]/bin/tool: {command}: {output}");
    assert_eq!(machine.find(&TOOL), broken("no such library\n`tool` failed with exit status 127"));
    machine.env.fake_tool("tool", "when\n say hello\n");
    assert_eq!(machine.find(&TOOL), broken("hello\n\n(there is no version in this output)"));
    machine.env.fake_tool("tool", "when\n abort\n");
    assert_eq!(machine.find(&TOOL), broken("`tool` was ended by signal 6 (abort)"));
}

#[test]
fn a_recipe_counts_when_it_was_carried_out_to_its_end() {
    let machine = Machine::new();
    machine.env.write("cache/toolchains/js-recipe/node_modules/x.js", "");
    assert_eq!(machine.find(&RECIPE), "missing");
    machine.env.write("cache/toolchains/js-recipe/complete", "");
    let expected =
        "(0, 23, 0) componentize-js 0.23.0 in conjoin's cache at [ROOT]/cache/toolchains/js-recipe/node_modules/x.js";
    assert_eq!(machine.find(&RECIPE), expected);
}

#[test]
fn the_target_of_a_compiler_is_looked_for_on_disk_each_time() {
    let machine = Machine::new();
    let folder = machine.env.path("sysroot/lib");
    let script = format!("when --version\n say rustc 1.95.0 (abc)\nwhen --print\n say {}\n", folder.display());
    machine.env.fake_tool("rustc", &script);
    let fact = |machine: &Machine| machine.probe(&[&TARGET, &RUSTC]).tools[&&TARGET].clone();
    assert_eq!(fact(&machine), ProbedTool::Missing);
    machine.env.write("sysroot/lib/libstd-123.rlib", "");
    let ProbedTool::Found(found) = fact(&machine) else { unreachable!("the library is there now") };
    assert_eq!((found.path, found.says.as_str()), (abs(folder.clone()), "rustc 1.95.0 (abc)"));
    assert_eq!(machine.questions(), 0, "the compiler's answer was remembered");
    fs_err::remove_dir_all(folder).unwrap();
    assert_eq!(fact(&machine), ProbedTool::Missing);
}

#[test]
fn a_rustup_proxy_is_asked_again_when_it_would_choose_another_toolchain() {
    let mut machine = Machine::with_tool("1.2.3");
    let proxy = machine.env.bin().join("rustc");
    fs_err::copy(machine.env.bin().join("tool"), machine.env.bin().join("rustup")).unwrap();
    symlink("rustup", &proxy).unwrap();
    machine.env.write("bin/rustc.script", "when --version\n say rustc 1.95.0\n");
    let toolchain = "home/.rustup/toolchains/1.95.0/lib/rustlib/components";
    machine.env.write(toolchain, "rustc\n");
    machine.find(&RUSTC);
    let mut asked_again = |what: &str, change: &mut dyn FnMut(&mut Machine)| {
        machine.find(&RUSTC);
        assert_eq!(machine.questions(), 0, "before {what}");
        change(&mut machine);
        machine.find(&RUSTC);
        assert_eq!(machine.questions(), 1, "{what}");
    };
    asked_again("a variable", &mut |machine| machine.set("RUSTUP_TOOLCHAIN", "nightly"));
    asked_again("a file in the app", &mut |machine| drop(machine.env.write("app/rust-toolchain.toml", "")));
    asked_again("a file above the app", &mut |machine| drop(machine.env.write("rust-toolchain", "stable")));
    asked_again("the default", &mut |machine| drop(machine.env.write("home/.rustup/settings.toml", "x = 1")));
    asked_again("an update", &mut |machine| drop(machine.env.write(toolchain, "rustc\nrust-std\n")));
    asked_again("another home", &mut |machine| machine.set("RUSTUP_HOME", "/nowhere"));
}

/// A component may choose another Rust than the app: its folder is where cargo is started.
#[test]
fn a_rustup_proxy_is_asked_in_a_folder_that_chooses_its_own_toolchain() {
    let mut machine = Machine::with_tool("1.2.3");
    fs_err::copy(machine.env.bin().join("tool"), machine.env.bin().join("rustup")).unwrap();
    symlink("rustup", machine.env.bin().join("rustc")).unwrap();
    machine.env.write("bin/rustc.script", "when --version\n say rustc 1.95.0 {cwd}\n");
    let place = abs(machine.env.path("app/parts/one"));
    fs_err::create_dir_all(&place).unwrap();
    machine.places = vec![(&RUSTC, place.clone())];
    let says = |machine: &Machine| {
        let probed = machine.probe(&[&RUSTC]);
        machine.env.redact(probed.says_in(&RUSTC, &place).unwrap())
    };
    assert_eq!(says(&machine), "rustc 1.95.0 [ROOT]/app");
    for (number, file) in ["app/parts/rust-toolchain", "app/parts/one/rust-toolchain.toml"].into_iter().enumerate() {
        machine.env.write(file, "[toolchain]\n");
        assert_eq!(says(&machine), "rustc 1.95.0 [ROOT]/app/parts/one");
        assert_eq!((machine.questions(), number), (1, number));
        assert_eq!(says(&machine), "rustc 1.95.0 [ROOT]/app/parts/one");
        assert_eq!(machine.questions(), 0, "it was remembered");
    }
    machine.env.write("home/.rustup/settings.toml", "x = 1");
    says(&machine);
    assert_eq!(machine.questions(), 2, "in the app's folder and in that one");
}

#[test]
fn a_pyenv_shim_is_asked_again_when_it_would_choose_another_python() {
    let mut machine = Machine::with_tool("1.2.3");
    shim(&machine, "pyenv/shims", "# made by pyenv");
    machine.set("CONJOIN_TINYGO", machine.env.path("pyenv/shims/tool"));
    machine.find(&TOOL);
    machine.find(&TOOL);
    assert_eq!(machine.questions(), 0);
    machine.env.write(".python-version", "3.12");
    machine.find(&TOOL);
    assert_eq!(machine.questions(), 1, "a file above the app");
    machine.env.write("pyenv/version", "3.12");
    machine.find(&TOOL);
    assert_eq!(machine.questions(), 1, "the default");
}

#[test]
fn an_unknown_shim_is_asked_each_time() {
    let mut machine = Machine::with_tool("1.2.3");
    shim(&machine, "someone/shims", "# made by someone else");
    machine.set("CONJOIN_TINYGO", machine.env.path("someone/shims/tool"));
    for _ in 0..2 {
        machine.find(&TOOL);
        assert_eq!(machine.questions(), 1);
    }
}

fn shim(machine: &Machine, folder: &str, comment: &str) {
    let real = machine.env.bin().join("tool");
    let path =
        machine.env.write(format!("{folder}/tool"), &format!("#!/bin/sh\n{comment}\nexec {} \"$@\"\n", real.display()));
    fs_err::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// A program that says its version, not a fake tool: its file is all that there is of it.
fn program(machine: &Machine, below: &str, version: &str) -> PathBuf {
    let path = machine.env.write(below, &format!("#!/bin/sh\necho tool version {version}\n"));
    fs_err::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    set_old(&path);
    path
}

/// Gives a file the time that all files of these tests have.
fn set_old(path: &Path) {
    let times = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    fs_err::File::open(path).unwrap().file().set_times(times).unwrap();
}

fn version(machine: &Machine) -> (u64, u64, u64) {
    match &machine.probe(&[&TOOL]).tools[&&TOOL] {
        ProbedTool::Found(tool) => tool.version,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_program_of_the_same_size_and_time_is_noticed() {
    let machine = Machine::new();
    let path = program(&machine, "bin/tool", "1.2.3");
    assert_eq!(version(&machine), (1, 2, 3));
    // In its place, as a package manager does it: another inode.
    let newer = program(&machine, "newer", "1.2.4");
    fs_err::rename(newer, &path).unwrap();
    assert_eq!(version(&machine), (1, 2, 4));
    // Into it: the same inode, size and time.
    program(&machine, "bin/tool", "1.2.5");
    assert_eq!(version(&machine), (1, 2, 5));
}

#[test]
fn a_link_that_leads_elsewhere_is_noticed() {
    let machine = Machine::new();
    let (old, new) =
        (program(&machine, "versions/v1/bin/tool", "1.3.0"), program(&machine, "versions/v2/bin/tool", "1.4.0"));
    let link = machine.env.bin().join("tool");
    symlink(&old, &link).unwrap();
    assert_eq!(version(&machine), (1, 3, 0));
    fs_err::remove_file(&link).unwrap();
    symlink(&new, &link).unwrap();
    assert_eq!(version(&machine), (1, 4, 0));
    // The whole folder is a link, as `current` of nvm and others.
    let mut machine = machine;
    let current = machine.env.path("versions/current");
    symlink("v1", &current).unwrap();
    machine.set("PATH", current.join("bin"));
    assert_eq!(version(&machine), (1, 3, 0));
    fs_err::remove_file(&current).unwrap();
    symlink("v2", &current).unwrap();
    assert_eq!(version(&machine), (1, 4, 0));
}

#[test]
fn another_order_of_path_is_noticed() {
    let mut machine = Machine::new();
    program(&machine, "versions/v1/bin/tool", "1.3.0");
    program(&machine, "versions/v2/bin/tool", "1.4.0");
    let (one, two) = (machine.env.path("versions/v1/bin"), machine.env.path("versions/v2/bin"));
    for (first, second, expected) in [(&one, &two, (1, 3, 0)), (&two, &one, (1, 4, 0)), (&one, &two, (1, 3, 0))] {
        machine.set("PATH", std::env::join_paths([first, second]).unwrap());
        assert_eq!(version(&machine), expected);
    }
}

#[test]
fn go_is_asked_again_when_it_would_choose_another_toolchain() {
    let mut machine = Machine::new();
    machine.env.fake_tool("go", "when version\n say go version go1.26.1 linux/amd64\n");
    machine.find(&GO);
    let mut asked_again = |what: &str, change: &mut dyn FnMut(&mut Machine)| {
        machine.find(&GO);
        assert_eq!(machine.questions(), 0, "before {what}");
        change(&mut machine);
        machine.find(&GO);
        assert_eq!(machine.questions(), 1, "{what}");
    };
    asked_again("a module", &mut |machine| drop(machine.env.write("app/go.mod", "module x\n\ngo 1.26\n")));
    asked_again("its toolchain", &mut |machine| {
        drop(machine.env.write("app/go.mod", "module x\n\ngo 1.26\ntoolchain go1.27.0\n"));
    });
    asked_again("a workspace above the app", &mut |machine| drop(machine.env.write("go.work", "go 1.26\n")));
    asked_again("the settings", &mut |machine| drop(machine.env.write("home/.config/go/env", "GOTOOLCHAIN=local\n")));
    asked_again("a variable", &mut |machine| machine.set("GOTOOLCHAIN", "go1.27.0"));
}

#[test]
fn a_program_that_starts_the_one_that_somebody_has_chosen_is_asked_each_time() {
    for chooser in ["snap", "volta-shim"] {
        let machine = Machine::with_tool("1.2.3");
        let real = machine.env.path("real");
        fs_err::create_dir(&real).unwrap();
        for file in ["tool", "tool.script"] {
            fs_err::rename(machine.env.bin().join(file), real.join(file)).unwrap();
        }
        let text = format!("#!/bin/sh\nexec {}/$(basename $0) \"$@\"\n", real.display());
        let path = machine.env.write(format!("choosers/{chooser}"), &text);
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        symlink(&path, machine.env.bin().join("tool")).unwrap();
        let mut machine = machine;
        let path = std::env::join_paths([machine.env.bin(), PathBuf::from("/usr/bin"), PathBuf::from("/bin")]).unwrap();
        machine.set("PATH", path);
        assert_eq!(version(&machine), (1, 2, 3));
        fs_err::write(real.join("tool.script"), "when --version\n say tool version 1.2.4\n").unwrap();
        assert_eq!(version(&machine), (1, 2, 4), "{chooser}");
    }
}

#[test]
fn files_that_plans_are_made_from_are_read_as_far_as_they_exist() {
    let machine = Machine::new();
    machine.env.write("app/a/Cargo.toml", "[package]");
    machine.env.write("app/lists/one", "1");
    machine.env.write("app/lists/two", "2");
    machine.env.write("app/lists/folder/three", "3");
    fs_err::write(machine.env.path("app/lists/latin-1"), b"gr\xf6\xdfe").unwrap();
    let path = |below: &str| abs(machine.env.path(PathBuf::from("app").join(below)));
    machine.env.fifo("app/pipe");
    let texts = vec![path("a/Cargo.toml"), path("a/none"), path("lists"), path("pipe")];
    let (environment, cancel) = (Environment::default(), CancelToken::new().unwrap());
    let layout = layout(machine.env.app(), machine.env.cache());
    let context = ProbeContext { environment: &environment, layout: &layout, cancel: &cancel };
    let probed = probe(&ProbeRequest { texts, ..ProbeRequest::default() }, &context);
    let texts: Vec<_> = probed.texts.into_iter().collect();
    let expected = [
        ("a/Cargo.toml", "[package]"),
        ("lists/latin-1", "gr\u{fffd}\u{fffd}e"),
        ("lists/one", "1"),
        ("lists/two", "2"),
    ];
    assert_eq!(texts, expected.map(|(name, text)| (path(name), text.to_owned())));
    assert_eq!(probed.not_utf_8.into_iter().collect::<Vec<_>>(), [(path("lists/latin-1"), 2)]);
}
