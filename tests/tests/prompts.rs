//! What `conjoin new` asks on a terminal, and that it writes nothing before it has its answers.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
};

use conjoin_test_support::{TestEnv, copy_tree};
use conjoin_tests::conjoin::{program, repository};

/// `conjoin` on a terminal of its own, and somebody who types.
struct Terminal {
    child: Child,
    keys: Option<ChildStdin>,
    screen: ChildStdout,
    said: String,
}

impl Terminal {
    /// Starts `conjoin ARGS` in the app's folder of `env`.
    #[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
    fn start(env: &TestEnv, args: &str) -> Self {
        let mut typed = "exec env -i".to_owned();
        for (name, value) in env.variables() {
            write!(typed, " '{}={}'", name.display(), value.display()).expect("a text takes everything");
        }
        write!(typed, " {} {args}", program("conjoin").display()).expect("a text takes everything");
        // `script` gives the program a terminal of its own.
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &typed, "/dev/null"]).current_dir(env.app());
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program `script`");
        let (keys, screen) = (child.stdin.take(), child.stdout.take().expect("a pipe"));
        Self { child, keys, screen, said: String::new() }
    }

    /// Waits until `question` is on the screen.
    fn sees(&mut self, question: &str) {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(question) {
            let mut byte = [0];
            let count = self.screen.read(&mut byte).expect("a screen");
            assert!(count > 0, "`{question}` is not asked: {}{}", self.said, String::from_utf8_lossy(&bytes));
            bytes.push(byte[0]);
        }
        self.said += &String::from_utf8_lossy(&bytes);
    }

    fn types(&mut self, line: &str) {
        let keys = self.keys.as_mut().expect("it runs");
        keys.write_all(format!("{line}\n").as_bytes()).expect("somebody who reads");
    }

    /// Waits for the end; gives how it ended and everything that was on the screen.
    fn end(mut self) -> (ExitStatus, String) {
        let mut rest = Vec::new();
        self.screen.read_to_end(&mut rest).expect("a screen");
        drop(self.keys.take());
        let status = self.child.wait().expect("an end");
        (status, self.said + &String::from_utf8_lossy(&rest))
    }
}

/// A machine with Rust, without the standard library for components, and with a rustup that cannot get it.
fn without_target() -> TestEnv {
    let env = TestEnv::new();
    env.fake_tool("cargo", "when\nsay cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n");
    env.fake_tool("rustc", "when --print\nsay /nowhere\nwhen\nsay rustc 1.95.0 (59807616e 2026-04-14)\n");
    let rustup = "when target add\ncomplain error: could not download file\nexit 1\nwhen\nsay rustup 1.29.0 (28d1352db 2026-03-05)\n";
    env.fake_tool("rustup", rustup);
    env
}

fn is_there(env: &TestEnv, name: &str) -> bool {
    env.app().join(name).exists()
}

#[test]
fn what_is_missing_is_named_before_anything_is_written_and_installed_only_if_wanted() {
    let env = without_target();
    let mut terminal = Terminal::start(&env, "new shop -t lib-rust");
    terminal.sees("Install them now?");
    assert!(!is_there(&env, "shop"), "it is written before the question is answered");
    terminal.types("n");
    let (status, said) = terminal.end();
    assert!(status.success() && said.contains("Created"), "{said}");
    assert!(said.contains("cd shop && conjoin doctor --fix"), "{said}");
    assert!(is_there(&env, "shop/conjoin.toml"));
    let installs = |start: &conjoin_test_support::Start| start.args.first().is_some_and(|word| word == "target");
    assert!(!env.starts().iter().any(installs), "it is installed nevertheless");
}

#[test]
fn where_a_wanted_installation_fails_nothing_is_written() {
    let env = without_target();
    let mut terminal = Terminal::start(&env, "new shop -t lib-rust");
    terminal.sees("Install them now?");
    terminal.types("y");
    let (status, said) = terminal.end();
    assert!(!status.success() && said.contains("could not download file"), "{said}");
    assert!(!is_there(&env, "shop"), "{said}");
}

#[test]
fn a_template_is_asked_for_where_none_was_named() {
    let env = TestEnv::new();
    let mut terminal = Terminal::start(&env, "new shop");
    terminal.sees("http-rust");
    terminal.sees("Template: ");
    terminal.types("emty");
    terminal.sees("did you mean `empty`?");
    terminal.sees("Template: ");
    assert!(!is_there(&env, "shop"));
    terminal.types("empty");
    let (status, said) = terminal.end();
    assert!(status.success(), "{said}");
    assert!(is_there(&env, "shop/conjoin.toml"));
}

#[test]
fn a_variable_is_asked_for_until_its_answer_will_do() {
    let env = TestEnv::new();
    copy_tree(&repository().join("tests/cases/new-folder-values/app"), &env.app());
    let mut terminal = Terminal::start(&env, "new shop -t ./mine");
    terminal.sees("Who it belongs to: ");
    terminal.types("ada");
    terminal.sees("`ada` cannot be the value of `owner`: it must match `[A-Z][a-z]+`");
    terminal.sees("Who it belongs to: ");
    terminal.types("Ada");
    terminal.sees("Where it remembers (memory, redis) [memory]: ");
    terminal.types("");
    terminal.sees("Whether it logs (true or false) [false]: ");
    assert!(!is_there(&env, "shop"));
    terminal.types("");
    let (status, said) = terminal.end();
    assert!(status.success(), "{said}");
    assert_eq!(env.read("app/shop/mine/README.md"), "Ada memory\n");
}
