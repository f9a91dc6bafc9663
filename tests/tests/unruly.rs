//! Tools that do not behave: they print without end, never end, leave others behind, or write where they should not.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use conjoin_tests::{
    app::App,
    conjoin::{program, run, succeed, text},
};

const MANIFEST: &str = r#"conjoin = 1
app.name = "unruly"

[component.one]
build = { command = ["./build.sh"], inputs = ["build.sh"], output = "out.wasm" }
"#;

const WIT: &str = "package unruly:app;\n\nworld one {}\n";

/// Writes a component without anything in it.
const MAKE: &str = "printf '\\000asm\\015\\000\\001\\000' > out.wasm\n";

fn app(script: &str) -> App {
    let script = format!("#!/bin/sh\nset -e\n{script}");
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", WIT.as_bytes()),
        ("one/build.sh", script.as_bytes()),
    ])
}

/// The kilobytes in a line of `/proc/PID/status`.
fn kilobytes(app: &App, file: &str) -> u64 {
    let line = fs_err::read_to_string(app.path().join("one").join(file)).expect("what the script has noted");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

#[test]
fn a_flood_of_output_takes_little_memory_and_its_ends_are_kept() {
    // The most memory that conjoin, the script's parent, has had until then.
    let note = |file: &str| format!("grep VmHWM /proc/$PPID/status > {file}\n");
    let flood = |bytes: u64| format!("yes 'a line of a long output' | head -c {bytes}\n");
    let script = |bytes| {
        format!(
            "{}echo the first line\n{}echo; {}echo the last line\nexit 1\n",
            note("before"),
            flood(bytes),
            note("after")
        )
    };
    let app = app(&script(1_000_000_000));
    let output = run(&mut app.conjoin(&["build"]));
    let said = text(&output.stderr);
    let tail = &said[said.floor_char_boundary(said.len().saturating_sub(300))..];
    assert_eq!(output.status.code(), Some(1), "{tail}");
    assert!(said.contains("the first line\na line of a long output\n") && said.contains("the last line\n"), "{tail}");
    let left_out = said.lines().find_map(|line| line.strip_prefix('[')?.strip_suffix(" bytes left out]"));
    let left_out: usize = left_out.and_then(|number| number.parse().ok()).expect("how much is left out");
    assert!(said.len() < 8_000_000 && left_out > 990_000_000, "{} bytes were said, {left_out} left out", said.len());
    let more = kilobytes(&app, "after") - kilobytes(&app, "before");
    assert!(more < 48_000, "{more} kB of memory");

    // Where each piece is an event, who reads them sets the pace.
    app.write("one/build.sh", format!("#!/bin/sh\n{}", script(200_000_000)));
    let mut build = app.conjoin(&["build", "--message-format", "json"]);
    assert_eq!(build.stdout(Stdio::null()).status().expect("an end").code(), Some(1));
    let more = kilobytes(&app, "after") - kilobytes(&app, "before");
    assert!(more < 48_000, "{more} kB of memory");
}

/// Whether the process whose number is in the file still runs.
fn runs(app: &App, file: &str) -> bool {
    let number = fs_err::read_to_string(app.path().join("one").join(file)).expect("the number of a process");
    Path::new("/proc").join(number.trim()).exists()
}

/// Waits until the process whose number is in the file has ended; its parent, which is none of ours, may not have noticed yet.
fn wait_for_end(app: &App, file: &str) {
    let number = fs_err::read_to_string(app.path().join("one").join(file)).expect("the number of a process");
    let stat = Path::new("/proc").join(number.trim()).join("stat");
    let runs = || fs_err::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() {
        std::thread::yield_now();
    }
}

/// Starts a process that leaves the group and the session, keeps stdin but not stdout, and never ends; waits until it has noted its
/// number.
const DAEMON: &str = "mkfifo meeting
exec 3<&0
(setsid sh -c 'echo $$ > daemon; echo > meeting; exec tail -f /dev/null' <&3 > /dev/null 2>&1 &)
read line < meeting
rm meeting
";

/// Ends the process whose number is in the file.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn end(app: &App, file: &str) {
    let number = fs_err::read_to_string(app.path().join("one").join(file)).expect("the number of a process");
    succeed(Command::new("kill").arg("-KILL").arg(number.trim()));
}

/// A server of a compiler cache, for example, that serves others as well; what stays in the group ends.
#[test]
fn a_daemon_that_a_command_starts_stays_and_its_children_end() {
    let app = app(&format!("{DAEMON}tail -f /dev/null & echo $! > child\n{MAKE}"));
    succeed(&mut app.conjoin(&["build"]));
    wait_for_end(&app, "child");
    assert!(runs(&app, "daemon"));
    // It has the stdin of the first build, but the next one neither waits for it nor ends it.
    app.write("one/build.sh", format!("#!/bin/sh\n# again\n{MAKE}"));
    assert_eq!(app.built(), ["one"]);
    assert!(runs(&app, "daemon"));
    end(&app, "daemon");
}

/// What a shell has started before it becomes conjoin is none of conjoin's business.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn who_was_there_before_stays() {
    let app = app(MAKE);
    let mut shell = Command::new("sh");
    let script = "tail -f /dev/null > /dev/null 2>&1 & echo $! > one/bystander; exec \"$@\"";
    shell.args(["-c", script, "sh"]).arg(program("conjoin")).arg("build");
    succeed(shell.current_dir(app.path()).env("CONJOIN_CACHE", app.cache()));
    assert!(runs(&app, "bystander"));
    end(&app, "bystander");
}

#[test]
fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let app = app(&format!("{DAEMON}tail -f /dev/null & echo $! > child\necho half > out.wasm\nwait\n"));
    let output = run(&mut app.conjoin(&["build", "--step-timeout", "1s"]));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("did not end within 1s") && said.contains("--step-timeout 3h"), "{said}");
    wait_for_end(&app, "child");
    end(&app, "daemon");
    assert!(!app.path().join("one/out.wasm").exists(), "half of a result");
    app.write("one/build.sh", format!("#!/bin/sh\n{MAKE}"));
    assert_eq!(app.built(), ["one"]);
}

#[test]
fn a_time_that_is_none_is_refused() {
    let app = app(MAKE);
    for time in ["0s", "5", "1d", "-1s", "999999h", ""] {
        let output = run(&mut app.conjoin(&["build", &format!("--step-timeout={time}")]));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("e.g. 30m, or `none`"), "{said}");
    }
    succeed(&mut app.conjoin(&["build", "--step-timeout", "none"]));
}

#[test]
fn a_command_that_writes_elsewhere_in_the_app_is_reported() {
    let app = app(&format!("echo '// By the tool.' >> ../wit/app.wit\necho >> notes\n{MAKE}"));
    let output = run(&mut app.conjoin(&["build"]));
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("warning: `wit/app.wit` changed while `one/build` ran, which should not write there"),
        "{said}"
    );
    let again = run(&mut app.conjoin(&["build"]));
    assert!(!text(&again.stderr).contains("warning"), "nothing ran: {}", text(&again.stderr));
}
