//! A program on a terminal of its own.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

/// `typed` by somebody at a terminal: `script` gives the program one, and hands on what it is told and what is printed.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
pub fn on_terminal(typed: &str) -> Command {
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", typed, "/dev/null"]);
    script
}

/// Starts what [`on_terminal`] gave, types `words`, and waits for the end.
pub fn answer(script: &mut Command, words: &str) -> Output {
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program `script`");
    child.stdin.take().expect("a pipe").write_all(words.as_bytes()).expect("an answer");
    child.wait_with_output().expect("an end")
}
