//! Commands, with the streams of a real process: the test starts itself again and runs the command there.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use conjoin_policy::{ARGS, CLOCKS, DIRECTORIES, Directory, ENV, Granted, Grants, STDIO};
use conjoin_runtime::{Limits, RunEvent, RunOptions, Shutdown, Trigger, TriggerOptions, reserve};

use crate::{
    guests::Guest,
    server::{entry, runtime},
};

/// Set in the process that runs the command: the grants (with `p3` for the guest of that generation), then the arguments, separated by line feeds.
const CHILD: &str = "CONJOIN_TEST_COMMAND";

/// What separates the words of the test's framework from those of the command.
const CUT: &str = "----8<----";

/// What a command did.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    stdout: String,
    code: i32,
    said: Vec<String>,
}

/// Runs the guest `command` in a process of its own.
fn run(grants: &str, args: &[&str], stdin: &str) -> Ran {
    let task = [&[grants], args].concat().join("\n");
    #[expect(clippy::disallowed_methods, reason = "the process is this test itself")]
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "command::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, task)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let [_, stdout, rest, _] = text.split(CUT).collect::<Vec<_>>().try_into().unwrap();
    let mut lines = rest.lines();
    let code = lines.next().unwrap().parse().unwrap();
    Ran { stdout: stdout.to_owned(), code, said: lines.map(ToOwned::to_owned).collect() }
}

/// Runs the command if this is the process for it.
#[test]
fn child() {
    #[expect(clippy::disallowed_methods, reason = "how the test tells itself what to do")]
    let Ok(task) = std::env::var(CHILD) else { return };
    let mut words = task.split('\n');
    let grants = words.next().unwrap();
    let granted = |name: &str| grants.split(' ').any(|grant| grant == name);
    let folder = grants.split(' ').find_map(|grant| grant.strip_prefix("folder="));
    let switches: Vec<_> = [&STDIO, &ARGS, &CLOCKS].into_iter().filter(|row| granted(row.key)).collect();
    let mut grants = Grants::switches(&switches);
    if granted("env") {
        grants.add(&ENV, Granted::Variables([("NAME".to_owned(), "value".to_owned())].into()));
    }
    if let Some(path) = folder {
        let directory = Directory { path: path.into(), at: "/data".to_owned(), write: true };
        grants.add(&DIRECTORIES, Granted::Folders(vec![directory]));
    }
    let (runtime, log) = runtime();
    let mut entry = entry(if granted("p3") { Guest::CommandP3 } else { Guest::Command }, grants);
    entry.name = "import".to_owned();
    entry.members = vec!["import".to_owned()];
    print!("{CUT}");
    std::io::stdout().flush().unwrap();
    let args = words.map(ToOwned::to_owned).collect();
    let trigger = Trigger { kind: "command".to_owned(), entry: "import".to_owned(), settings: serde_json::json!({}) };
    let options = TriggerOptions { listen: "127.0.0.1:0".parse().unwrap(), args };
    let triggers = reserve(&[trigger], &options).unwrap();
    let options = RunOptions { triggers, entries: vec![entry], limits: Limits::default() };
    let code = runtime.run(options, &Shutdown::new()).unwrap();
    println!("{CUT}{code}");
    for event in log.all() {
        match event {
            RunEvent::Denied(denied) => println!("{denied}"),
            RunEvent::Failed(failure) => println!("{}\n{}", failure.what, failure.stderr),
            _ => {}
        }
    }
    print!("{CUT}");
}

fn printed(stdout: &str) -> Ran {
    Ran { stdout: stdout.to_owned(), code: 0, said: Vec::new() }
}

#[test]
fn arguments_are_seen_if_granted() {
    assert_eq!(run("stdio args", &["args", "a b", "ä"], ""), printed("[\"a b\", \"ä\"]\n"));
    assert_eq!(run("stdio", &["args", "a"], ""), printed("no arguments\n"));
}

#[test]
fn a_command_of_0_3_runs_too() {
    assert_eq!(run("p3 stdio args", &["a"], ""), printed("0.3 [\"import\", \"a\"]\n"));
    assert_eq!(run("p3 stdio args", &["fail"], "").code, 1);
}

#[test]
fn stdin_and_stdout_are_the_process_s_own() {
    assert_eq!(run("stdio args", &["stdin"], "one\ntwo\n"), printed("ONE\nTWO\n"));
    let long = "x".repeat(300_000);
    assert_eq!(run("stdio args", &["stdin"], &long), printed(&long.to_uppercase()));
}

#[test]
fn the_exit_code_is_the_guest_s() {
    for code in [0, 1, 3, 255] {
        assert_eq!(run("stdio args", &["exit", &code.to_string()], "").code, code);
    }
}

#[test]
fn a_trap_is_134_and_its_message_is_told() {
    let ran = run("args", &["trap"], "");
    assert_eq!(ran.code, 134);
    assert!(ran.said.iter().any(|line| line.contains("unreachable")), "{ran:?}");
    assert!(ran.said.iter().any(|line| line.contains("this command fails on purpose")), "{ran:?}");
}

#[test]
fn environment_and_folders_are_those_granted() {
    assert_eq!(run("stdio args env", &["env"], ""), printed("NAME=value\n"));
    assert_eq!(run("stdio args", &["env"], ""), printed(""));
    let folder = tempfile::tempdir().unwrap();
    let granted = format!("stdio args folder={}", folder.path().display());
    assert_eq!(run(&granted, &["write", "/data/x"], ""), printed("Ok(())\n"));
    assert_eq!(run(&granted, &["read", "/data/x"], ""), printed("Ok(\"written\")\n"));
}

#[test]
fn what_is_not_granted_says_which_line_grants_it() {
    let ran = run("args", &["try-print"], "");
    let message = "import: `wasi:cli/stdout` was called but stdio is not granted; \
                   add `permissions.stdio = true` to [component.import]";
    assert_eq!(ran, Ran { stdout: String::new(), code: 7, said: vec![message.to_owned()] });

    let ran = run("stdio args", &["clock"], "");
    assert_eq!(ran.code, 134);
    let message = "import: `wasi:clocks/monotonic-clock.now` was called but clocks are not granted; \
                   add `permissions.clocks = true` to [component.import]";
    assert_eq!(ran.said[0], message);
}
