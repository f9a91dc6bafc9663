//! The fake tool does what its script says.

use std::process::Command;

use conjoin_test_support::TestEnv;

#[test]
#[expect(clippy::disallowed_methods, reason = "the engine, which starts programs, is tested with this one")]
fn a_fake_tool_follows_its_script_and_is_recorded() {
    let env = TestEnv::new();
    env.write("app/a", "A\n");
    let script =
        "when --version\n say tool 1.2.3\nwhen build\n write out/b B {2}\n join c a out/b\n complain {cwd}\n exit 3\n";
    let program = env.fake_tool("tool", script);
    let run = |args: &[&str]| Command::new(&program).args(args).current_dir(env.app()).env_clear().output().unwrap();
    let version = run(&["--version"]);
    assert_eq!(String::from_utf8_lossy(&version.stdout), "tool 1.2.3\n");
    let build = run(&["build", "with space"]);
    assert_eq!(build.status.code(), Some(3));
    assert_eq!(env.redact(&String::from_utf8_lossy(&build.stderr)), "[ROOT]/app\n");
    assert_eq!(env.read("app/c"), "A\nB with space\n");
    let starts: Vec<_> = env.starts().into_iter().map(|start| start.args).collect();
    assert_eq!(starts, [vec!["--version"], vec!["build", "with space"]]);
    assert_eq!(run(&["other"]).status.code(), Some(0));
    env.forget_starts();
    assert!(env.starts().is_empty());
}
