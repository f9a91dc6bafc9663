//! Running one program.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use conjoin_engine::{
    CancelToken, Environment,
    process::{ProcessOutput, RunError, RunOptions, run},
};
use conjoin_plan::Invocation;
use conjoin_test_support::TestEnv;

use crate::fixture::Fixture;

struct Ran {
    outcome: Result<(), RunError>,
    output: String,
}

fn run_fake(fixture: &Fixture, invocation: &Invocation, limit: Option<Duration>) -> Ran {
    let environment = Environment::new(fixture.env.variables());
    let options = RunOptions {
        environment: &environment,
        cancel: &fixture.cancel,
        limit,
        patience: None,
        more: Vec::new(),
        held: None,
    };
    let mut output = Vec::new();
    let outcome = run(invocation, &options, &mut |heard| {
        if let ProcessOutput::Output(bytes) = heard {
            output.extend_from_slice(bytes);
        }
    });
    Ran { outcome, output: String::from_utf8_lossy(&output).into_owned() }
}

#[test]
fn both_streams_come_in_the_order_in_which_they_were_written() {
    let fixture = Fixture::new();
    fixture
        .env
        .fake_tool("tool", "when\n say one\n complain two\n say three\n variable SECRET\n variable WORD\n say {cwd}\n");
    let invocation = fixture.invocation("tool", &[]).env("WORD", "hello");
    let ran = run_fake(&fixture, &invocation, None);
    assert!(ran.outcome.is_ok());
    let expected = "one\ntwo\nthree\nSECRET is not set\nWORD=hello\n[ROOT]/app\n";
    assert_eq!(fixture.env.redact(&ran.output), expected);
}

#[test]
fn a_flood_of_output_arrives_whole() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("tool", "when\n flood 200000\n");
    let ran = run_fake(&fixture, &fixture.invocation("tool", &[]), None);
    assert!(ran.outcome.is_ok());
    assert_eq!(ran.output.lines().count(), 200_000);
    assert!(ran.output.ends_with("line 199999\n"));
}

#[test]
fn a_program_that_hangs_is_ended_at_its_limit() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("tool", "when\n say begun\n hang\n");
    let ran = run_fake(&fixture, &fixture.invocation("tool", &[]), Some(Duration::from_millis(50)));
    assert!(matches!(ran.outcome, Err(RunError::TimedOut { .. })), "{:?}", ran.outcome);
}

#[test]
fn a_program_that_does_not_want_to_end_is_ended_after_a_while() {
    let fixture = Fixture::new();
    let pipe = fixture.env.fifo("never");
    let path = fixture.env.write("bin/stubborn", &format!("#!/bin/sh\ntrap '' TERM\nread line < {}\n", pipe.display()));
    fs_err::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    let ran = run_fake(&fixture, &fixture.invocation("stubborn", &[]), Some(Duration::from_millis(50)));
    assert!(matches!(ran.outcome, Err(RunError::TimedOut { .. })), "{:?}", ran.outcome);
}

#[test]
fn what_a_program_leaves_behind_ends_with_it() {
    let fixture = Fixture::new();
    let pipe = fixture.env.fifo("meeting").display().to_string();
    // The child has the pipe of stdout open: were it not ended, the output would never end.
    fixture.env.fake_tool("tool", &format!("when\n child {pipe}\n await {pipe}\n say done\n"));
    let ran = run_fake(&fixture, &fixture.invocation("tool", &[]), None);
    assert!(ran.outcome.is_ok());
    assert_eq!(ran.output, "done\n");
}

#[test]
fn a_cancelled_program_never_starts() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("tool", "when\n say hello\n");
    fixture.cancel.cancel();
    let ran = run_fake(&fixture, &fixture.invocation("tool", &[]), None);
    assert!(matches!(ran.outcome, Err(RunError::Cancelled)));
    assert!(fixture.env.starts().is_empty());
}

#[test]
fn folders_of_a_step_come_first_on_path() {
    let fixture = Fixture::new();
    let other = TestEnv::new();
    other.fake_tool("tool", "when\n variable PATH\n");
    let invocation = fixture.invocation("cc", &[]);
    let folder = conjoin_plan::AbsPath::new(other.bin()).unwrap();
    let mut invocation = invocation.prepend_path(&folder);
    invocation.program = folder.join("tool");
    let ran = run_fake(&fixture, &invocation, None);
    assert_eq!(ran.output, format!("PATH={}:{}\n", other.bin().display(), fixture.env.bin().display()));
}

#[test]
fn a_token_is_seen_by_its_clones() {
    let token = CancelToken::new().unwrap();
    let clone = token.clone();
    assert!(!clone.is_cancelled());
    token.cancel();
    token.cancel();
    assert!(clone.is_cancelled());
}
