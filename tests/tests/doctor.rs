//! What the doctor says of a machine that changes while it looks, and what it removes.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use conjoin_test_support::{TestEnv, copy_tree};
use conjoin_tests::{
    conjoin::{program, repository, run, text},
    terminal::{answer, on_terminal},
};

/// The app and the tools of a case in which everything is in order.
fn in_order() -> TestEnv {
    let env = TestEnv::new();
    copy_tree(&repository().join("tests/cases/doctor-in-order/app"), &env.app());
    env.fake_tool("cargo", "when\nsay cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n");
    env.fake_tool("rustc", "when --print\nsay {cwd}/rustlib\nwhen\nsay rustc 1.95.0 (59807616e 2026-04-14)\n");
    env
}

/// A machine on which conjoin has installed something for Python.
fn with_python() -> TestEnv {
    let env = TestEnv::new();
    env.write("cache/toolchains/componentize-py-0.25.1-1/complete", "complete\n");
    env
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn conjoin(env: &TestEnv, args: &[&str]) -> Command {
    let mut command = Command::new(program("conjoin"));
    command.args(args).current_dir(env.app()).env_clear().envs(env.variables());
    command
}

#[test]
fn an_address_that_another_program_has_is_a_warning() {
    let env = in_order();
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = busy.local_addr().expect("an address").to_string();
    let said = run(&mut conjoin(&env, &["doctor", "--listen", &address]));
    let table = text(&said.stdout);
    assert_eq!(said.status.code(), Some(0), "{table}");
    assert!(table.contains(&format!("busy     the address {address}: another program listens there")), "{table}");
    assert!(table.contains("`conjoin run --listen 127.0.0.1:"), "{table}");

    drop(busy);
    let table = text(&run(&mut conjoin(&env, &["doctor", "--listen", &address])).stdout);
    assert!(table.contains(&format!("ok       the address {address}: it is free")), "{table}");
}

#[test]
fn a_removal_waits_for_an_installation() {
    let env = with_python();
    let lock = env.write("cache/install/lock", "12345\n");
    let lock = File::options().append(true).open(lock).expect("our own file");
    lock.lock().expect("nobody else has it");

    let mut remove = conjoin(&env, &["doctor", "--remove", "python", "--yes"]);
    let mut remove = remove.stderr(Stdio::piped()).spawn().expect("a program to start");
    let mut story = BufReader::new(remove.stderr.take().expect("a pipe")).lines();
    let waits =
        story.by_ref().map_while(Result::ok).any(|line| line.contains("another installation of tools is running"));
    assert!(waits, "it does not say that it waits");
    assert!(is_installed(&env));

    lock.unlock().expect("our own lock");
    let removed = story.map_while(Result::ok).any(|line| line.contains("Removed componentize-py"));
    assert!(remove.wait().expect("an end").success() && removed && !is_installed(&env));
}

#[test]
fn nothing_is_removed_before_the_question_is_answered() {
    let env = with_python();
    let typed = format!("{} doctor --remove python", program("conjoin").display());
    for (word, remains) in [("n\n", true), ("y\n", false)] {
        let mut typed = on_terminal(&typed);
        let said = text(&answer(typed.current_dir(env.app()).env("CONJOIN_CACHE", env.cache()), word).stdout);
        assert!(said.contains("Remove them?"), "{said}");
        assert_eq!(is_installed(&env), remains, "{said}");
    }
}

#[test]
fn what_would_be_removed_is_shown_and_stays() {
    let env = with_python();
    let said = run(&mut conjoin(&env, &["doctor", "--remove", "python", "--dry-run"]));
    let story = text(&said.stderr);
    assert!(said.status.success() && story.contains("componentize-py-0.25.1-1"), "{story}");
    assert!(is_installed(&env));
}

fn is_installed(env: &TestEnv) -> bool {
    Path::new(&env.cache()).join("toolchains/componentize-py-0.25.1-1/complete").exists()
}
