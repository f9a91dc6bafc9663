//! The lines of `--message-format json`, judged by a validator that is not ours.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use boon::{Compiler, SchemaIndex, Schemas};
use conjoin_tests::{
    app::App,
    conjoin::{repository, run, succeed, text},
};
use serde_json::Value;

const MANIFEST: &str = r#"conjoin = 1
app.name = "shop"

[component.hello]
build = { command = ["cp", "hello.wasm", "built.wasm"], inputs = ["hello.wasm"], output = "built.wasm" }
permissions.stdio = true

[[trigger.command]]
component = "hello"
"#;

/// A program for WASI preview 1 that says hello, then traps.
const HELLO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))) unreachable))"#;

/// Kinds of lines that take an HTTP server, another process, a full store or an installed tool.
const ELSEWHERE: [&str; 6] = ["component", "guest-output", "removed", "serving", "store-collected", "waiting"];

/// A schema with one definition for each kind of line.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
    kinds: BTreeSet<String>,
}

impl Validator {
    fn new() -> Self {
        let file = repository().join("schema/conjoin.events.schema.json");
        let schema: Value = serde_json::from_str(&fs_err::read_to_string(file).expect("the schema")).expect("JSON");
        let kinds = schema["oneOf"].as_array().expect("kinds").iter();
        let kinds =
            kinds.filter_map(|kind| kind["$ref"].as_str()?.strip_prefix("#/$defs/").map(str::to_owned)).collect();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("events.json", schema).expect("a resource");
        let index = compiler.compile("events.json", &mut schemas).expect("a schema");
        Self { schemas, index, kinds }
    }

    /// The kinds of the lines that a command printed; the test fails at one that the schema does not know.
    fn judge(&self, printed: &str) -> BTreeSet<String> {
        let kind = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if let Err(error) = self.schemas.validate(&line, self.index) {
                panic!("{line}\n{error:#}");
            }
            let word = if line["reason"] == "build-event" { &line["event"] } else { &line["reason"] };
            word.as_str().expect("the schema wants one").to_owned()
        };
        printed.lines().map(kind).collect()
    }
}

#[test]
fn every_line_is_as_the_schema_says() {
    let validator = Validator::new();
    let app = App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", b"package shop:api;\n\nworld hello {\n  export wasi:cli/run@0.2.12;\n}\n"),
        ("hello/hello.wasm", &wat::parse_str(HELLO).expect("the text is right")),
        ("more.wit", b"package shop:more;\n\ninterface more {\n}\n"),
    ]);
    let mut seen = BTreeSet::new();
    let mut look = |args: &[&str]| {
        let output = run(&mut app.conjoin(&[args, &["--message-format", "json"]].concat()));
        assert_eq!(text(&output.stderr), "", "{args:?}");
        // What a command writes comes as it is.
        let kinds = validator.judge(&text(&output.stdout).replace("hello\n", ""));
        assert!(!kinds.is_empty(), "{args:?} printed nothing");
        seen.extend(kinds);
    };
    for args in [
        &["templates"][..],
        &["schema"],
        &["doctor", "rust"],
        &["plan"],
        &["build"],
        &["build"],
        &["explain", "build"],
        &["compose", "-e", "hello"],
        &["run"],
        &["build", "-c", "nobody"],
        &["build", "--no-such-flag"],
        &["add", "--wit", "more.wit"],
        &["new", "another", "-t", "empty"],
    ] {
        look(args);
    }
    app.write("hello/hello.wasm", "no module");
    look(&["explain", "build"]);
    look(&["build"]);
    // It changes what it reads, and what is not its business.
    let unruly = "echo >> hello.wasm; echo >> ../notes; cp hello.wasm built.wasm";
    for command in [unruly, "echo no; exit 1"] {
        let command = format!("[\"sh\", \"-c\", \"{command}\"");
        app.write("conjoin.toml", MANIFEST.replace("[\"cp\", \"hello.wasm\"", &command));
        look(&["build"]);
    }
    let expected: BTreeSet<String> =
        validator.kinds.iter().filter(|kind| !ELSEWHERE.contains(&kind.as_str())).cloned().collect();
    assert_eq!(seen, expected);
}

#[test]
fn who_waits_says_for_what() {
    let validator = Validator::new();
    let app = App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", b"package shop:api;\n\nworld hello {\n  export wasi:cli/run@0.2.12;\n}\n"),
        ("hello/hello.wasm", &wat::parse_str(HELLO).expect("the text is right")),
    ]);
    succeed(&mut app.conjoin(&["build"]));
    app.write("hello/hello.wasm", wat::parse_str(HELLO.replace("hello", "world")).expect("the text is right"));
    let lock = app.path().join(".conjoin/lock");
    let held = fs_err::OpenOptions::new().write(true).open(lock).expect("a lock").into_parts().0;
    held.lock().expect("nobody has it");
    let mut command = app.conjoin(&["build", "--message-format", "json"]);
    let mut waits = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("conjoin");
    let lines = BufReader::new(waits.stdout.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    let mut lines = lines.inspect(|line| assert!(!validator.judge(line).is_empty()));
    let waiting = lines.find(|line| line.contains("\"waiting\"")).expect("it says so");
    assert_eq!(
        serde_json::from_str::<Value>(&waiting).expect("JSON")["work"],
        "another build of this app",
        "{waiting}"
    );
    drop(held);
    assert!(lines.count() > 0 && waits.wait().expect("it ends").success());
}

#[test]
fn native_code_is_a_step_of_run_and_of_nothing_else() {
    let app = App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", b"package shop:api;\n\nworld hello {\n  export wasi:cli/run@0.2.12;\n}\n"),
        ("hello/hello.wasm", &wat::parse_str(HELLO).expect("the text is right")),
    ]);
    let outcomes = |args: &[&str]| -> Vec<String> {
        let output = run(&mut app.conjoin(&[args, &["--message-format", "json"]].concat()));
        let lines = text(&output.stdout);
        let events = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let steps = events.filter(|event| event["event"] == "step-finished" && event["step"] == "hello/native-code");
        steps.map(|step| step["outcome"].as_str().expect("an outcome").to_owned()).collect()
    };
    assert_eq!(outcomes(&["build"]), Vec::<String>::new());
    assert_eq!(outcomes(&["run"]), ["built"]);
    assert_eq!(outcomes(&["run"]), ["fresh"]);
    app.write("hello/hello.wasm", wat::parse_str(HELLO.replace("hello", "world")).expect("the text is right"));
    assert_eq!(outcomes(&["run"]), ["built"]);
}

#[test]
fn golden_cases_show_lines_as_the_schema_says() {
    let validator = Validator::new();
    let mut lines = 0;
    for case in fs_err::read_dir(repository().join("tests/cases")).expect("the cases") {
        let expected = case.expect("a case").path().join("expected.txt");
        let expected = fs_err::read_to_string(expected).expect("what is expected");
        for line in expected.lines().filter(|line| line.starts_with('{') && line.contains("\"reason\":")) {
            // Times are taken out of the cases.
            validator.judge(&line.replace(":[MS]", ":1").replace("[TIME]", "1"));
            lines += 1;
        }
    }
    assert!(lines > 10, "{lines} lines were seen");
}
