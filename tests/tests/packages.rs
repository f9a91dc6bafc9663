//! When package managers are started: not in every build. Counted with tools that only write what the real ones would.

use std::process::Command;

use conjoin_test_support::TestEnv;
use conjoin_tests::conjoin::{program, succeed};

const WIT: &str =
    "package shop:api;\n\ninterface counting {\n  count: func() -> u32;\n}\n\nworld part {\n  export counting;\n}\n";

/// An app with a component in `language`, in `app/part`.
fn app(language: &str) -> TestEnv {
    let env = TestEnv::new();
    let manifest = format!("conjoin = 1\napp.name = \"shop\"\n\n[component.part]\nlanguage = \"{language}\"\n");
    env.write("app/conjoin.toml", &manifest);
    env.write("app/wit/api.wit", WIT);
    env
}

/// What a build starts: the program and the first of its arguments that is no flag, a path as its last name.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn started(env: &TestEnv) -> Vec<String> {
    env.forget_starts();
    let mut build = Command::new(program("conjoin"));
    succeed(build.args(["build", "-v"]).current_dir(env.app()).env_clear().envs(env.variables()));
    let starts = env.starts().into_iter().map(|start| {
        let word = start.args.iter().find(|arg| !arg.starts_with('-')).cloned().unwrap_or_default();
        format!("{} {}", start.tool, word.rsplit('/').next().unwrap_or_default())
    });
    // What asks for a version has no such argument.
    starts.filter(|start| !start.ends_with(' ')).collect()
}

#[test]
fn npm_is_started_when_what_it_installs_changed() {
    let env = app("javascript\"\nengine = \"starling");
    env.write("cache/toolchains/componentize-js-0.23.0-1/complete", "complete\n");
    env.fake_tool("npm", "when --version\n say 10.9.0\nwhen ci\n write node_modules/.package-lock.json {1}\n");
    // The result is the source, and that is what was read.
    let script = "when --version\n say v22.1.0\nwhen\n join {23} {5}\n write {25} out: {5}\n";
    env.fake_tool("node", script);
    let lock = |version: &str| {
        env.write("app/part/package-lock.json", &format!("{{ \"lockfileVersion\": 3, \"left\": \"{version}\" }}"));
    };
    let json = |more: &str, version: &str| {
        let text = format!("{{ \"name\": \"part\", {more} \"dependencies\": {{ \"left\": \"^{version}\" }} }}");
        env.write("app/part/package.json", &text);
    };
    env.write("app/part/src/index.js", "1");
    json("", "1.0.0");
    lock("1.0.0");
    assert_eq!(started(&env), ["node build.mjs", "npm ci"], "the first build");
    assert_eq!(started(&env), [""; 0], "nothing to do");
    env.write("app/part/src/index.js", "2");
    assert_eq!(started(&env), ["node build.mjs"], "another source");
    json("\"scripts\": {},", "1.0.0");
    assert_eq!(started(&env), ["node build.mjs"], "package.json, but not its packages");
    lock("1.0.1");
    assert_eq!(started(&env), ["node build.mjs", "npm ci"], "another lock file");
    lock("1.0.0");
    assert_eq!(started(&env), ["npm ci"], "the lock file of before: the component is known, the folder has to be made");
    json("\"scripts\": {},", "1.1.0");
    assert_eq!(started(&env), ["node build.mjs", "npm ci"], "other packages in package.json");
    fs_err::remove_dir_all(env.app().join("part/node_modules")).expect("a folder of ours");
    assert_eq!(started(&env), ["npm ci"], "the folder was removed");
}

/// cargo fetches what it needs itself, in the build that needs it.
#[test]
fn cargo_is_started_for_the_build_and_nothing_else() {
    let env = app("rust");
    env.write("rustlib/libstd-1.rlib", "");
    let rustc = format!(
        "when --print\n say {}\nwhen\n say rustc 1.95.0 (59807616e 2026-04-14)\n",
        env.path("rustlib").display()
    );
    env.fake_tool("rustc", &rustc);
    let out = "{5}/wasm32-wasip2/debug/part";
    let build = format!("when build\n join {out}.wasm src/lib.rs\n write {out}.d out: src/lib.rs\n");
    env.fake_tool("cargo", &format!("{build}when\n say cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n"));
    env.write("app/part/Cargo.toml", "[package]\nname = \"part\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n");
    env.write("app/part/src/lib.rs", "1");
    env.write("app/part/Cargo.lock", "version = 4\n");
    assert_eq!(started(&env), ["cargo build", "rustc target-libdir"], "the first build");
    assert_eq!(started(&env), [""; 0], "nothing to do");
    env.write("app/part/src/lib.rs", "2");
    assert_eq!(started(&env), ["cargo build"], "another source");
    env.write("app/part/Cargo.lock", "version = 4\n# Another.\n");
    assert_eq!(started(&env), ["cargo build"], "another lock file");
    env.write("app/part/Cargo.lock", "version = 4\n");
    assert_eq!(started(&env), [""; 0], "the lock file of before");
}

/// The packages of an app are in its folder, and pip is only for conjoin's own.
#[test]
fn pip_is_never_started() {
    let env = app("python");
    env.write("cache/toolchains/componentize-py-0.25.1-1/complete", "complete\n");
    let script = |name: &str| env.app().join(".conjoin/work/dev/part").join(name).display().to_string();
    let tool = format!(
        "when --version\n say Python 3.11.2\nwhen -c\n say {}\nwhen -I -B {}\n write {{11}}/bindings.txt none\n\
         when -I -B {}\n join {{18}} app.py vendor/left.py\n write {{20}} out: app.py\n",
        env.bin().join("python3").display(),
        script("bindings.py"),
        script("build.py"),
    );
    env.fake_tool("python3", &tool);
    env.write("app/part/app.py", "1");
    env.write("app/part/vendor/left.py", "1");
    let asked = "python3 import sys; print(sys.executable)";
    assert_eq!(started(&env), [asked, "python3 bindings.py", "python3 build.py"], "the first build");
    assert_eq!(started(&env), [""; 0], "nothing to do");
    env.write("app/part/app.py", "2");
    assert_eq!(started(&env), ["python3 build.py"], "another source");
    env.write("app/part/vendor/left.py", "2");
    assert_eq!(started(&env), ["python3 build.py"], "another package");
    env.write("app/part/vendor/left.py", "1");
    assert_eq!(started(&env), [""; 0], "the package of before");
}
