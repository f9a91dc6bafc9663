//! What tools, guests, requests and names of files contain reaches no terminal as it is.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Output,
};

use conjoin_test_support::TestEnv;
use conjoin_tests::{
    app::App,
    conjoin::{conjoin, program, run, succeed, text},
    server::{Line, Server},
    terminal::on_terminal,
};
use serde_json::Value;

/// A title for the terminal, a control sequence of one character, and a mark that reverses the direction.
const FOREIGN: &str = "\u{1b}]0;a title\u{7} \u{9b}2J \u{200f}";

/// [`FOREIGN`] as it is shown.
const SHOWN: &str = r"\u{1b}]0;a title\u{7} \u{9b}2J \u{200f}";

/// [`FOREIGN`] as the text of a string in WAT and for the shell's `printf`.
const OCTAL: &str = r"\033]0;a title\007 \302\2332J \342\200\217";

fn is_safe(text: &str) -> bool {
    text.chars().all(|letter| !(letter.is_control() && letter != '\n') && letter != '\u{200f}')
}

fn app(world: &str, trigger: &str, module: &[u8], script: &str) -> App {
    let manifest = format!(
        "conjoin = 1\napp.name = \"shop\"\n\n[component.api]\nbuild = {{ command = [\"./build.sh\"], inputs = [\"*\"], \
         output = \"out.wasm\" }}\n\n{trigger}component = \"api\"\n"
    );
    App::new(&[
        ("conjoin.toml", manifest.as_bytes()),
        ("wit/app.wit", format!("package shop:api;\n\nworld api {{\n  {world}\n}}\n").as_bytes()),
        ("api/module.wasm", module),
        ("api/build.sh", format!("#!/bin/sh\nset -e\n{script}").as_bytes()),
    ])
}

fn command(module: &str, script: &str) -> App {
    let module = wat::parse_str(module).expect("the text is right");
    app("export wasi:cli/run@0.2.12;", "[[trigger.command]]\n", &module, script)
}

/// Both streams of what ended, which are safe and show [`FOREIGN`].
fn judged(output: &Output) -> String {
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(is_safe(&said) && said.contains(SHOWN), "{said:?}");
    said
}

#[test]
fn what_a_tool_prints() {
    let app = command("(module)", &format!("printf '{OCTAL}\\n' >&2\nprintf '\\033[31mred\\033[0m\\n'\nexit 1\n"));
    for args in [&["build"][..], &["build", "-v"]] {
        let said = judged(&run(&mut app.conjoin(args)));
        assert!(said.contains("\nred\n"), "colours are left out where none are drawn: {said:?}");
    }
    let coloured = text(&run(&mut app.conjoin(&["build", "--color", "always"])).stderr);
    assert!(coloured.contains(SHOWN) && coloured.contains("\u{1b}[31mred\u{1b}[0m\n"), "{coloured:?}");
    // Programs get all of it, in lines that are safe on a terminal, too.
    let output = run(&mut app.conjoin(&["build", "--message-format", "json"]));
    let lines = text(&output.stdout);
    assert!(is_safe(&lines), "{lines:?}");
    let diagnostics: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let notes = diagnostics.iter().filter_map(|line| line["notes"].as_array()).flatten();
    let mut notes = notes.filter_map(|note| note.as_str());
    assert!(notes.any(|note| note.contains(FOREIGN) && note.contains("\u{1b}[31mred")), "{lines}");
}

#[test]
fn the_name_of_a_folder() {
    let env = TestEnv::new();
    let folder = env.app().join(format!("{FOREIGN}\n"));
    fs_err::create_dir(&folder).expect("a folder");
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
    // Not there, with a manifest that is wrong, and without a component.
    for (manifest, args) in [
        (None, vec!["build", FOREIGN]),
        (None, vec!["build", name]),
        (Some("conjoin = \u{7}"), vec!["build", name]),
        (Some("conjoin = 1\napp.name = \"shop\"\n"), vec!["clean", name]),
    ] {
        if let Some(manifest) = manifest {
            fs_err::write(folder.join("conjoin.toml"), manifest).expect("a file");
        }
        let mut conjoin = conjoin(&env.app(), &args);
        judged(&run(conjoin.env("CONJOIN_CACHE", env.cache())));
    }
    let said = text(&run(&mut conjoin(&env.app(), &[name])).stderr);
    assert!(is_safe(&said) && said.contains(r"\u{9b}2J \u{200f}"), "an argument: {said:?}");
}

