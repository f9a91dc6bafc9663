//! `--offline`: an app that is built needs no tools, and tools that run get no network.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeMap, process::Command};

use conjoin_test_support::TestEnv;
use conjoin_tests::conjoin::{program, repository, text};
use serde::Deserialize;

/// The app of a case of the command line, which is written in Rust, and the scripts of its fake tools.
#[derive(Deserialize)]
struct Case {
    tools: BTreeMap<String, String>,
}

/// What a command came to.
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn app() -> TestEnv {
    let case = repository().join("tests/cases/build-done");
    let Case { tools } = toml::from_str(&fs_err::read_to_string(case.join("case.toml")).unwrap()).unwrap();
    let env = TestEnv::new();
    conjoin_test_support::copy_tree(&case.join("app"), &env.app());
    for (name, script) in &tools {
        env.fake_tool(name, script);
    }
    env
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn conjoin(env: &TestEnv, args: &[&str]) -> Said {
    let mut command = Command::new(program("conjoin"));
    let output = command.args(args).current_dir(env.app()).env_clear().envs(env.variables()).output().unwrap();
    let code = output.status.code().unwrap_or(-1);
    Said { code, out: text(&output.stdout), err: text(&output.stderr) }
}

/// The app, built, and then without its tools.
fn without_tools() -> TestEnv {
    let env = app();
    let built = conjoin(&env, &["build"]);
    assert_eq!(built.code, 0, "{}", built.err);
    fs_err::remove_dir_all(env.bin()).unwrap();
    fs_err::remove_dir_all(env.app().join("rustlib")).unwrap();
    env
}

const ASSUMED: &str = "Assumed cargo, Rust's standard library for wasm32-wasip2 and rustc are missing, and taken to be as in the last build";

#[test]
fn an_app_that_is_built_needs_no_tools() {
    let env = without_tools();
    for (args, out) in [
        (["build", "--offline"].as_slice(), ".conjoin/build/dev/api.wasm\n"),
        (&["compose", "--offline", "-o", "composed.wasm"], "composed.wasm\n"),
        (&["run", "--offline"], ""),
        (&["run", "--offline"], ""),
    ] {
        let said = conjoin(&env, args);
        assert_eq!((said.code, said.out.as_str()), (0, out), "{args:?}: {}", said.err);
        assert!(said.err.contains(ASSUMED), "{args:?}: {}", said.err);
        assert!(!said.err.contains("Building"), "{args:?}: {}", said.err);
    }
    let explained = conjoin(&env, &["explain", "build"]);
    assert!(explained.out.starts_with("api: up to date\n"), "{}{}", explained.out, explained.err);
    // Only then: where tools may be installed, they are missing.
    let said = conjoin(&env, &["run"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("error[tool::missing]") && !said.err.contains("Assumed"), "{}", said.err);
}

#[test]
fn a_step_that_needs_a_missing_tool_is_an_error_with_what_changed() {
    let env = without_tools();
    env.write("app/api/src/lib.rs", "// other\n");
    for command in ["build", "run"] {
        let said = conjoin(&env, &[command, "--offline"]);
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("error[tool::missing]: cargo is not installed"), "{}", said.err);
        assert!(
            said.err.contains("step `api/cargo` has to be carried out, because `api/src/lib.rs` changed"),
            "{}",
            said.err
        );
        assert!(said.err.contains("repeat the command without it"), "{}", said.err);
    }
    // From nothing, nothing can be assumed.
    env.write(
        "app/api/src/lib.rs",
        &fs_err::read_to_string(repository().join("tests/cases/build-done/app/api/src/lib.rs")).unwrap(),
    );
    let said = conjoin(&env, &["build", "--offline", "--verify"]);
    assert_eq!(said.code, 3, "{}", said.err);
}

#[test]
fn an_app_that_was_never_built_or_whose_record_is_damaged_needs_its_tools() {
    let env = app();
    fs_err::remove_dir_all(env.bin()).unwrap();
    let never = conjoin(&env, &["build", "--offline"]);
    let env = without_tools();
    env.write("app/.conjoin/state/dev/tools.json", "{\"format\":");
    let damaged = conjoin(&env, &["build", "--offline"]);
    for said in [never, damaged] {
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("error[tool::missing]") && !said.err.contains("Assumed"), "{}", said.err);
    }
}

#[test]
fn a_program_of_a_command_may_be_missing_too() {
    let env = TestEnv::new();
    conjoin_test_support::copy_tree(&repository().join("tests/cases/custom-build/app"), &env.app());
    let built = repository().join("tests/cases/build-done/app/api/built.wasm");
    fs_err::create_dir_all(env.app().join("api")).unwrap();
    fs_err::copy(built, env.app().join("api/built.wasm")).unwrap();
    env.write("app/api/Makefile", "api.wasm:\n");
    env.fake_tool("make", "when\njoin api.wasm built.wasm\n");
    let said = conjoin(&env, &["build"]);
    assert_eq!(said.code, 0, "{}", said.err);
    fs_err::remove_dir_all(env.bin()).unwrap();
    let said = conjoin(&env, &["run", "--offline"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("Assumed `make` is missing, and taken to be as in the last build"), "{}", said.err);
    env.write("app/api/Makefile", "api.wasm: more\n");
    let said = conjoin(&env, &["run", "--offline"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("error[custom::no-program]"), "{}", said.err);
    assert!(said.err.contains("because `api/Makefile` changed"), "{}", said.err);
}

#[test]
fn tools_that_run_are_kept_from_the_network_which_no_key_knows() {
    const VARIABLES: [(&str, &str); 6] = [
        ("CARGO_NET_OFFLINE", "true"),
        ("RUSTUP_AUTO_INSTALL", "0"),
        ("GOPROXY", "off"),
        ("GONOPROXY", "none"),
        ("npm_config_offline", "true"),
        ("PIP_NO_INDEX", "1"),
    ];
    let env = app();
    let built = conjoin(&env, &["build", "--offline"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let again = conjoin(&env, &["build"]);
    assert!(again.err.contains("1 fresh") && !again.err.contains("Building"), "{}", again.err);

    let asked = VARIABLES.map(|(name, _)| format!("variable {name}\n")).concat();
    let version = "say cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n";
    env.fake_tool("cargo", &format!("when --version\n{version}when -V\n{version}when build\n{asked}exit 1\n"));
    env.write("app/api/src/lib.rs", "// other\n");
    let online = conjoin(&env, &["build"]);
    let offline = conjoin(&env, &["build", "--offline"]);
    for (name, value) in VARIABLES {
        assert!(offline.err.contains(&format!("{name}={value}")), "{}", offline.err);
        assert!(online.err.contains(&format!("{name} is not set")), "{}", online.err);
    }
}