#[test]
fn an_answer_is_faithful_to_programs_and_safe_for_people() {
    let env = TestEnv::new();
    let folder = format!("app/{FOREIGN}");
    let build = "build = { command = [\"./build.sh\"], inputs = [\"build.sh\"], output = \"out.wasm\" }";
    env.write(
        format!("{folder}/conjoin.toml"),
        &format!("conjoin = 1\napp.name = \"shop\"\n[component.api]\n{build}\n"),
    );
    env.write(format!("{folder}/wit/app.wit"), "package shop:api;\n\nworld api {}\n");
    env.write(format!("{folder}/api/build.sh"), "");
    let plan = succeed(conjoin(&env.app(), &["plan", FOREIGN]).env("CONJOIN_CACHE", env.cache()));
    assert!(plan.contains(FOREIGN), "{plan:?}");
    let typed = format!("'{}' plan ./*", program("conjoin").display());
    let output = run(on_terminal(&typed).current_dir(env.app()).env("CONJOIN_CACHE", env.cache()).env("NO_COLOR", "1"));
    let said = text(&output.stdout).replace('\r', "");
    assert!(is_safe(&said) && said.contains(SHOWN), "{said:?}");
}

/// A program that writes to stderr and traps, in a function with such a name.
fn trapping() -> String {
    let name = OCTAL.replace(r"\033", r"\1b").replace(r"\007", r"\07").replace(r"\302\233", r"\c2\9b");
    let name = name.replace(r"\342\200\217", r"\e2\80\8f");
    let length = FOREIGN.len() + 1;
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\{length:02x}\00\00\00{name}\0a")
  (func $"{name}" (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 80))) unreachable)
  (func (export "_start") (call $"{name}")))"#
    )
}

#[test]
fn what_a_guest_that_traps_wrote_and_the_names_of_its_functions() {
    let app = command(&trapping(), "cp module.wasm out.wasm\n");
    for args in [&["run"][..], &["run", "-v"]] {
        let output = run(&mut app.conjoin(args));
        assert_eq!(output.status.code(), Some(134), "{}", text(&output.stderr));
        let said = judged(&output);
        assert!(said.contains(&format!("!{SHOWN}")), "the backtrace: {said:?}");
        assert!(said.contains(&format!("\n  {SHOWN}\n")), "stderr: {said:?}");
    }
    let lines = text(&run(&mut app.conjoin(&["run", "--message-format", "json"])).stdout);
    assert!(is_safe(&lines), "{lines:?}");
    let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert!(last["text"].as_str().expect("a text").contains(FOREIGN), "{lines}");
}

#[test]
fn the_path_of_a_request() {
    let handler = r#"(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
  (func (export "wasi:http/incoming-handler@0.2.12#handle") (param i32 i32) unreachable))"#;
    let module = wat::parse_str(handler).expect("the text is right");
    let world = "export wasi:http/incoming-handler@0.2.12;";
    let app = app(world, "[[trigger.http]]\nroute = \"/...\"\n", &module, "cp module.wasm out.wasm\n");
    let mut server = Server::start(&mut app.conjoin(&["run", "--listen", "127.0.0.1:0"]));
    let mut connection = TcpStream::connect(server.address.trim_start_matches("http://")).expect("a connection");
    let request = "GET /\u{9b}2J\u{200f} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).expect("a connection");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    let line = server.wait_for(|line| line.text().contains("unreachable"));
    assert!(matches!(&line, Line::Err(text) if is_safe(text) && text.contains(r"/\u{9b}2J\u{200f}")), "{line:?}");
}
